"""OwnWords: share of the reasons that stand in the model's own words.

The others claimed what is not known, and the evidence's sentence was shown in their stead.
"""

from __future__ import annotations

from collections.abc import Sequence

from palate.eval.metrics.reasons.told import Sentence, mean


def own_words(reasons: Sequence[Sentence]) -> float:
    """Returns a value in [0, 1]; nan where there is no reason."""
    return mean([float(one.own) for one in reasons])
