"""Means by cohort: for newcomers, for items that nobody had, for any kind of user."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

from palate.eval.runs.mean import Mean
from palate.eval.statistics.spread import standard_errors
from palate.eval.statistics.verdict import normal_intervals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Cohort -> value, of each case.
Traits = Sequence[Mapping[str, str]]


def cohorts_of(
    values: NDArray[np.float64], users: Sequence[Hashable], traits: Traits, level: float
) -> dict[str, dict[str, Mean]]:
    """Returns cohort -> value -> mean, with a normal interval from the standard error over people.

    Over fewer than two people the ends are 0 and 1: nothing is known.

    Args:
        values: Of one metric, shape (cases,).
        users: Whose case each is.
        traits: Of each case.
        level: Of the intervals.
    """
    rows: dict[str, dict[str, list[int]]] = {}
    for row, trait in enumerate(traits):
        for cohort, name in trait.items():
            rows.setdefault(cohort, {}).setdefault(name, []).append(row)
    return {
        cohort: {
            name: _mean(values[found], [users[row] for row in found], level)
            for name, found in sorted(by.items(), key=_by_number)
        }
        for cohort, by in sorted(rows.items())
    }


def _mean(values: NDArray[np.float64], users: Sequence[Hashable], level: float) -> Mean:
    if len(set(users)) < 2:
        return Mean(float(values.mean()), 0.0, 1.0, len(values))
    errors, _ = standard_errors(values[:, None], users)
    [found] = normal_intervals(values[:, None].mean(axis=0), errors, level)
    return Mean(found.mean, found.low, found.high, len(values))


def _by_number(group: tuple[str, object]) -> tuple[float, str]:
    """Sorts ``5-19`` before ``20-49``."""
    digits = re.match(r"-?\d+(?:\.\d+)?", group[0])
    return (float(digits[0]) if digits else -1.0, group[0])
