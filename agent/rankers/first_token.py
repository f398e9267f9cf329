"""First-token: one decoded token, and the log-probabilities of every letter in its place.

Where the first place is nearly a draw, the same question is asked once more with the candidates the
other way round, and the log-probabilities are averaged: what a model owes to the places of the
letters then falls out (adaptive repetition, arXiv 2507.17788).
"""

from __future__ import annotations

from dataclasses import replace

from palate.agent.models.capabilities import capabilities_of
from palate.agent.models.replies import cost_of
from palate.agent.rankers.asking import Answer, Asking, ask, decided, noted, unasked
from palate.agent.rankers.labels import LabelsRanker
from palate.agent.rankers.logprobs import (
    LEAST_MASS,
    TOP,
    LabelLogprobs,
    label_logprobs,
    without_lean,
)
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.domain import Model, Opinion, Ranking, Usage
from palate.errors import ModelError, PromptError

#: Below this difference of probabilities the first place is nearly a draw.
MARGIN = 0.2


class FirstTokenRanker:
    """One call of one token; two where the first is not sure."""

    name = "first-token"
    template = "rank/first-token"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks once or twice; steps down to letters where no log-probabilities come."""
        known = capabilities_of(model)
        if known is not None and known.logprobs == 0:
            why = f"{model.name} gives no log-probabilities (seen {known.at[:10]})."
            return await self._by_letters(task, model, why, Usage(), deadline)
        try:
            answer = await ask(task, model, Asking(top_logprobs=TOP), deadline=deadline)
        except (ModelError, PromptError) as error:
            return unasked(task, error)
        found = self._read(task, answer)
        usage = answer.completion.usage
        if isinstance(found, str):
            return await self._by_letters(task, model, found, usage, deadline)
        by_item, notes = _by_item(answer, found), []
        if found.margin < MARGIN and len(by_item) > 1:
            again, cost, note = await self._again(task, model, deadline)
            usage += cost
            notes.append(note)
            by_item = _average(by_item, again) if again else by_item
        heard = set(answer.prompt.labels.values())
        heard -= {answer.prompt.labels[label] for label in found.missing}
        order = sorted(by_item, key=lambda item: -by_item[item])
        opinion = Opinion(order=tuple(item for item in order if item in heard), logprobs=by_item)
        return noted(decided(task, answer.prompt, opinion, usage, self.name), *notes)

    def _read(self, task: RankTask, answer: Answer) -> LabelLogprobs | str:
        """Reads a reply; without the model's lean to slots, where that was learnt."""
        found, learnt = _read(answer), task.tuned.get((answer.prompt.sha256, self.name))
        if isinstance(found, str) or learnt is None:
            return found
        return without_lean(found, list(answer.prompt.labels), learnt.leans)

    async def _again(
        self, task: RankTask, model: Model, deadline: float
    ) -> tuple[dict[str, float] | None, Usage, str]:
        """Asks with the candidates the other way round; what it cost, and what came of it."""
        try:
            asking = Asking(reverse=True, top_logprobs=TOP)
            answer = await ask(task, model, asking, deadline=deadline)
        except ModelError as error:
            return None, cost_of(error), f"Asked twice; the second time in vain: {error}"
        found = self._read(task, answer)
        if isinstance(found, str):
            return None, answer.completion.usage, f"Asked twice; the second time in vain: {found}"
        told = "Asked twice, in both orders: the first place was nearly a draw."
        return _by_item(answer, found), answer.completion.usage, told

    async def _by_letters(
        self, task: RankTask, model: Model, why: str, spent: Usage, deadline: float
    ) -> Ranking:
        if task.library is None:
            return prior_ranking(task.candidates, cause=why, usage=spent)
        ranker = LabelsRanker()
        lower = replace(task, template=task.library.get(ranker.template))
        ranking = await ranker.rank(lower, model, deadline=deadline)
        note = f"Asked for first-token, used {ranker.name}: {why}"
        return noted(replace(ranking, usage=spent + ranking.usage), note)


def _read(answer: Answer) -> LabelLogprobs | str:
    """Returns the labels' log-probabilities, or why there are none to trust."""
    tokens = answer.completion.top_logprobs
    if not tokens:
        return f"{answer.completion.model} gives no log-probabilities."
    found = label_logprobs(tokens[0], answer.prompt.labels)
    if found is None or found.mass < LEAST_MASS:
        share = found.mass if found else 0.0
        return f"only {share:.0%} of {answer.completion.model}'s probability was on letters."
    return found


def _by_item(answer: Answer, found: LabelLogprobs) -> dict[str, float]:
    return {answer.prompt.labels[label]: value for label, value in found.values.items()}


def _average(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    return {item: (value + second.get(item, value)) / 2 for item, value in first.items()}
