"""Rankers by name."""

from __future__ import annotations

from palate.agent.rankers.consensus import ConsensusRanker
from palate.agent.rankers.first_token import FirstTokenRanker
from palate.agent.rankers.labels import LabelsRanker
from palate.agent.rankers.listwise import ListwiseRanker
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import Ranker, RankTask
from palate.errors import SettingsError

__all__ = ["RANKERS", "RankTask", "Ranker", "make_ranker", "prior_ranking"]

_RANKERS: dict[str, type[Ranker]] = {
    "listwise": ListwiseRanker,
    "labels": LabelsRanker,
    "first-token": FirstTokenRanker,
    "consensus": ConsensusRanker,
}
RANKERS = tuple(_RANKERS)


def make_ranker(name: str) -> Ranker:
    """Returns the ranker of that name.

    Raises:
        SettingsError: There is none.
    """
    if name not in _RANKERS:
        raise SettingsError(
            f"No ranker {name!r}. Set ranking.ranker to one of: {', '.join(_RANKERS)}."
        )
    return _RANKERS[name]()
