"""How much of a model's order stays when only the order of the candidates in its prompt changes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from palate.eval.metrics.kendall import kendall_tau
from palate.eval.runs.answer import answer_from
from palate.eval.runs.health import own_order
from palate.eval.runs.log import latest_answers
from palate.eval.runs.mean import Mean
from palate.eval.runs.variants import Variant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from palate.eval.runs.summarise import Judged

#: Axes that change how candidates stand in a prompt, and nothing of what is asked.
_AXES = ("order", "seed")


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Two ways to lay out the same candidates, over the cases that were answered both times.

    Attributes:
        variant: What both have in common.
        first: Of the axis, such as ``shuffled``.
        tau: Kendall's tau of the model's own two orders.
        same: Share of cases with the same item first.
    """

    variant: str
    first: str
    second: str
    tau: Mean
    same: Mean


def steadiness_of(log: Path, variants: Sequence[Variant], by: Judged) -> tuple[Steadiness, ...]:
    """Compares the own orders of variants that differ in the layout alone."""
    import numpy as np

    pairs = list(_pairs(variants))
    if not pairs:
        return ()
    rows = {case.id: row for row, case in enumerate(by.asked.cases)}
    found = [np.full((len(rows), 2), math.nan) for _ in pairs]
    _compare(log, pairs, rows, found)
    return tuple(
        Steadiness(
            *names, *by.means(values[:, :1], known, (-1.0, 1.0)), *by.means(values[:, 1:], known)
        )
        for (_, _, names), values in zip(pairs, found, strict=True)
        if (known := np.isfinite(values[:, 0])).any()
    )


#: Keys of two variants, and the names of what they share and of either.
_Pair = tuple[str, str, tuple[str, str, str]]


def _pairs(variants: Sequence[Variant]) -> Iterator[_Pair]:
    for axis in _AXES:
        for one, other in itertools.combinations(variants, 2):
            first, second = getattr(one, axis), getattr(other, axis)
            if first != second and replace(one, name="", **{axis: first}) == replace(
                other, name="", **{axis: first}
            ):
                words = [f"seed {value}" if axis == "seed" else str(value)
                         for value in (first, second)]  # fmt: skip
                parts = [part for part in one.name.split(" · ") if part != words[0]]
                yield one.key, other.key, (" · ".join(parts), words[0], words[1])


def _compare(
    log: Path,
    pairs: Sequence[_Pair],
    rows: Mapping[str, int],
    found: Sequence[NDArray[np.float64]],
) -> None:
    """Fills tau and whether the first item is the same; holds the orders of open cases alone."""
    keys = {key for one, other, _ in pairs for key in (one, other)}
    waiting: dict[str, dict[str, tuple[str, ...]]] = {}
    for record in latest_answers(log):
        if record["v"] not in keys or record["c"] not in rows:
            continue
        case = waiting.setdefault(record["c"], {})
        case[record["v"]] = own_order(answer_from(record))
        if len(case) == len(keys):
            for (one, other, _), values in zip(pairs, found, strict=True):
                values[rows[record["c"]]] = _alike(case[one], case[other])
            del waiting[record["c"]]


def _alike(one: Sequence[str], other: Sequence[str]) -> tuple[float, float]:
    tau = kendall_tau(one, other)
    return tau, math.nan if math.isnan(tau) else float(one[0] == other[0])
