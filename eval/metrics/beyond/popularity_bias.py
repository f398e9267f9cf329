"""PopularityBias@k: how much more popular a list is than what its person had.

Mean share of people who had an item of the list, less the same mean over the person's history: 0
keeps to the person's taste for the popular, above 0 pushes them towards it. Source: Abdollahpouri
et al., *The unfairness of popularity bias in recommendation*, 2019 (group average popularity, its
lift as a difference).
"""

from __future__ import annotations

import math

from palate.eval.metrics.beyond.shelf import Shelf, Shown


def popularity_bias(shown: Shown, shelf: Shelf) -> float:
    """Returns a value in [-1, 1]; nan without a list or a history."""
    if not shown.items or not shown.past:
        return math.nan
    listed = sum(map(shelf.share, shown.items)) / len(shown.items)
    return listed - sum(map(shelf.share, shown.past)) / len(shown.past)
