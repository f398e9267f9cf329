"""Listwise: the model orders all candidates and gives reasons for the first, in one reply."""

from __future__ import annotations

from dataclasses import replace

from palate.agent.models.replies import cost_of
from palate.agent.rankers.asking import Asking, ask, decided
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.domain import Completion, Model, Opinion, Ranking
from palate.errors import ModelError, PromptError
from palate.prompts.parse import parse_listwise


class ListwiseRanker:
    """One call, one order."""

    name = "listwise"
    template = "rank/listwise"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks once; the prior's order, with the cause, where no order comes back."""
        try:
            answer = await ask(task, model, Asking(), deadline=deadline)
        except ModelError as error:
            return prior_ranking(task.candidates, cause=str(error), usage=cost_of(error))
        except PromptError as error:
            return prior_ranking(task.candidates, cause=str(error))
        completion = answer.completion
        opinion = whole(parse_listwise(completion.text, answer.prompt.labels), completion)
        if not opinion.order:
            cause = f"no order could be read from the reply of {model.name}."
            return prior_ranking(task.candidates, cause=cause, usage=completion.usage)
        return decided(task, answer.prompt, opinion, completion.usage, self.name)


def whole(opinion: Opinion, completion: Completion) -> Opinion:
    """Returns the opinion without the sentence that the token limit cut."""
    if completion.finish != "length":
        return opinion
    reasons = dict(list(opinion.reasons.items())[:-1])
    repairs = (*opinion.repairs, "reply cut at its token limit")
    return replace(opinion, reasons=reasons, repairs=repairs)
