"""What a line showed, case by case: the metrics that do not ask what was right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from palate.eval.cases import Case
from palate.eval.metrics import Metric
from palate.eval.metrics.beyond import OF_ALL, PER_CASE, Exposed, Shelf, Shown

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Watching:
    """What is looked at, and by what.

    Attributes:
        metrics: All of `palate.eval.metrics.names.BEYOND`.
        shelf: What is known of the catalogue.
        size: Items that could be shown at all.
    """

    metrics: Sequence[Metric]
    shelf: Shelf
    size: int


def watching(metrics: Sequence[Metric], shelf: Shelf, cases: Sequence[Case]) -> Watching:
    """Returns what to look at; where all cases list candidates, those are all there is to show."""
    listed = [case.candidates for case in cases]
    if listed and all(one is not None for one in listed):
        size = len({item for one in listed for item in one or ()})
    else:
        size = len(shelf.tags)
    return Watching(metrics, shelf, size)


@dataclass
class Showing:
    """The values of one line.

    Attributes:
        values: Metric -> value a case, nan where it has none; shape (cases,).
        exposed: Metric -> how often each item was shown.
    """

    watching: Watching
    values: Mapping[Metric, NDArray[np.float64]]
    exposed: Mapping[Metric, Exposed] = field(default_factory=dict)

    @classmethod
    def empty(cls, watching: Watching, cases: int) -> Showing:
        """Returns one that has seen nothing."""
        import numpy as np

        each = [one for one in watching.metrics if one.name in PER_CASE]
        whole = [one for one in watching.metrics if one.name in OF_ALL]
        return cls(
            watching,
            {one: np.full(cases, math.nan) for one in each},
            {one: Exposed(watching.size) for one in whole},
        )

    def add(self, row: int, case: Case, order: Sequence[str], past: Sequence[str]) -> None:
        """Looks at the order of one case."""
        relevant = frozenset(item for item, gain in case.truth.items() if gain > 0)
        for metric, column in self.values.items():
            shown = Shown(order[: metric.k], metric.k, past, relevant, case.candidates)
            column[row] = PER_CASE[metric.name](shown, self.watching.shelf)
        for metric, exposed in self.exposed.items():
            exposed.add(order[: metric.k])

    def of_all(self) -> dict[Metric, float]:
        """Returns the values of all lists together."""
        return {metric: OF_ALL[metric.name](one) for metric, one in self.exposed.items()}
