"""What every ranker takes and gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from palate.agent.tuning_store import OfModel
from palate.domain import Candidate, Item, Model, Profile, RankBy, Ranking, Request
from palate.prompts.library import Library, Template
from palate.prompts.tokens import Counter
from palate.settings import Settings


@dataclass(frozen=True)
class RankTask:
    """One pool to be ranked.

    Attributes:
        candidates: Best prior first.
        rank_by: What shall decide.
        items: Item id -> item, for history and evidence.
        template: Of the ranker.
        count: Counts tokens.
        library: Where a ranker finds another template when it has to step down.
        tuned: What was learnt for the model that is asked.
    """

    candidates: Sequence[Candidate]
    profile: Profile
    request: Request
    rank_by: RankBy
    items: Mapping[str, Item]
    settings: Settings
    template: Template
    count: Counter
    library: Library | None = None
    tuned: OfModel = field(default_factory=dict)


@runtime_checkable
class Ranker(Protocol):
    """Orders a pool with a model's help; a full permutation comes back whatever happens."""

    name: str
    #: The template that it takes unless the settings name one.
    template: str

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Ranks.

        Args:
            task: The pool.
            model: To be asked.
            deadline: ``time.monotonic()`` value at which the prior takes over.
        """
        ...
