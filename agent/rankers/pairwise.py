"""Pairwise: the better of two, in both orders, in a tournament."""

from __future__ import annotations

from palate.agent.rankers.protocol import RankTask
from palate.agent.rankers.tournament import Rules, tournament
from palate.domain import Model, Ranking


class PairwiseRanker:
    """``ranking.rounds`` rounds; about as many calls a round as there are candidates."""

    name = "pairwise"
    template = "rank/pairwise"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Holds the tournament; the prior's order, with the cause, where nobody answers."""
        rules = Rules(2, task.settings.ranking.rounds, both=True)
        return await tournament(task, model, rules, self.name, deadline=deadline)
