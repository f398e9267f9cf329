"""Gini@k: how unequally the places are spread over the catalogue; 0 is even, near 1 all to one.

``sum_i (2 i - n - 1) x_i / (n sum_i x_i)`` over the n items in rising order of exposure ``x``.
Source: Fleder and Hosanagar, *Blockbuster culture's next rise or fall*, Management Science 2009.
"""

from __future__ import annotations

from palate.eval.metrics.beyond.shelf import Exposed


def gini(exposed: Exposed) -> float:
    """Returns a value in [0, 1]; 0 where nothing was shown."""
    counts = sorted(exposed.counts.values())
    n, total = max(exposed.size, len(counts)), sum(counts)
    if not total:
        return 0.0
    # The items that nobody was shown come first, and add nothing to the sum.
    start = n - len(counts)
    return sum((2 * (start + i) - n - 1) * x for i, x in enumerate(counts, 1)) / (n * total)
