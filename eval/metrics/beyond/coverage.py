"""Coverage@k: the share of the catalogue that stands in at least one list.

Catalogue coverage. Source: Herlocker et al., *Evaluating collaborative filtering recommender
systems*, TOIS 2004. It grows with the number of lists: compare it on the same cases only.
"""

from __future__ import annotations

from palate.eval.metrics.beyond.shelf import Exposed


def coverage(exposed: Exposed) -> float:
    """Returns a value in [0, 1]."""
    return len(exposed.counts) / max(exposed.size, 1)
