"""What ``fit`` learnt to foretell, and the probabilities that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from palate.domain import Action
from palate.retrieval.features import Context, Rows
from palate.retrieval.forecast.calibrate import Calibration, Linear
from palate.retrieval.forecast.leaning import Leaning
from palate.retrieval.forecast.signals import ALONE, WITH_PAST, View, signal_matrix
from palate.retrieval.strength import RatingScale

Basis = Literal["calibrated", "base rate", "nothing"]


@dataclass(frozen=True, slots=True)
class Head:
    """One learnt function from signals to an answer.

    Attributes:
        linear: From signals to a score; for ratings the score is the rating.
        calibration: From the score to a probability; ``None`` for ratings.
        cases: Held-out meetings that it was learnt from.
        loss: Mean squared error on people that it was not learnt from.
        base_loss: The same of the mean answer of those that it was learnt from.
    """

    linear: Linear
    calibration: Calibration | None
    cases: int
    loss: float
    base_loss: float

    def values(self, signals: NDArray[np.float64], scale: RatingScale) -> NDArray[np.float64]:
        """Returns probabilities, or ratings within the scale, shape (m,)."""
        scores = self.linear.scores(signals)
        if self.calibration is None:
            return np.clip(scores, scale.low, scale.high)
        return self.calibration.probabilities(scores)


@dataclass(frozen=True)
class Target:
    """What is known of one action.

    Attributes:
        meetings: How many meetings of the log have an answer.
        positives: How many of them hold the action (ratings: how many there are).
        rate: Base rate: mean answer; where nothing is known of meetings without the action, the
            share among all pairs of a person and an item.
        cases: Held-out meetings with an answer.
        alone: For strangers; ``None`` where it was no better than the base rate.
        past: For people with a past; likewise.
        leaning: Biases; ``None`` where nothing was learnt.
        cause: Why there is no ``past``, in a sentence; empty where there is.
    """

    meetings: int
    positives: int
    rate: float
    cases: int
    alone: Head | None = None
    past: Head | None = None
    leaning: Leaning | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Foretold:
    """Values for some rows, and what they stand on.

    Attributes:
        values: Probabilities or ratings, shape (m,); nan where nothing is known.
        basis: ``calibrated``, ``base rate`` or ``nothing``.
        head: What made them; ``None`` for the other two.
    """

    values: NDArray[np.float64]
    basis: Basis
    head: Head | None = None


@dataclass(frozen=True)
class Forecasts:
    """Everything that ``fit`` learnt to foretell.

    Attributes:
        scale: Of the ratings.
        targets: Action -> what is known of it.
    """

    scale: RatingScale
    targets: Mapping[Action, Target]

    def foretell(
        self, action: Action, context: Context, answers: NDArray[np.float32], rows: Rows
    ) -> Foretold:
        """Foretells what becomes of the meetings of a person with some items.

        Args:
            action: Which one; ``rate`` foretells the rating itself.
            context: Of the person, with the history that ``answers`` belong to.
            answers: Of the history items, shape (h,); nan where there is none.
            rows: Of the items, shape (m,).
        """
        target = self.targets[action]
        head = target.past if len(context.history) else target.alone
        if head is None or target.leaning is None:
            basis: Basis = "base rate" if target.positives else "nothing"
            value = target.rate if target.positives else np.nan
            return Foretold(np.full(len(rows), value), basis)
        signals = WITH_PAST if head is target.past else ALONE
        view = View(context, target.leaning, answers)
        matrix = signal_matrix(view, rows, signals)
        return Foretold(head.values(matrix, self.scale), "calibrated", head)
