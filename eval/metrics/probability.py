"""Metrics of probabilities over a case's candidates: lower is better.

* LogLoss: ``-ln p`` of the relevant items, in nats, their mean where a case has several; no ``p``
  is taken to be below 1e-6.
* Brier: ``sum (p - y)^2`` over the candidates, ``y`` the share of the case's gain (Brier, Monthly
  Weather Review 1950): from 0 to 2.
* ECE: the expected calibration error of every candidate's ``p`` against whether it is relevant,
  over ten bins of equally many candidates (`palate.eval.calibrated.ece`); of all cases together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SURE = 1e-6


def normalised(logs: Sequence[float]) -> list[float]:
    """Returns log-probabilities up to a constant as probabilities that sum to 1."""
    import numpy as np

    from palate.retrieval.prior import log_softmax

    found: list[float] = np.exp(log_softmax(np.array(logs, np.float64))).tolist()
    return found


def log_loss(p: Mapping[str, float], truth: Mapping[str, float]) -> float:
    """Returns the loss of one case; nan where no relevant item is among the candidates."""
    found = [-math.log(max(p[item], _SURE)) for item, gain in truth.items()
             if gain > 0 and item in p]  # fmt: skip
    return sum(found) / len(found) if found else math.nan


def brier(p: Mapping[str, float], truth: Mapping[str, float]) -> float:
    """Returns the score of one case; nan where no relevant item is among the candidates."""
    gains = {item: gain for item, gain in truth.items() if gain > 0 and item in p}
    total = sum(gains.values())
    if not total:
        return math.nan
    return sum((one - gains.get(item, 0.0) / total) ** 2 for item, one in p.items())


@dataclass
class Foretold:
    """The probabilities of one line, case by case.

    Attributes:
        loss: Row -> LogLoss; ``square`` likewise Brier.
        pairs: Probability of each candidate, whether it is relevant, and its case's row.
    """

    loss: dict[int, float] = field(default_factory=dict)
    square: dict[int, float] = field(default_factory=dict)
    pairs: list[tuple[float, float, int]] = field(default_factory=list)

    def add(
        self, row: int, items: Sequence[str], logs: Sequence[float], truth: Mapping[str, float]
    ) -> None:
        """Takes in one case.

        Args:
            row: Of the case.
            items: Candidates.
            logs: Their log-probabilities, up to a constant.
            truth: Item id -> gain.
        """
        p = dict(zip(items, normalised(logs), strict=True))
        loss = log_loss(p, truth)
        if math.isnan(loss):
            return
        self.loss[row], self.square[row] = loss, brier(p, truth)
        self.pairs += [(one, float(truth.get(item, 0) > 0), row) for item, one in p.items()]
