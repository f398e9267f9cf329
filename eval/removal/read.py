"""From the log to how far ranks moved: against the control, by person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.eval.removal.stage import original, removal_variants
from palate.eval.removal.values import MOVES, STILL, Moved
from palate.eval.runs.log import latest_answers
from palate.eval.runs.mean import Mean
from palate.eval.runs.pace import usd
from palate.eval.statistics.verdict import OPEN, Rules, judge_family

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from palate.eval.runs.summarise import Judged
    from palate.eval.runs.variants import Variant

#: A rank that moves by less, in places, does not move.
MARGIN = 0.5


def moved_of(log: Path, variants: Sequence[Variant], by: Judged) -> tuple[Moved, ...]:
    """Reads what came of asking again, a variant each."""
    again = removal_variants(variants)
    names = {two.key: one.name for one, two in zip(original(variants), again, strict=True)}
    records: dict[str, list[Mapping[str, Any]]] = {one.key: [] for one in again}
    for record in latest_answers(log):
        if record["v"] in records:
            records[record["v"]].append(record)
    tried = [one for one in again if any("item" in each for each in records[one.key])]
    return tuple(_moved(names[one.key], one, records[one.key], by, len(tried)) for one in tried)


def _moved(
    name: str, variant: Variant, records: Sequence[Mapping[str, Any]], by: Judged, lines: int
) -> Moved:
    import numpy as np

    rows = {case.id: row for row, case in enumerate(by.asked.cases)}
    falls = np.full((len(rows), 2), math.nan)
    tried = [one for one in records if "item" in one and one["c"] in rows]
    for one in tried:
        for column, kind in enumerate(("cited", "other")):
            if one[kind] is not None:
                falls[rows[one["c"]], column] = one[kind] - one["before"]
    known = np.isfinite(falls)
    cost = _cost(variant, records)
    if not known[:, 0].any():
        return Moved(name, len(tried), 0, cost=cost)
    [cited] = by.means(falls[:, :1], known[:, 0])
    [fell] = by.means((falls[:, :1] > 0).astype(np.float64), known[:, 0])
    both = known.all(axis=1)
    other = by.means(falls[:, 1:], both)[0] if both.any() else None
    return Moved(
        name, len(tried), int(known[:, 0].sum()), cited, other, fell,
        **_judged(falls, both, by, lines), cost=cost,
    )  # fmt: skip


def _judged(
    falls: NDArray[np.float64], both: NDArray[np.bool_], by: Judged, lines: int
) -> dict[str, Any]:
    """Judges cited less other, at the level that so many variants leave each."""
    users = [user for user, kept in zip(by.users, both.tolist(), strict=True) if kept]
    if len(set(users)) < 2:
        return {}
    statistics = by.statistics
    level = 1 - (1 - statistics.level) / lines
    rules = Rules(level, MARGIN, statistics.samples, statistics.seed)
    [found] = judge_family((falls[both, 0] - falls[both, 1])[:, None], users, rules)
    at = found.interval
    return {
        "difference": Mean(at.mean, at.low, at.high, int(both.sum())),
        "p": min(1.0, found.p * lines),
        "verdict": _words(found.verdict),
    }


def _words(verdict: str) -> str:
    if verdict.startswith(OPEN):
        return verdict
    return MOVES if verdict == "better" else STILL


def _cost(variant: Variant, records: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    calls, prompt, reply = (sum(one["usage"][part] for one in records) for part in range(3))
    return {
        "calls": calls, "prompt_tokens": prompt, "completion_tokens": reply,
        "usd": usd(variant.model, prompt, reply),
    }  # fmt: skip
