"""Novelty@k: how little known the items are, in bits: mean of ``-log2((n_i + 1) / (N + 1))``.

``n_i`` of ``N`` people had item i; one more on both sides keeps items that nobody had finite.
Source: Zhou et al., *Solving the apparent diversity-accuracy dilemma*, PNAS 2010 (mean
self-information).
"""

from __future__ import annotations

import math

from palate.eval.metrics.beyond.shelf import Shelf, Shown


def novelty(shown: Shown, shelf: Shelf) -> float:
    """Returns bits, 0 or more; nan where nothing is shown."""
    if not shown.items:
        return math.nan
    total = math.log2(shelf.users + 1) * len(shown.items)
    return (total - sum(math.log2(shelf.people.get(i, 0) + 1) for i in shown.items)) / len(
        shown.items
    )
