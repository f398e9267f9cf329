"""Labels: the model orders all candidates as a row of letters, without a word."""

from __future__ import annotations

from palate.agent.rankers.asking import one_order
from palate.agent.rankers.protocol import RankTask
from palate.domain import Model, Ranking
from palate.prompts.parse import parse_labels


class LabelsRanker:
    """One call, one order, about a token a candidate."""

    name = "labels"
    template = "rank/labels"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks once; the prior's order, with the cause, where no order comes back."""
        return await one_order(task, model, parse_labels, self.name, deadline=deadline)
