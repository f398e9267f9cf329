"""The prior's own order, as a ranking: the floor and the fallback."""

from __future__ import annotations

from collections.abc import Sequence

from palate.agent.fusion import descending, ranked
from palate.domain import Candidate, Ranking, Usage


def prior_ranking(
    candidates: Sequence[Candidate], *, cause: str | None = None, usage: Usage | None = None
) -> Ranking:
    """Returns the candidates in the prior's order.

    Args:
        candidates: Best prior first.
        cause: Why the model did not decide, if it was asked to.
        usage: What the attempt cost.
    """
    scores = descending((c.item.id, c.prior) for c in candidates)
    return Ranking(ranked(scores), scores, "prior", cause=cause, usage=usage or Usage())
