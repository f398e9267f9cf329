"""Windows: a pool that is too long for one prompt, ranked a window at a time from its end upwards.

Each window overlaps the one before by half, so that what is good climbs window by window
(arXiv 2304.09542). The prior's order is where it starts from; only what the model itself ordered
counts as its opinion, so a window without an answer forgets what was heard below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from palate.agent.rankers.asking import Asking, ask_all, cut_notes, noted, settled, titles_of
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.domain import Model, Opinion, Ranking, RenderedPrompt, Usage
from palate.prompts.parse import parse_labels


class WindowsRanker:
    """Windows of ``ranking.window`` letters, one call each, one after the other."""

    name = "windows"
    template = "rank/labels"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks window by window; the prior's order, with the cause, where the top one is silent."""
        ranking = task.settings.ranking
        shown = [one.item.id for one in task.candidates[: ranking.candidates]]
        climb = _Climb(shown)
        spans = spans_of(len(shown), ranking.window)
        for start, end in spans:
            await climb.window(task, model, start, end, deadline)
        own = tuple(item for item in climb.order if item in climb.heard)
        if not own:
            cause = climb.cause or f"no order could be read from the replies of {model.name}."
            return prior_ranking(task.candidates, cause=cause, usage=climb.usage)
        opinion = Opinion(own, repairs=tuple(dict.fromkeys(climb.repairs)))
        told = f"{climb.answered} of {len(spans)} windows were answered."
        done = settled(task, shown, opinion, climb.usage, self.name)
        return noted(done, told, *cut_notes(climb.prompts))


def spans_of(length: int, window: int) -> list[tuple[int, int]]:
    """Returns the windows from the end upwards, each half over the next; the last starts at 0."""
    starts = list(range(max(length - window, 0), 0, -(window // 2)))
    return [(start, min(start + window, length)) for start in [*starts, 0]]


@dataclass
class _Climb:
    """A standing, and whose place in it the model itself gave."""

    order: list[str]
    heard: set[str] = field(default_factory=set)
    prompts: list[RenderedPrompt] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    answered: int = 0
    usage: Usage = Usage()
    cause: str | None = None

    async def window(
        self, task: RankTask, model: Model, start: int, end: int, deadline: float
    ) -> None:
        """Orders one window anew; those that the reply leaves out keep their order below."""
        by_id = {one.item.id: one for one in task.candidates}
        inside = self.order[start:end]
        part = replace(task, candidates=[by_id[item] for item in inside])
        asked = await ask_all([(part, Asking())], model, deadline=deadline)
        self.usage += asked.usage
        self.cause = self.cause or asked.cause
        answer = asked.answers[0]
        placed: Sequence[str] = ()
        if answer is not None:
            titles = titles_of(part)
            opinion = parse_labels(answer.completion.text, answer.prompt.labels, titles)
            placed, self.repairs = opinion.order, [*self.repairs, *opinion.repairs]
            self.prompts.append(answer.prompt)
        if not placed:
            self.heard.clear()
            return
        self.answered += 1
        left = [item for item in inside if item not in placed]
        self.order[start:end] = [*placed, *left]
        self.heard = (self.heard - set(left)) | set(placed)
