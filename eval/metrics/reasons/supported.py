"""SupportedClaims: share of the claims in the model's own sentences that what is known supports.

``supported / all`` over the claims of a case, those of refused sentences among them: what the check
took away still counts against the model. The idea is that of FActScore (Min et al., EMNLP 2023),
where the known world is the person's history and the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence

from palate.eval.metrics.reasons.told import Sentence, mean


def supported(reasons: Sequence[Sentence]) -> float:
    """Returns a value in [0, 1]; nan where nothing is claimed."""
    return mean([float(ok) for one in reasons for ok in one.claims])
