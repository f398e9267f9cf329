"""Setwise: the best of a few, in a tournament."""

from __future__ import annotations

from palate.agent.rankers.protocol import RankTask
from palate.agent.rankers.tournament import Rules, tournament
from palate.domain import Model, Ranking


class SetwiseRanker:
    """``ranking.rounds`` rounds of groups of ``ranking.set_size``; one call a group.

    The letters are dealt anew in every round, so that places even out.
    """

    name = "setwise"
    template = "rank/setwise"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Holds the tournament; the prior's order, with the cause, where nobody answers."""
        ranking = task.settings.ranking
        rules = Rules(ranking.set_size, ranking.rounds)
        return await tournament(task, model, rules, self.name, deadline=deadline)
