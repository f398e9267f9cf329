"""From signals to a score to a probability: ridge regressions, and Platt's or isotonic calibration.

Platt's sigmoid has two parameters and is right for little data; isotonic regression takes any
rising shape and needs about a thousand cases not to follow chance (Niculescu-Mizil and Caruana,
*Predicting good probabilities with supervised learning*, ICML 2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.forecast.isotonic import isotonic_knots

Values = NDArray[np.float64]
#: Cases, and cases of the rarer answer, from which on the calibration is isotonic.
ISOTONIC_CASES, ISOTONIC_RARER = 1000, 100
#: Weight of the ridge: as much as so many cases on standardised signals.
RIDGE = 5.0


@dataclass(frozen=True, slots=True)
class Linear:
    """``intercept + weights . (x - mean) / scale``.

    Attributes:
        mean: Of each signal, shape (f,).
        scale: Standard deviation of each; 1 where a signal is constant.
        weights: Shape (f,).
    """

    mean: Values
    scale: Values
    weights: Values
    intercept: float

    def scores(self, signals: NDArray[np.floating]) -> Values:
        """Returns the score of each row, shape (m,)."""
        return np.asarray(self.intercept + (signals - self.mean) / self.scale @ self.weights)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A non-decreasing function from scores to probabilities.

    Attributes:
        x: ``(slope, intercept)`` of Platt's sigmoid, or the scores of the isotonic knots.
        y: The values at the knots; empty for Platt.
    """

    kind: Literal["platt", "isotonic"]
    x: Values
    y: Values

    def probabilities(self, scores: Values) -> Values:
        """Returns probabilities, the same shape."""
        if self.kind == "platt":
            return sigmoid(self.x[0] * scores + self.x[1])
        return np.asarray(np.interp(scores, self.x, self.y))


def sigmoid(x: Values) -> Values:
    """Returns ``1 / (1 + exp(-x))``."""
    from scipy.special import expit

    return np.asarray(expit(x), np.float64)


def fit_least_squares(signals: Values, answers: Values) -> Linear:
    """Fits a ridge regression; the intercept is free."""
    z, mean, scale = _standardised(signals)
    middle = float(answers.mean())
    gram = z.T @ z + RIDGE * np.eye(z.shape[1])
    weights = np.asarray(np.linalg.solve(gram, z.T @ (answers - middle)), np.float64)
    return Linear(mean, scale, weights, middle)


def fit_logistic(signals: Values, answers: Values) -> Linear:
    """Fits a logistic regression with a ridge on the weights; the intercept is free."""
    from scipy.optimize import minimize

    z, mean, scale = _standardised(signals)

    def loss(theta: Values) -> tuple[float, Values]:
        score, weights = z @ theta[1:] + theta[0], theta[1:]
        value = np.logaddexp(0, score).sum() - answers @ score + RIDGE / 2 * weights @ weights
        error = sigmoid(score) - answers
        return float(value), np.concatenate([[error.sum()], z.T @ error + RIDGE * weights])

    share = (answers.sum() + 1) / (len(answers) + 2)
    start = np.concatenate([[np.log(share / (1 - share))], np.zeros(z.shape[1])])
    theta = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return Linear(mean, scale, np.asarray(theta[1:]), float(theta[0]))


def _standardised(signals: Values) -> tuple[Values, Values, Values]:
    mean, deviation = signals.mean(axis=0), signals.std(axis=0)
    scale = np.where(deviation > 1e-9, deviation, 1.0)
    return (signals - mean) / scale, mean, scale


def fit_calibration(scores: Values, answers: Values) -> Calibration:
    """Chooses and fits a calibration by the number of cases.

    Args:
        scores: Of cases that the score was not learnt from, shape (n,).
        answers: 0 or 1, shape (n,).
    """
    rarer = min(answers.sum(), len(answers) - answers.sum())
    if len(answers) >= ISOTONIC_CASES and rarer >= ISOTONIC_RARER:
        return Calibration("isotonic", *isotonic_knots(scores, answers))
    return fit_platt(scores, answers)


def fit_platt(scores: Values, answers: Values) -> Calibration:
    """Fits ``P = 1 / (1 + exp(-(a s + b)))`` to targets pulled off 0 and 1; a is never negative.

    Source: Platt, *Probabilistic outputs for support vector machines* (1999), section 2.2.
    """
    from scipy.optimize import minimize

    ones = answers.sum()
    high, low = (ones + 1) / (ones + 2), 1 / (len(answers) - ones + 2)
    target = np.where(answers > 0, high, low)

    def loss(theta: Values) -> tuple[float, Values]:
        line = theta[0] * scores + theta[1]
        error = sigmoid(line) - target
        value = np.logaddexp(0, line).sum() - target @ line
        return float(value), np.array([error @ scores, error.sum()])

    found = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)]
    )
    return Calibration("platt", np.asarray(found.x, np.float64), np.zeros(0))
