"""Diversity@k: mean distance of the pairs of a list, ``1 - |A & B| / |A | B|`` of their tags.

Intra-list distance with Jaccard's. Source: Ziegler et al., *Improving recommendation lists through
topic diversification*, WWW 2005.
"""

from __future__ import annotations

import math
from itertools import combinations

from palate.eval.metrics.beyond.shelf import Shelf, Shown


def diversity(shown: Shown, shelf: Shelf) -> float:
    """Returns a value in [0, 1]; nan where fewer than two of the items have tags."""
    tags = [found for item in shown.items if (found := shelf.tags.get(item))]
    pairs = [1 - len(a & b) / len(a | b) for a, b in combinations(tags, 2)]
    return sum(pairs) / len(pairs) if pairs else math.nan
