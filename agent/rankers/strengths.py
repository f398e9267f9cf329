"""One strength for each item, from what was said of many small groups.

What is said of a group is a distribution over its members; only the ratios within it mean
anything. The strengths are those whose differences fit the logarithms of these ratios best,

    minimise  sum_g sum_{i in g} ((u_i - mean_g u) - (log p_i - mean_g log p))^2  +  RIDGE sum u_i^2

(logarithmic least squares: G. Crawford, C. Williams, 1985). Where the groups agree with a model of
Plackett and Luce the fit is exact, for the last of a group as for its first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

#: Keeps apart groups that never met on one scale.
RIDGE = 1e-3
#: Smaller shares count as this one: how small they are is noise, and some are only bounds.
LEAST_SHARE = 1e-4

#: Item id -> its share of the choice among one group; they sum to 1.
Shares = Mapping[str, float]


def strengths(groups: Sequence[Shares]) -> dict[str, float]:
    """Returns item -> log-strength of every item of the groups, centred."""
    items = sorted({item for group in groups for item in group})
    code = {item: row for row, item in enumerate(items)}
    left, right = RIDGE * np.eye(len(items)), np.zeros(len(items))
    for group in groups:
        rows = [code[item] for item in group]
        said = np.array([math.log(max(share, LEAST_SHARE)) for share in group.values()])
        left[np.ix_(rows, rows)] += np.eye(len(rows)) - 1 / len(rows)
        right[rows] += said - said.mean()
    found = np.linalg.solve(left, right)
    return dict(zip(items, (found - found.mean()).tolist(), strict=True))
