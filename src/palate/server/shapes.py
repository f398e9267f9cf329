"""What may be sent: bodies, typed and bounded, with examples for the OpenAPI."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    model_validator,
)

from palate.domain import Action, Budget, Event, FieldValue, Item, RankBy, User

#: Rows that one request may carry.
MOST_ROWS = 10_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_T = TypeVar("_T")
#: A list whose first bad entry ends the reading: to name every one of 10,000 takes seconds.
Rows = Annotated[list[_T], Field(fail_fast=True)]
#: Unknown members of a body that are named one by one.
_SPARE = 20


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character cannot be stored: take it out")
    return text


def _id(text: str) -> str:
    if not text.strip():
        raise ValueError("an id needs letters")
    return _plain(text)


def _addressed(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("an id may not hold control characters: no path could name it")
    return _id(text)


Id = Annotated[str, Field(min_length=1, max_length=512), AfterValidator(_addressed)]
Words = Annotated[str, Field(max_length=20_000), AfterValidator(_plain)]
Short = Annotated[str, Field(max_length=2_000), AfterValidator(_plain)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_id)]
Whole = Annotated[int, Field(ge=-(2**53), le=2**53)]
Value = bool | Whole | FiniteFloat | Words | Rows[Short]
Fields = Annotated[dict[Name, Value], Field(max_length=200)]


class Shape(BaseModel):
    """A body; what it does not know is refused rather than passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _few_enough(cls, given: Any) -> Any:
        """Refuses more members than there are names for, before each one is complained about."""
        names = len(cls.__pydantic_fields__)
        if isinstance(given, dict) and len(given) > names + _SPARE:
            raise ValueError(f"{len(given):,} members, and there are {names} names")
        return given


class BudgetIn(Shape):
    """What a request may spend on the model."""

    tokens: int | None = Field(None, ge=1, le=10**9)
    usd: FiniteFloat | None = Field(None, ge=0)
    ms: FiniteFloat | None = Field(None, ge=0)

    def value(self) -> Budget:
        """Returns it as the SDK takes it."""
        return Budget(self.tokens, self.usd, self.ms)


class RecommendIn(Shape):
    """What to recommend, and to whom."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [
            {"user": "ada", "n": 5, "text": "a heist film",
             "constraints": ["runtime <= 120", "-horror"]},
        ]},
    )  # fmt: skip
    user: Id | None = Field(None, description="a person's id; without it, a stranger")
    history: Rows[Id] | None = Field(None, max_length=1000, description="item ids, oldest first")
    text: Words | None = Field(None, description="a wish for this request, in words")
    n: int = Field(10, ge=1, le=100)
    constraints: Rows[Short] = Field([], max_length=50, description="such as 'runtime <= 120'")
    scene: Short | None = None
    candidates: Rows[Id] | None = Field(None, max_length=1000, description="rank just these")
    rank_by: RankBy | None = None
    ranker: Name | None = None
    language: Name | None = Field(None, description="BCP 47, of the reasons")
    at: datetime | None = None
    budget: BudgetIn | None = None

    def wanted(self) -> dict[str, Any]:
        """Returns what `Palate.request` takes, but the user."""
        given = {
            name: getattr(self, name)
            for name in ("history", "text", "n", "constraints", "scene", "candidates", "rank_by",
                         "language", "at", "ranker")
        }  # fmt: skip
        return given | {"budget": self.budget.value() if self.budget else None}


class DocumentIn(Shape):
    """One thing to rank: an item by its id, or a text."""

    id: Id | None = None
    text: Words | None = None


class RerankIn(BaseModel):
    """The shape of Jina's and Cohere's rerankers; other fields of theirs are passed over."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={"examples": [
            {"query": "a heist film", "documents": [{"id": "heat-1995"}, {"id": "alien-1979"}],
             "user": "ada"},
            {"query": "a bank robbery",
             "documents": ["A love story in Paris", "Thieves plan the robbery of a bank"]},
        ]},
    )  # fmt: skip
    query: Words = ""
    documents: Rows[Words | DocumentIn] = Field(min_length=1, max_length=1000)
    top_n: int | None = Field(None, ge=1, le=1000)
    return_documents: bool = False
    model: Short | None = None
    user: Id | None = None
    rank_by: RankBy | None = None


class PredictIn(Shape):
    """Whose doings to foretell, with which items."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={
            "examples": [{"user": "ada", "items": ["heat-1995"], "actions": ["like"]}]
        },
    )  # fmt: skip
    user: Id | None = None
    items: Rows[Id] = Field(min_length=1, max_length=1000)
    actions: Rows[Action] | None = Field(None, min_length=1, max_length=10)
    history: Rows[Id] | None = Field(None, max_length=1000)
    ask: bool = Field(False, description="have the model judge each pair, too")


class EventIn(Shape):
    """One thing that a person did."""

    user: Id | None = Field(None, description="may be left out by a key of one person")
    item: Id
    action: Action
    value: FiniteFloat | None = Field(None, ge=-1e6, le=1e6, description="of a rating")
    at: datetime | None = Field(None, description="ISO 8601; now without it")
    scene: Short | None = None
    text: Words | None = None
    key: Short | None = Field(None, description="idempotency key: twice is once")
    recommendation: Name | None = Field(None, description="id of the slate that led to it")


class EventsIn(Shape):
    """A batch of events: all are taken, or none."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [
            {"events": [{"user": "ada", "item": "heat-1995", "action": "like", "key": "e-1"}]}
        ]},
    )  # fmt: skip
    events: Rows[EventIn] = Field(min_length=1, max_length=MOST_ROWS)


class ItemIn(Shape):
    """One thing that can be recommended."""

    id: Id
    title: Annotated[str, Field(min_length=1, max_length=2_000), AfterValidator(_id)]
    text: Words = ""
    # Made anew for each row: a default that is given is copied deeply, ten times as slowly.
    tags: Rows[Name] = Field(default_factory=list, max_length=200)
    fields: Fields = Field(default_factory=dict)

    def value(self) -> Item:
        """Returns it as the store takes it."""
        return Item(self.id, self.title, self.text, tuple(self.tags), stored(self.fields))


class ItemsIn(Shape):
    """Items to add, or to put in place of those with the same id."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [
            {"items": [{"id": "new-1", "title": "A new film", "tags": ["drama"],
                        "fields": {"year": 2026, "runtime": 101}}]}
        ]},
    )  # fmt: skip
    items: Rows[ItemIn] = Field(min_length=1, max_length=MOST_ROWS)


class UserIn(Shape):
    """A person."""

    id: Id
    name: Short | None = None
    language: Name | None = None
    fields: Fields = Field(default_factory=dict)

    def value(self) -> User:
        """Returns it as the store takes it."""
        return User(self.id, self.name, self.language, stored(self.fields))


class UsersIn(Shape):
    """People to add, or whose record to replace."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [{"users": [{"id": "zoe", "name": "Zoe"}]}]},
    )  # fmt: skip
    users: Rows[UserIn] = Field(min_length=1, max_length=MOST_ROWS)


class IdsIn(Shape):
    """Ids of records to delete."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [{"ids": ["heat-1995", "alien-1979"]}]},
    )  # fmt: skip
    ids: Rows[Id] = Field(min_length=1, max_length=MOST_ROWS)


class WishIn(Shape):
    """What a person says they want, or do not want."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [{"text": "slow films about work", "likes": True}]},
    )  # fmt: skip
    text: Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(_id)]
    likes: bool = True


class ChatIn(Shape):
    """One turn of a conversation."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [{"text": "something like Heat, but shorter"}]},
    )  # fmt: skip
    text: Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(_id)]
    conversation: Name | None = None
    user: Id | None = None
    stream: bool = Field(False, description="server-sent events instead of one reply")


class SignInIn(Shape):
    """A key, for the form of the page."""

    key: Short


class LinkIn(Shape):
    """For whom a one-time link is to be made."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"user": "ada"}, {}]}
    )
    user: Id | None = Field(None, description="whom the page is to be bound to")


def stored(fields: dict[str, Any]) -> dict[str, FieldValue]:
    """Returns fields with tuples for lists."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}


def event_of(given: EventIn, user: str, key: str | None, now: datetime) -> Event:
    """Returns an event as the store takes it."""
    return Event(
        user, given.item, given.action, given.value, given.at or now, given.scene, given.text,
        key, given.recommendation,
    )  # fmt: skip
