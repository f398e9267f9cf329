"""Consensus: the same question with the letters dealt anew, several times, and one order of all.

Permutation self-consistency (arXiv 2310.07712): what a model owes to the places of the candidates
differs from deal to deal, and what it means stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from palate.agent.rankers.aggregate import agreement, kemeny
from palate.agent.rankers.asking import Asking, ask_all, decided, noted, titles_of
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.domain import Model, Opinion, Ranking
from palate.prompts.parse import parse_labels


class ConsensusRanker:
    """``ranking.permutations`` calls at once; an order of letters each."""

    name = "consensus"
    template = "rank/labels"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks several times; the orders that came are enough, the prior's if none did."""
        first = task.settings.ranking.seed
        seeds = range(first, first + task.settings.ranking.permutations)
        asked = await ask_all([(task, Asking(seed=s)) for s in seeds], model, deadline=deadline)
        answers = [one for one in asked.answers if one]
        titles = titles_of(task)
        opinions = [parse_labels(o.completion.text, o.prompt.labels, titles) for o in answers]
        orders = [opinion.order for opinion in opinions if opinion.order]
        if not orders:
            cause = asked.cause or f"no order could be read from the replies of {model.name}."
            return prior_ranking(task.candidates, cause=cause, usage=asked.usage)
        joined = _joined(opinions, orders)
        ranking = decided(task, answers[0].prompt, joined, asked.usage, self.name)
        told = (
            f"{len(orders)} of {len(seeds)} orders, agreeing with one another to "
            f"{agreement(orders):+.2f} (Kendall tau)."
        )
        return noted(ranking, told)


def _joined(opinions: Sequence[Opinion], orders: Sequence[Sequence[str]]) -> Opinion:
    named = sorted({item for order in orders for item in order})
    repairs = tuple(dict.fromkeys(repair for one in opinions for repair in one.repairs))
    return Opinion(kemeny(orders, named), repairs=repairs)
