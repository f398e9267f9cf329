"""What a judge is shown of one recommendation: the item, the person, the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Protocol

from palate.prompts.clean import one_line

if TYPE_CHECKING:
    from palate.eval.cases import Case
    from palate.eval.runs.variants import Variant

_LONG, _SHORT = 400, 160


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Everything that a reason may be held against; no id is in it.

    Attributes:
        noun: What the catalogue calls an item.
        item: The recommended item: title, tags, facts.
        evidence: Why the recommender chose it, in words.
        liked: Titles; so are ``disliked`` and ``seen``, which has no verdict.
        wishes: What the person told.
        request: What they asked for.
    """

    noun: str
    item: str
    evidence: str = ""
    liked: Sequence[str] = ()
    disliked: Sequence[str] = ()
    seen: Sequence[str] = ()
    wishes: Sequence[str] = ()
    request: str = ""

    def values(self) -> dict[str, object]:
        """Returns what a template may name: each text on one line, whoever wrote it."""
        found: dict[str, object] = {}
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if isinstance(value, str):
                found[name] = one_line(value, _LONG)
            else:
                found[name] = [one_line(text, _SHORT) for text in value]
        return found


class Witness(Protocol):
    """Tells what a variant knew when it gave a reason."""

    def exhibit(self, case: Case, variant: Variant, item: str) -> Exhibit | None:
        """Returns what an item's reason is held against; ``None`` where it is not known there."""
        ...

    def plain(self, case: Case, variant: Variant, item: str) -> str:
        """Returns the reason that the evidence alone would give; empty where it is not known."""
        ...
