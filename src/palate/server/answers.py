"""What is answered, for the OpenAPI and for the tests that hold answers against it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """An answer; it may grow fields."""

    model_config = ConfigDict(extra="allow")


class ReasonOut(Answer):
    """Why an item is there."""

    text: str
    written_by: str = Field(description="evidence, or model")


class RecommendationOut(Answer):
    """One line of a slate."""

    rank: int
    item: dict[str, Any]
    score: float
    prior_rank: int
    reason: ReasonOut
    evidence: list[dict[str, Any]]


class SlateOut(Answer):
    """Recommendations, best first, and how they were made."""

    id: str = Field(description="feedback and the trace name it")
    recommendations: list[RecommendationOut]
    ranked_by: str
    asked: str
    how: str
    remarks: list[str]
    constraints: list[str]
    usage: dict[str, Any]


class RankedOut(Answer):
    """One document in its new place."""

    index: int = Field(description="place in the request, from 0")
    relevance_score: float
    document: dict[str, Any] | None = None


class RerankOut(Answer):
    """Documents, best first."""

    id: str
    model: str = Field(description="what decided: prior, model, fused, or the text embedder")
    results: list[RankedOut]
    usage: dict[str, Any]


class PredictOut(Answer):
    """Chances and ratings, pair by pair, and what they stand on."""

    predictions: list[dict[str, Any]]
    standing: dict[str, str]


class TraceOut(Answer):
    """How a slate was made, as it was kept."""

    id: str
    user: str | None
    at: str
    slate: dict[str, Any]


class TakenOut(Answer):
    """What became of a batch."""

    taken: int = Field(description="rows of the request")
    new: int = Field(description="of them, those that were not there already")
    changed: int = 0
    unchanged: int = 0


class DeletedOut(Answer):
    """How many there were."""

    deleted: int


class ForgottenOut(Answer):
    """What was erased of a person."""

    events: int
    wishes: int
    traces: int
    conversations: int


class PageOut(Answer):
    """A page of a list; `next` goes into `cursor` for the one after it."""

    data: list[dict[str, Any]]
    next: str | None


class RecordOut(Answer):
    """One record."""

    id: str


class ProfileOut(Answer):
    """What is known of a person."""

    user: str | None
    start: str
    history: list[dict[str, Any]]
    wishes: list[dict[str, Any]]


class WishOut(Answer):
    """A wish that was recorded."""

    id: int


class WhyNotOut(Answer):
    """What keeps an item out of a slate."""

    item: str
    title: str
    said: list[str] = Field(description="for a person, in `language`")
    lines: list[str] = Field(description="with every number")


class WhyOut(Answer):
    """How a slate was made, or why one item stands where it does."""

    id: str
    how: str
    remarks: list[str]
    items: list[dict[str, Any]]
    evidence: dict[str, str] = Field(description="of each item, in words")
    without: list[str] = Field(description="places that one item would have without others")


class ToldOut(Answer):
    """A reason that was asked for later."""

    rank: int
    item: dict[str, str]
    reason: dict[str, Any]


class ReasonsOut(Answer):
    """Reasons as a model phrased them."""

    reasons: list[ToldOut]
    cause: str | None = Field(description="why the model wrote none, or not all of them")
    usage: dict[str, Any]


class FitOut(Answer):
    """What was learnt from."""

    items: int
    events: int
    people: int
    seconds: float


class SessionOut(Answer):
    """Who asks, and where."""

    tenant: str
    user: str | None
    scopes: list[str]
    noun: str
    nouns: str
    facts: list[str]
    model: str | None
    rank_by: str


class LinkOut(Answer):
    """A link that signs a page in, once."""

    url: str


class HealthOut(Answer):
    """Whether the server is there, or what became of it."""

    status: str


class ChatOut(Answer):
    """The answer to one turn."""

    conversation: str
    text: str
    cards: list[dict[str, Any]]
    recommendation: str | None
    chips: list[dict[str, Any]]
    made_by: str


class ConversationOut(Answer):
    """What was said, and what is in force."""

    id: str
    user: str | None
    chips: list[dict[str, Any]]
    turns: list[dict[str, Any]]


class ModelsOut(Answer):
    """The models that a chat client may choose; there is one."""

    object: str
    data: list[dict[str, Any]]


class CompletionOut(Answer):
    """A chat completion, with the recommendations beside its text."""

    id: str
    object: str
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, Any]
    palate: dict[str, Any] | None = None
