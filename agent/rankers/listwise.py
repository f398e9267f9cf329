"""Listwise: the model orders all candidates and gives reasons for the first, in one reply."""

from __future__ import annotations

from palate.agent.rankers.asking import one_order
from palate.agent.rankers.protocol import RankTask
from palate.domain import Model, Ranking
from palate.prompts.parse import parse_listwise


class ListwiseRanker:
    """One call, one order."""

    name = "listwise"
    template = "rank/listwise"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks once; the prior's order, with the cause, where no order comes back."""
        return await one_order(task, model, parse_listwise, self.name, deadline=deadline)
