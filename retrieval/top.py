"""The best few of many scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def best_rows(scores: NDArray[np.floating], limit: int) -> NDArray[np.intp]:
    """Returns the rows of the highest scores, best first; equal scores in row order.

    Args:
        scores: Shape (n,), finite.
        limit: How many at most; fewer come back only where ``n`` is smaller.
    """
    if limit <= 0:
        return np.empty(0, dtype=np.intp)
    if limit >= scores.size:
        return np.argsort(-scores, kind="stable")
    edge = np.partition(scores, scores.size - limit)[scores.size - limit]
    rows = np.flatnonzero(scores >= edge)  # with every tie at the edge, so that rows decide
    return rows[np.argsort(-scores[rows], kind="stable")][:limit]
