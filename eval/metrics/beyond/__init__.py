"""What is shown, right or not: novelty, diversity, serendipity, popularity, calibration, coverage.

Most have a value a case, nan where a case has none (no tags, no history); ``Coverage`` and ``Gini``
have one for all lists together. None of them says that a list is good: a random one covers most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from palate.eval.metrics.beyond.calibration import calibration
from palate.eval.metrics.beyond.coverage import coverage
from palate.eval.metrics.beyond.diversity import diversity
from palate.eval.metrics.beyond.gini import gini
from palate.eval.metrics.beyond.novelty import novelty
from palate.eval.metrics.beyond.popularity_bias import popularity_bias
from palate.eval.metrics.beyond.serendipity import serendipity
from palate.eval.metrics.beyond.shelf import Exposed, Shelf, Shown

#: Metrics with a value a case.
PER_CASE: Mapping[str, Callable[[Shown, Shelf], float]] = {
    "Novelty": novelty, "Diversity": diversity, "Serendipity": serendipity,
    "PopularityBias": popularity_bias, "Calibration": calibration,
}  # fmt: skip
#: Metrics of all lists together.
OF_ALL: Mapping[str, Callable[[Exposed], float]] = {"Coverage": coverage, "Gini": gini}

__all__ = ["OF_ALL", "PER_CASE", "Exposed", "Shelf", "Shown"]
