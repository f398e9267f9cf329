"""Isotonic regression: the non-decreasing steps nearest to the answers, by pooling.

Source: Ayer et al., *An empirical distribution function for sampling with incomplete information*
(1955), the pool-adjacent-violators algorithm; as calibration: Zadrozny and Elkan (KDD 2002).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def pool_adjacent(values: Values, weights: Values) -> tuple[Values, NDArray[np.intp]]:
    """Returns the non-decreasing sequence with the least weighted squared distance.

    Args:
        values: In order of the score, shape (n,).
        weights: Above 0, shape (n,).

    Returns:
        Mean of each block, ascending, and how many values each block holds.
    """
    means: list[float] = []
    masses: list[float] = []
    sizes: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, size = value, weight, 1
        while means and means[-1] >= mean:
            before = masses.pop()
            mean = (means.pop() * before + mean * mass) / (before + mass)
            mass, size = mass + before, size + sizes.pop()
        means.append(mean)
        masses.append(mass)
        sizes.append(size)
    return np.array(means), np.array(sizes, np.intp)


def isotonic_knots(scores: Values, answers: Values) -> tuple[Values, Values]:
    """Fits answers as a non-decreasing function of scores.

    Equal scores are pooled first. Between the middles of two blocks the function is a straight
    line, so that items of different score rarely share a probability.

    Args:
        scores: Shape (n,), n > 0.
        answers: 0 or 1, shape (n,).

    Returns:
        Knots: scores, ascending, and the value at each.
    """
    distinct, place = np.unique(scores, return_inverse=True)
    count = np.bincount(place).astype(np.float64)
    mean = np.bincount(place, answers) / count
    means, sizes = pool_adjacent(mean, count)
    block = np.repeat(np.arange(len(sizes)), sizes)
    mass = np.bincount(block, count)
    middle = np.bincount(block, distinct * count) / mass
    # Half an answer of each kind a block: no finite number of cases makes a chance 0 or 1.
    return middle, np.maximum.accumulate((means * mass + 0.5) / (mass + 1))
