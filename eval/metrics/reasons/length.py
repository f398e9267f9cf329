"""ReasonWords: how long the reasons are, in words; each Chinese, Japanese or Korean sign is one."""

from __future__ import annotations

from collections.abc import Sequence

from palate.eval.metrics.reasons.told import Sentence, mean, words


def length(reasons: Sequence[Sentence]) -> float:
    """Returns the mean number of words of a reason; nan where there is none."""
    return mean([float(len(words(one.text))) for one in reasons])
