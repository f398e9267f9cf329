"""What a conversation knows: a frozen value that every turn makes anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from palate.agent.chat.events import Chip, Feeling
from palate.agent.chat.wording import worded
from palate.domain import Constraint, FieldValue, Op


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is in force.

    Attributes:
        id: Of its chip, such as ``"c3"``.
        text: As it is shown.
        constraints: What every item must meet; none for a wish in words.
        words: What is searched for (or, with ``likes`` false, searched for and turned away from).
        tags: Tags that are leant to, and no condition.
        mood: Name of a mood: its words and tags are leant with, and not searched for.
        against: Tags that go against the mood.
        than: Item ids of the slate that the mood is measured against.
    """

    id: str
    text: str
    constraints: tuple[Constraint, ...] = ()
    words: str = ""
    likes: bool = True
    tags: tuple[str, ...] = ()
    mood: str = ""
    against: tuple[str, ...] = ()
    than: tuple[str, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """Fields that the constraints are about."""
        return frozenset(constraint.field for constraint in self.constraints)


@dataclass(frozen=True, slots=True)
class Named:
    """An item that the person spoke of, and what they think of it."""

    item: str
    feeling: Feeling


@dataclass(frozen=True, slots=True)
class State:
    """Everything that carries over from one turn to the next.

    Attributes:
        conversation: Its id.
        user: Who speaks; ``None`` for a stranger.
        turns: How many turns of the person there were.
        language: In which the last turn was written, BCP 47.
        terms: In force, in the order in which they came.
        named: Items that the person spoke of, the newest last.
        shown: Item ids of the last slate, best first.
        before: Item ids that were shown in earlier slates.
        recommendation: Id of the last slate.
        asked: Name of the question that was asked back last, to read the answer by.
        questions: Names of all questions asked so far; none is asked twice.
        heard: The person's last words, to find people who said alike.
        next_id: Number of the next term.
        focus: Item ids that a question was about last: what "it" means in the next one.
    """

    conversation: str
    user: str | None = None
    turns: int = 0
    language: str = "en"
    terms: tuple[Term, ...] = ()
    named: tuple[Named, ...] = ()
    shown: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    recommendation: str | None = None
    asked: str | None = None
    questions: tuple[str, ...] = ()
    heard: str = ""
    next_id: int = 1
    focus: tuple[str, ...] = ()

    @property
    def chips(self) -> tuple[Chip, ...]:
        """What is in force, as it is shown in the language of the talk."""
        return tuple(Chip(term.id, worded(term, self.language)) for term in self.terms)

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """The constraints in force."""
        return tuple(one for term in self.terms for one in term.constraints)

    @property
    def text(self) -> str:
        """The wishes in force, as one text to search for."""
        return ". ".join(
            term.words for term in self.terms if term.words and term.likes and not term.mood
        )

    def felt(self, *feelings: Feeling) -> tuple[str, ...]:
        """Returns the items that the person has one of these feelings about, oldest first."""
        return tuple(one.item for one in self.named if one.feeling in feelings)

    def having(self, terms: Iterable[Term]) -> State:
        """Returns the state with further terms, each under a new id; a repeated one is kept once.

        Args:
            terms: Their ids do not matter.
        """
        state = self
        for term in terms:
            if any(_same(term, old) for old in state.terms):
                # A mood that is asked for again is measured against what was shown since.
                told = tuple(replace(old, than=term.than) if _same(term, old) else old
                             for old in state.terms)  # fmt: skip
                state = replace(state, terms=told)
                continue
            fresh = replace(term, id=f"c{state.next_id}")
            state = replace(state, terms=(*state.terms, fresh), next_id=state.next_id + 1)
        return state

    def without(self, *ids: str) -> State:
        """Returns the state without the terms of these ids."""
        return replace(self, terms=tuple(term for term in self.terms if term.id not in ids))

    def naming(self, named: Iterable[Named]) -> State:
        """Returns the state with these items named last; what is newer replaces what is older."""
        fresh = {one.item: one for one in named}
        kept = tuple(one for one in self.named if one.item not in fresh)
        return replace(self, named=(*kept, *fresh.values()))

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> State:
        """Reads what `to_dict` gave."""
        names = ("shown", "before", "questions", "focus")
        lists = {name: tuple(data.get(name, ())) for name in names}
        terms = tuple(_term(one) for one in data["terms"])
        named = tuple(Named(**one) for one in data["named"])
        return cls(**{**data, **lists, "terms": terms, "named": named})


def _same(term: Term, old: Term) -> bool:
    bare = {"id": "", "text": "", "than": ()}
    return replace(term, **bare) == replace(old, **bare)  # type: ignore[arg-type]


def _term(data: Mapping[str, Any]) -> Term:
    constraints = tuple(_constraint(one) for one in data["constraints"])
    lists = {name: tuple(data.get(name, ())) for name in ("tags", "against", "than")}
    return Term(**{**data, **lists, "constraints": constraints})


def _constraint(data: Mapping[str, Any]) -> Constraint:
    value: FieldValue = tuple(data["value"]) if isinstance(data["value"], list) else data["value"]
    return Constraint(data["field"], Op(data["op"]), value)
