"""What a variant knew when it gave a reason: the exhibits of a judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palate.agent.reasons.evidence import Writer
from palate.domain import Candidate, Profile
from palate.eval.judge.exhibit import Exhibit
from palate.prompts.grounds import grounds
from palate.prompts.render import SEEN, item_line, title_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from palate.domain import Item
    from palate.eval.cases import Case
    from palate.eval.runs.variants import Variant
    from palate.workspace.engine import Prepared
    from palate.workspace.entrants import WorkspaceFactory

#: Pieces of evidence that a judge is shown: a reason may cite any of them.
_PIECES = 8


class WorkspaceWitness:
    """Tells from the snapshot of a run.

    Args:
        factory: Of the run.
    """

    def __init__(self, factory: WorkspaceFactory) -> None:
        self._factory = factory

    def exhibit(self, case: Case, variant: Variant, item: str) -> Exhibit | None:
        """Returns item, evidence and person as the variant was told them."""
        prepared, candidate = self._found(case, variant, item)
        if candidate is None:
            return None
        settings = self._factory.engine.settings
        shown = settings.prompts.history if variant.history is None else variant.history
        verdicts = _history(prepared.profile, prepared.items, shown)
        wishes = [("" if wish.likes else "not ") + wish.text for wish in prepared.profile.wishes]
        return Exhibit(
            settings.catalogue.noun, item_line(candidate.item, settings),
            _evidence(candidate, prepared), **verdicts, wishes=wishes,
            request=prepared.request.text or "",
        )  # fmt: skip

    def plain(self, case: Case, variant: Variant, item: str) -> str:
        """Returns what the evidence's own writer says of an item."""
        prepared, candidate = self._found(case, variant, item)
        if candidate is None:
            return ""
        language = prepared.profile.language or self._factory.engine.settings.catalogue.language
        return Writer(prepared.profile, prepared.items, language).write(candidate)

    def _found(self, case: Case, variant: Variant, item: str) -> tuple[Prepared, Candidate | None]:
        prepared = self._factory.prepared(case, variant.probe)
        same = (one for one in prepared.pool.candidates if one.item.id == item)
        return prepared, next(same, None)


def _evidence(candidate: Candidate, prepared: Prepared) -> str:
    told = grounds(candidate, prepared.items, most=_PIECES)
    counts = [
        f"chosen by {one.words[0]} people"
        for one in candidate.evidence if one.feature == "popularity" and one.words
    ]  # fmt: skip
    return "; ".join(part for part in (told, *counts) if part)


def _history(
    profile: Profile, items: Mapping[str, Item], shown: int
) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {"liked": [], "disliked": [], "seen": []}
    for one in profile.history[-shown:] if shown else ():
        kind = "liked" if one.strength > SEEN else "disliked" if one.strength < 0 else "seen"
        if one.item in items:
            found[kind].append(title_line(items[one.item]))
    return found
