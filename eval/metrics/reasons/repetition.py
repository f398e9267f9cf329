"""ReasonRepetition: how much the reasons of one slate repeat each other's pairs of words.

``1 - distinct-2``: one less the number of different pairs of neighbouring words by the number of
all such pairs, over the reasons that one person sees together. Source of distinct-n: Li et al.,
*A diversity-promoting objective function for neural conversation models*, NAACL 2016.
"""

from __future__ import annotations

from collections.abc import Sequence

from palate.eval.metrics.reasons.told import Sentence, grams


def repetition(reasons: Sequence[Sentence]) -> float:
    """Returns a value in [0, 1]; nan where there are fewer than two reasons with a pair."""
    each = [found for one in reasons if (found := grams(one.text, 2))]
    if len(each) < 2:
        return float("nan")
    pairs = [pair for found in each for pair in found]
    return 1 - len(set(pairs)) / len(pairs)
