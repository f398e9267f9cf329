"""What came of asking again without the cited evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from palate.eval.runs.mean import Mean

#: Verdicts in words.
MOVES, STILL = "moves with what it cites", "does not use what it cites"


@dataclass(frozen=True, slots=True)
class Moved:
    """How far the items fall whose reasons one variant gave.

    Attributes:
        line: Name of the variant.
        asked: Reasons that were tried: the first of an answer, in the model's own words, that cites
            history items.
        scored: Of those, how many had an order of the model both times.
        cited: Places that the explained item falls when the cited items are taken out of the
            history; ``None`` where nothing was scored.
        other: The same when as many others are taken out, its control, over those that have one.
        fell: Share of the items that fell at all without what was cited.
        difference: Of cited less other, over those that have both; with its interval.
        p: Of the permutation test by person, times the number of variants (Bonferroni).
        verdict: `MOVES`, `STILL`, or ``not decisive - ...``; empty without a difference.
        cost: Calls, tokens and US dollars of asking again.
    """

    line: str
    asked: int
    scored: int
    cited: Mean | None = None
    other: Mean | None = None
    fell: Mean | None = None
    difference: Mean | None = None
    p: float | None = None
    verdict: str = ""
    cost: Mapping[str, float] = field(default_factory=dict)


def moved_from(data: Mapping[str, Any]) -> Moved:
    """Reads what `dataclasses.asdict` made."""
    means = ("cited", "other", "fell", "difference")
    read = {name: Mean(**data[name]) if data.get(name) else None for name in means}
    return Moved(**{**data, **read})
