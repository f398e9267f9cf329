"""The table of what reasons cite and whether it counts."""

from __future__ import annotations

from collections.abc import Sequence

from palate.eval.removal.values import STILL, Moved
from palate.eval.runs.mean import Mean
from palate.eval.runs.section import Section


def moved_section(found: Sequence[Moved], level: str) -> Section:
    """Returns the table of a run that asked again."""
    heads = ("tried", "cited away", "others away", "fell", "difference", level, "verdict")
    rows = {
        one.line: (
            f"{one.scored:,} of {one.asked:,}", _places(one.cited), _places(one.other),
            "-" if one.fell is None else f"{one.fell.mean:.1%}", _places(one.difference),
            "-" if one.difference is None
            else f"{one.difference.low:+.2f} {one.difference.high:+.2f}",
            one.verdict or "-",
        )
        for one in found
    }  # fmt: skip
    calls = sum(one.cost.get("calls", 0) for one in found)
    usd = sum(one.cost.get("usd", 0) for one in found)
    cost = f" Asking again took {calls:,.0f} calls and {usd:.4f} US dollars, in no other table."
    return Section("Without the evidence that reasons cite", _NOTE + cost, heads, rows)


_NOTE = (
    "Reasons that cite items of the history, asked again without them. Places that the explained "
    "item falls in the model's own order: cited away, without what the reason cited; others away, "
    "without as many other items, which is how far ranks move anyway; fell: share of items that "
    "fell without what was cited. A difference within half a place of 0 means that the reason "
    "cites what the ranking does not use. Intervals and verdicts by person, corrected for the "
    "number of variants."
)


def _places(mean: Mean | None) -> str:
    return "-" if mean is None else f"{mean.mean:+.2f}"


def still_sentence(one: Moved) -> str:
    """Returns what must be said of a variant whose verdict is `STILL`."""
    assert one.verdict == STILL
    assert one.difference is not None
    mean = one.difference.mean
    fall = f"only {mean:.2f} places further" if mean > 0 else "no further"
    return (
        f"Its reasons cite items of the history, but without them the explained item falls {fall} "
        f"than without as many others ({one.difference.n} cases): the ranking does not rest on "
        "what is cited."
    )
