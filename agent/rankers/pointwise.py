"""Pointwise: one candidate a call, yes or no, and how sure.

Independent chances become an order by their odds: given that exactly one of the candidates is the
right one, the chance that it is this one is proportional to its odds p / (1 - p).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from palate.agent.rankers.asking import Answer, Asking, ask_all, cut_notes, noted, settled
from palate.agent.rankers.logprobs import TOP, log_odds
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.agent.rankers.tournament import opinion_of
from palate.domain import Action, Model, Ranking, Usage

#: Log-odds of a bare yes, where a server tells no probabilities: nine to one.
BARE = math.log(9)


class PointwiseRanker:
    """One call a candidate, all at once; they share all of the prompt but the candidate's line."""

    name = "pointwise"
    template = "rank/pointwise"

    async def rank(self, task: RankTask, model: Model, *, deadline: float) -> Ranking:
        """Asks for each; the prior's order, with the cause, where nobody answers."""
        ranking = task.settings.ranking
        shown = task.candidates[: ranking.candidates]
        asked = replace(task, candidates=shown)
        judged = await judge(asked, model, Action.LIKE, deadline=deadline)
        found = judged.odds
        if not found:
            return prior_ranking(task.candidates, cause=judged.cause, usage=judged.usage)
        table = sorted(found)
        random.Random(ranking.seed).shuffle(table)
        items = [one.item.id for one in shown]
        done = settled(task, items, opinion_of(found, table), judged.usage, self.name)
        return noted(
            done, f"{len(found)} of {len(shown)} candidates were answered for.", *judged.cuts
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model said of single candidates.

    Attributes:
        odds: Item id -> log-odds that the person would; without those it did not answer for.
        usage: What all the calls cost.
        cause: Why the first one in vain was, if any was.
        cuts: What the token budget cut, in sentences.
    """

    odds: dict[str, float]
    usage: Usage
    cause: str | None
    cuts: tuple[str, ...] = ()


async def judge(task: RankTask, model: Model, action: Action, *, deadline: float) -> Judged:
    """Asks about each candidate of a task whether the person would do something with it.

    Args:
        task: With a template whose reply is yes or no.
        model: To be asked, about all at once.
        action: What they would do.
        deadline: ``time.monotonic()`` value at which to give up.
    """
    asking = Asking(top_logprobs=TOP, words=("Yes", "No"), action=action)
    questions = [(replace(task, candidates=[one]), asking) for one in task.candidates]
    asked = await ask_all(questions, model, deadline=deadline)
    found = {
        one.item.id: odds
        for one, answer in zip(task.candidates, asked.answers, strict=True)
        if answer is not None and (odds := read_odds(answer)) is not None
    }
    silent = f"neither yes nor no was in the replies of {model.name}."
    cause = asked.cause or (silent if len(found) < len(task.candidates) else None)
    cuts = cut_notes([one.prompt for one in asked.answers if one])
    return Judged(found, asked.usage, cause, cuts)


def read_odds(answer: Answer) -> float | None:
    """Returns the log-odds of yes; ``None`` where the reply says neither."""
    tokens = answer.completion.top_logprobs
    odds = log_odds(tokens[0]) if tokens else None
    if odds is not None:
        return odds
    word = answer.completion.text.strip().lower()
    return BARE if word.startswith("yes") else -BARE if word.startswith("no") else None
