"""Listwise: the model orders all candidates and gives reasons for the first, in one reply."""

from __future__ import annotations

from dataclasses import replace

from palate.agent.fusion import fuse, ranked
from palate.agent.models.replies import cost_of
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.domain import Completion, Model, ModelCall, Opinion, Ranking
from palate.errors import ModelError, PromptError
from palate.prompts.parse import parse_listwise
from palate.prompts.render import Brief, render


class ListwiseRanker:
    """One call, one order."""

    name = "listwise"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks once; the prior's order, with the cause, where no order comes back."""
        settings = task.settings
        brief = Brief(task.candidates, task.profile, task.request, task.items, settings)
        try:
            prompt = render(task.template, brief, task.count)
            call = ModelCall(
                prompt.messages, prompt.max_tokens, prompt.schema, seed=settings.ranking.seed
            )
            completion = await model.complete(call, deadline=deadline)
        except ModelError as error:
            return prior_ranking(task.candidates, cause=str(error), usage=cost_of(error))
        except PromptError as error:
            return prior_ranking(task.candidates, cause=str(error))
        opinion = whole(parse_listwise(completion.text, prompt.labels), completion)
        if not opinion.order:
            cause = f"no order could be read from the reply of {model.name}."
            return prior_ranking(task.candidates, cause=cause, usage=completion.usage)
        weight = settings.ranking.weight
        scores = fuse(
            task.candidates,
            opinion,
            shown=list(prompt.labels.values()),
            weight=weight,
            rank_by=task.rank_by,
        )
        return Ranking(
            ranked(scores), scores, task.rank_by, opinion, weight=weight, usage=completion.usage
        )


def whole(opinion: Opinion, completion: Completion) -> Opinion:
    """Returns the opinion without the sentence that the token limit cut."""
    if completion.finish != "length":
        return opinion
    reasons = dict(list(opinion.reasons.items())[:-1])
    repairs = (*opinion.repairs, "reply cut at its token limit")
    return replace(opinion, reasons=reasons, repairs=repairs)
