"""Pointwise: one candidate a call, yes or no, and how sure.

Independent chances become an order by their odds: given that exactly one of the candidates is the
right one, the chance that it is this one is proportional to its odds p / (1 - p).
"""

from __future__ import annotations

import math
import random
from dataclasses import replace

from palate.agent.rankers.asking import Answer, Asking, ask_all, cut_notes, noted, settled
from palate.agent.rankers.logprobs import TOP, log_odds
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.agent.rankers.tournament import opinion_of
from palate.domain import Model, Ranking

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
        questions = [
            (replace(task, candidates=[one]), Asking(top_logprobs=TOP, words=("Yes", "No")))
            for one in shown
        ]
        asked = await ask_all(questions, model, deadline=deadline)
        found = {
            one.item.id: odds
            for one, answer in zip(shown, asked.answers, strict=True)
            if answer is not None and (odds := read_odds(answer)) is not None
        }
        if not found:
            cause = asked.cause or f"neither yes nor no was in the replies of {model.name}."
            return prior_ranking(task.candidates, cause=cause, usage=asked.usage)
        table = sorted(found)
        random.Random(ranking.seed).shuffle(table)
        items = [one.item.id for one in shown]
        done = settled(task, items, opinion_of(found, table), asked.usage, self.name)
        cuts = cut_notes([one.prompt for one in asked.answers if one])
        return noted(done, f"{len(found)} of {len(shown)} candidates were answered for.", *cuts)


def read_odds(answer: Answer) -> float | None:
    """Returns the log-odds of yes; ``None`` where the reply says neither."""
    tokens = answer.completion.top_logprobs
    odds = log_odds(tokens[0]) if tokens else None
    if odds is not None:
        return odds
    word = answer.completion.text.strip().lower()
    return BARE if word.startswith("yes") else -BARE if word.startswith("no") else None
