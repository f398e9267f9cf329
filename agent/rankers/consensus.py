"""Consensus: the same question with the letters dealt anew, several times, and one order of all.

Permutation self-consistency (arXiv 2310.07712): what a model owes to the places of the candidates
differs from deal to deal, and what it means stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from palate.agent.models.replies import cost_of
from palate.agent.rankers.aggregate import agreement, kemeny
from palate.agent.rankers.asking import Answer, Asking, ask, decided, noted
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.domain import Model, Opinion, Ranking, Usage
from palate.errors import ModelError, PromptError
from palate.prompts.parse import parse_labels


class ConsensusRanker:
    """``ranking.permutations`` calls at once; an order of letters each."""

    name = "consensus"
    template = "rank/labels"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks several times; the orders that came are enough, the prior's if none did."""
        first = task.settings.ranking.seed
        seeds = range(first, first + task.settings.ranking.permutations)
        asked = (ask(task, model, Asking(seed=seed), deadline=deadline) for seed in seeds)
        results = await asyncio.gather(*asked, return_exceptions=True)
        usage = _usage(results)
        answers = [one for one in results if isinstance(one, Answer)]
        opinions = [parse_labels(one.completion.text, one.prompt.labels) for one in answers]
        orders = [opinion.order for opinion in opinions if opinion.order]
        if not orders:
            return prior_ranking(task.candidates, cause=_cause(results, model), usage=usage)
        ranking = decided(task, answers[0].prompt, _joined(opinions, orders), usage, self.name)
        told = (
            f"{len(orders)} of {len(results)} orders, agreeing with one another to "
            f"{agreement(orders):+.2f} (Kendall tau)."
        )
        return noted(ranking, told)


def _joined(opinions: Sequence[Opinion], orders: Sequence[Sequence[str]]) -> Opinion:
    named = sorted({item for order in orders for item in order})
    repairs = tuple(dict.fromkeys(repair for one in opinions for repair in one.repairs))
    return Opinion(kemeny(orders, named), repairs=repairs)


def _usage(results: Sequence[Answer | BaseException]) -> Usage:
    total = Usage()
    for one in results:
        if isinstance(one, Answer):
            total += one.completion.usage
        elif isinstance(one, ModelError):
            total += cost_of(one)
    return total


def _cause(results: Sequence[Answer | BaseException], model: Model) -> str:
    for one in results:
        if isinstance(one, ModelError | PromptError):
            return str(one)
        if isinstance(one, BaseException):
            raise one
    return f"no order could be read from the replies of {model.name}."
