"""Kendall's tau: how alike two orders of the same items are.

``tau = (concordant pairs - discordant pairs) / (n (n - 1) / 2)`` over the n items of both
(Kendall, "A new measure of rank correlation", Biometrika 1938). Orders have no ties, so tau-a and
tau-b are one. 1: the same order; 0: as alike as two random ones; -1: one is the other reversed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def kendall_tau(first: Sequence[str], second: Sequence[str]) -> float:
    """Returns tau of two orders; items that stand in one of them alone are left out.

    Args:
        first: Item ids, each once.
        second: Item ids, each once.

    Returns:
        From -1 to 1; nan where fewer than two items stand in both.
    """
    import numpy as np

    place = {item: rank for rank, item in enumerate(second)}
    ranks = np.array([place[item] for item in first if item in place])
    n = len(ranks)
    if n < 2:
        return math.nan
    later = np.sign(ranks[None, :] - ranks[:, None])[np.triu_indices(n, 1)]
    return float(later.sum() / (n * (n - 1) / 2))
