"""What the chat may do in a workspace: the tools, as the workspace hands them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from palate.agent.chat.events import Card, Spent
from palate.domain import Constraint, Item, Relaxation


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


class Desk(Protocol):
    """The tools over a workspace. None raises anything but a `PalateError`."""

    async def recommend(self, ask: Ask) -> Found:
        """Recommends."""
        ...

    def items(self, ids: tuple[str, ...]) -> Mapping[str, Item]:
        """Returns items by id; unknown ones are left out."""
        ...
