"""Labels: the model orders all candidates as a row of letters, without a word."""

from __future__ import annotations

from palate.agent.models.replies import cost_of
from palate.agent.rankers.asking import Asking, ask, decided
from palate.agent.rankers.listwise import whole
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.domain import Model, Ranking
from palate.errors import ModelError, PromptError
from palate.prompts.parse import parse_labels


class LabelsRanker:
    """One call, one order, about a token a candidate."""

    name = "labels"
    template = "rank/labels"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks once; the prior's order, with the cause, where no order comes back."""
        try:
            answer = await ask(task, model, Asking(), deadline=deadline)
        except ModelError as error:
            return prior_ranking(task.candidates, cause=str(error), usage=cost_of(error))
        except PromptError as error:
            return prior_ranking(task.candidates, cause=str(error))
        completion = answer.completion
        opinion = whole(parse_labels(completion.text, answer.prompt.labels), completion)
        if not opinion.order:
            cause = f"no order could be read from the reply of {model.name}."
            return prior_ranking(task.candidates, cause=cause, usage=completion.usage)
        return decided(task, answer.prompt, opinion, completion.usage, self.name)
