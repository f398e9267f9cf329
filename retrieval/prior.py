"""The prior: a conditional logit over the features of a list of candidates.

``P(i | u, pool) = exp(theta . z_i) / sum_j exp(theta . z_j)`` with features standardised within the
list (McFadden 1974; a softmax over each list). It yields true log-probabilities, and the exact
share of each feature in a score: ``theta_k z_ik``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.features import LEARNT, NAMES, Values, standardise
from palate.retrieval.files import replace_file

FILE = "prior.json"
#: Used until there are enough events to learn from, and for what no log can teach.
FIXED: dict[str, float] = {
    "neighbours": 0.6,
    "regression": 0.4,
    "factors": 0.0,
    "sequence": 0.3,
    "disliked": 0.2,
    "similar": 0.4,
    "tags": 0.5,
    "popularity": 0.5,
    "late": 0.0,
    "liked": 0.3,
    "freshness": 0.05,
    "era": 0.1,
    "known": -1.0,
    "request": 6.0,
    "wish": 3.0,
}
#: Lists needed before learnt weights replace the fixed ones.
ENOUGH = 100
_RIDGE = 1.0


@dataclass(frozen=True)
class Prior:
    """Weights by feature name.

    Attributes:
        lists: Lists the weights were learnt from; 0 for the fixed ones.
        fixed_loss: Mean -log P(target) of the fixed weights on lists not learnt from.
        loss: The same of the learnt weights.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(FIXED))
    lists: int = 0
    fixed_loss: float = float("nan")
    loss: float = float("nan")

    @property
    def fitted(self) -> bool:
        """Whether the weights were learnt."""
        return self.lists > 0

    def vector(self) -> NDArray[np.float64]:
        """Weights in the order of ``features.NAMES``."""
        return np.array([self.weights.get(name, 0.0) for name in NAMES])

    def contributions(self, matrix: Values) -> NDArray[np.float64]:
        """Returns each feature's share of each score, same shape as the feature matrix."""
        return np.asarray(standardise(matrix) * self.vector())

    def log_probabilities(self, matrix: Values) -> NDArray[np.float64]:
        """Returns log P(i | list), shape (n_candidates,)."""
        return log_softmax(self.contributions(matrix).sum(axis=1))


def log_softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns scores minus the logarithm of the sum of their exponentials."""
    shifted = scores - scores.max(initial=-np.inf)
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def fit_prior(lists: Sequence[Values], targets: Sequence[int]) -> Prior:
    """Learns the weights by maximum likelihood with a small ridge.

    Args:
        lists: Feature matrices, one a list; a fifth of them is kept aside to report the loss.
        targets: Row of the item that was chosen, one a list.

    Returns:
        The learnt prior; the fixed one where there are fewer than ``ENOUGH`` lists or where
        the learnt weights are not better on the lists kept aside.
    """
    if len(lists) < ENOUGH:
        return Prior()
    scaled = [standardise(matrix)[:, : len(LEARNT)].astype(np.float64) for matrix in lists]
    aside = len(scaled) // 5
    start = np.array([FIXED[name] for name in LEARNT])
    theta = _maximise(scaled[aside:], targets[aside:], start)
    fixed_loss, loss = (_loss(scaled[:aside], targets[:aside], t) for t in (start, theta))
    if loss >= fixed_loss:
        return Prior(fixed_loss=fixed_loss, loss=loss)
    final = _maximise(scaled, targets, theta)
    learnt = dict(zip(LEARNT, final.tolist(), strict=True))
    return Prior({**FIXED, **learnt}, len(lists), fixed_loss, loss)


def _loss(
    scaled: Sequence[NDArray[np.float64]], targets: Sequence[int], theta: NDArray[np.float64]
) -> float:
    losses = [-log_softmax(z @ theta)[t] for z, t in zip(scaled, targets, strict=True)]
    return float(np.mean(losses))


def _maximise(
    scaled: Sequence[NDArray[np.float64]], targets: Sequence[int], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    from scipy.optimize import minimize

    rows = np.concatenate(scaled)
    starts = np.concatenate([[0], np.cumsum([len(z) for z in scaled])])
    chosen = rows[starts[:-1] + np.asarray(targets)]
    owner = np.repeat(np.arange(len(scaled)), np.diff(starts))

    def objective(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = rows @ theta
        score -= np.maximum.reduceat(score, starts[:-1])[owner]
        weight = np.exp(score)
        total = np.add.reduceat(weight, starts[:-1])
        own = score[starts[:-1] + np.asarray(targets)]
        loss = (np.log(total) - own).sum() + _RIDGE * ((theta - start) ** 2).sum()
        expected = (weight / total[owner]) @ rows
        gradient = expected - chosen.sum(axis=0) + 2 * _RIDGE * (theta - start)
        return float(loss), gradient

    return np.asarray(minimize(objective, start, jac=True, method="L-BFGS-B").x)


def save_prior(prior: Prior, folder: Path) -> None:
    """Writes ``prior.json``, all or nothing."""
    replace_file(folder / FILE, json.dumps(asdict(prior), indent=1).encode())


def load_prior(folder: Path) -> Prior:
    """Reads ``prior.json``.

    Raises:
        OSError: It is not there.
        ValueError: It is not what was written.
        TypeError: It has other keys.
    """
    return Prior(**json.loads((folder / FILE).read_text(encoding="utf-8")))
