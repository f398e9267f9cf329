"""What a chat gives back: events while it works, and the reply in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from palate.domain import Usage

Feeling = Literal["liked", "disliked", "seen", "named"]


@dataclass(frozen=True, slots=True)
class Card:
    """One recommendation, ready to be shown.

    Attributes:
        item: Its id.
        facts: Name and value of the fields that are shown beside a title.
        reason: Why, in the reader's language; every claim in it is checked.
        evidence: What speaks for it, a line each, with amounts in log-odds.
        rank: Its place, from 1.
    """

    item: str
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    reason: str = ""
    evidence: tuple[str, ...] = ()
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Chip:
    """One constraint or wish that is in force; it can be dropped by its id."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A title that somebody named, and the item that it was taken for.

    Attributes:
        said: The words that named it.
        feeling: What the words around it say.
    """

    item: str
    title: str
    said: str
    feeling: Feeling = "named"


@dataclass(frozen=True, slots=True)
class Spent:
    """What a turn cost; all zero where no model was asked.

    Attributes:
        seconds: Time that models were waited for, of all calls together.
    """

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    seconds: float = 0.0

    @classmethod
    def of(cls, usage: Usage, price_in: float, price_out: float) -> Spent:
        """Returns what calls cost, at prices in dollars per million tokens."""
        usd = usage.prompt_tokens * price_in + usage.completion_tokens * price_out
        tokens = usage.prompt_tokens, usage.completion_tokens
        return cls(usage.calls, *tokens, usd / 1e6, round(usage.seconds, 3))

    def __add__(self, other: Spent) -> Spent:
        """Returns the sum, field by field."""
        return Spent(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class ChatReply:
    """The answer to one turn.

    Attributes:
        conversation: Its id; the next turn names it.
        text: The whole answer in words; it stands without the cards.
        cards: What is recommended, best first.
        recommendation: Id of the slate behind the cards, for feedback and `why`.
        chips: What is in force after this turn.
        question: The one question asked back, if any; it stands in the text, too.
        assumed: What was taken for granted, a sentence each; it stands in the text, too.
        made_by: Who answered: ``"policy"``, or the name of the model.
        titles: Titles that the person named in this turn.
    """

    conversation: str
    text: str
    cards: tuple[Card, ...] = ()
    recommendation: str | None = None
    chips: tuple[Chip, ...] = ()
    question: str | None = None
    assumed: tuple[str, ...] = ()
    made_by: str = "policy"
    usage: Spent = Spent()
    titles: tuple[Linked, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> ChatReply:
        """Reads what `to_dict` gave."""
        return cls(
            **{
                **data,
                "cards": tuple(_card(one) for one in data["cards"]),
                "chips": tuple(Chip(**one) for one in data["chips"]),
                "assumed": tuple(data["assumed"]),
                "usage": Spent(**data["usage"]),
                "titles": tuple(Linked(**one) for one in data["titles"]),
            }
        )


def _card(data: Mapping[str, Any]) -> Card:
    facts = tuple((name, value) for name, value in data["facts"])
    return Card(**{**data, "facts": facts, "evidence": tuple(data["evidence"])})


@dataclass(frozen=True, slots=True)
class Thinking:
    """What is being done, in a few words."""

    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The next piece of the answer's text; the pieces together are the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards, as soon as they are there."""

    recommendation: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply; always the last event."""

    reply: ChatReply


ChatEvent = Thinking | Piece | Cards | Finished


def event_of(name: str, data: Mapping[str, Any]) -> ChatEvent:
    """Reads an event as the service sends it.

    Args:
        name: ``thinking``, ``piece``, ``cards`` or ``finished``.
        data: The event's fields; of ``finished``, the reply's.
    """
    if name == "cards":
        return Cards(data["recommendation"], tuple(_card(one) for one in data["cards"]))
    if name == "finished":
        return Finished(ChatReply.of(data))
    return Thinking(data["text"]) if name == "thinking" else Piece(data["text"])
