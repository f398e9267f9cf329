"""What the chat may do in a workspace: the tools, as the workspace hands them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.events import Card, Spent
from palate.domain import Action, Constraint, Item, Relaxation
from palate.retrieval.lean import Lean


@dataclass(frozen=True, slots=True)
class Ask:
    """What a recommendation is asked for.

    Attributes:
        text: A wish in words; may be empty.
        liked: Item ids to start from, oldest first, beside what is stored of the person.
        disliked: Item ids to turn away from.
        known: Item ids that were only named: a little to start from, and not to be shown.
        unwished: Words to turn away from.
        hidden: Item ids that are not to be shown again, and say nothing about taste.
        tags: Tags that were spoken of; with repeats, each counts.
        leans: Moods that are wanted more or less.
        talk: All that was said, to find people who said alike.
    """

    user: str | None = None
    text: str = ""
    constraints: tuple[Constraint, ...] = ()
    liked: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    unwished: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    leans: tuple[Lean, ...] = ()
    talk: str = ""
    n: int = 5
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it.

    Attributes:
        recommendation: Id of the slate.
        relax: Set when nothing was found: the constraint whose removal helps most.
        ranked_by: Who decided the order, in words.
        notes: Further sentences for the reader.
    """

    recommendation: str
    cards: tuple[Card, ...]
    relax: Relaxation | None = None
    ranked_by: str = ""
    notes: tuple[str, ...] = ()
    usage: Spent = Spent()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store says about the items that meet some constraints.

    Attributes:
        count: How many there are.
        items: Some of them, in the order that was asked for.
        mean: Of the field that was asked about; ``None`` where none has it.
        thirds: Values below and above which a third of them lies; ``None`` as for ``mean``.
    """

    count: int
    items: tuple[Item, ...] = ()
    mean: float | None = None
    thirds: tuple[float, float] | None = None


class Desk(Protocol):
    """The tools over a workspace. None raises anything but a `PalateError`."""

    @property
    def noun(self) -> str:
        """What one thing of the catalogue is called, such as ``"film"``."""
        ...

    @property
    def nouns(self) -> str:
        """The plural."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """The vocabulary of the catalogue."""
        ...

    async def recommend(self, ask: Ask) -> Found:
        """Recommends."""
        ...

    def items(self, ids: Sequence[str]) -> Mapping[str, Item]:
        """Returns items by id; unknown ones are left out."""
        ...

    def search(
        self, text: str, n: int, constraints: Sequence[Constraint] = ()
    ) -> Sequence[tuple[Item, float]]:
        """Returns the items that answer a text, the best first, with a score above 0.

        Args:
            text: Words to look for.
            n: How many at most.
            constraints: What every one of them meets.
        """
        ...

    def facts(
        self, constraints: Sequence[Constraint], field: str = "", *, least: bool = False, n: int = 5
    ) -> Facts:
        """Answers from the store: how many items meet constraints, and which have most of a field.

        Args:
            constraints: All must hold.
            field: A numeric field to order by; by how well known they are without one.
            least: Order from the lowest value.
            n: How many items to return.
        """
        ...

    def meeting(self, constraints: Sequence[Constraint]) -> Sequence[str]:
        """Returns the ids of the items that meet constraints; all of them where there are none."""
        ...

    def values(self, field: str, constraints: Sequence[Constraint]) -> Sequence[tuple[str, int]]:
        """Returns the values of a field of words, with how many items that meet constraints have
        each, the commonest first.
        """
        ...

    def explain(self, recommendation: str, item: str, language: str) -> Sequence[str]:
        """Returns why an item stands in a slate, a line each, in a language (BCP 47)."""
        ...

    def why_not(self, ask: Ask, item: str) -> Sequence[str]:
        """Returns what keeps an item out of the answer to an ask, a line each."""
        ...

    def remember(self, user: str, text: str, *, likes: bool) -> int:
        """Keeps a wish; returns its id."""
        ...

    def forget_wish(self, user: str, text: str) -> Sequence[str]:
        """Takes back the wishes that share the most words with a text; returns theirs."""
        ...

    def forget_person(self, user: str) -> None:
        """Erases a person."""
        ...

    def feedback(self, user: str, item: str, action: Action, recommendation: str | None) -> None:
        """Records what a person did with an item."""
        ...

    def profile(self, user: str, language: str) -> Sequence[str]:
        """Returns what is known of a person, a line each, in a language (BCP 47)."""
        ...
