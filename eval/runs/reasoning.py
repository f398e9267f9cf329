"""The reasons of one line, case by case."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from palate.eval.metrics.reasons import NAMES, PER_CASE, SAMENESS, Sameness, Sentence
from palate.eval.runs.answer import Told

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Reasoning:
    """The metrics of the reasons of one line.

    Args:
        cases: How many there are.
    """

    def __init__(self, cases: int) -> None:
        self._size = cases
        self._found: dict[str, dict[int, float]] = {name: {} for name in PER_CASE}
        self._sameness = Sameness()

    def add(self, row: int, person: Hashable, reasons: Sequence[Told]) -> None:
        """Looks at the reasons of one case."""
        said = [sentence_of(one) for one in reasons]
        for name, metric in PER_CASE.items():
            value = metric(said)
            if not math.isnan(value):
                self._found[name][row] = value
        self._sameness.add(row, person, said)

    def values(self) -> dict[str, NDArray[np.float64]]:
        """Returns metric -> value a case, nan where it has none; shape (cases,)."""
        import numpy as np

        found = self._found | {SAMENESS: self._sameness.values()}
        columns = {name: np.full(self._size, math.nan) for name in NAMES if found[name]}
        for name, column in columns.items():
            column[list(found[name])] = list(found[name].values())
        return columns


def sentence_of(told: Told) -> Sentence:
    """Returns what the metrics look at."""
    return Sentence(told.text, [ok for _, ok in told.claims], told.used, told.by == "model")
