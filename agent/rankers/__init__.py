"""Rankers by name."""

from __future__ import annotations

from palate.agent.rankers.consensus import ConsensusRanker
from palate.agent.rankers.first_token import FirstTokenRanker
from palate.agent.rankers.labels import LabelsRanker
from palate.agent.rankers.listwise import ListwiseRanker
from palate.agent.rankers.pairwise import PairwiseRanker
from palate.agent.rankers.pointwise import PointwiseRanker
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import Ranker, RankTask
from palate.agent.rankers.setwise import SetwiseRanker
from palate.agent.rankers.windows import WindowsRanker
from palate.errors import SettingsError
from palate.prompts.library import Library, Template
from palate.settings import Settings

__all__ = ["RANKERS", "RankTask", "Ranker", "make_ranker", "prior_ranking", "template_of"]

_RANKERS: dict[str, type[Ranker]] = {
    "listwise": ListwiseRanker,
    "labels": LabelsRanker,
    "first-token": FirstTokenRanker,
    "consensus": ConsensusRanker,
    "pointwise": PointwiseRanker,
    "pairwise": PairwiseRanker,
    "setwise": SetwiseRanker,
    "windows": WindowsRanker,
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


def template_of(ranker: Ranker, settings: Settings, library: Library) -> Template:
    """Returns the template that the settings name, else the ranker's own.

    Raises:
        PromptError: There is no template of that name.
    """
    return library.get(settings.prompts.rank or ranker.template)
