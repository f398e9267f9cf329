"""Tournaments: the best of a few, asked again and again.

The candidates meet in small groups. In the first round the groups are drawn by lot, later those of
like strength meet (a Swiss tournament): calls go where the order is open. Lots, not the prior: the
strengths are the model's own. Pairs after arXiv 2306.17563, larger sets after arXiv 2310.09497.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from palate.agent.rankers.asking import (
    Answer,
    Asking,
    ask_all,
    cut_notes,
    noted,
    settled,
)
from palate.agent.rankers.logprobs import LEAST_MASS, TOP, label_logprobs
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.agent.rankers.strengths import Shares, strengths
from palate.domain import Model, Opinion, Ranking, RenderedPrompt, Usage
from palate.prompts.parse import parse_labels

#: Share of a bare letter, where a server tells no probabilities: nine to one.
BARE_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Rules:
    """How a tournament is held.

    Attributes:
        size: Members of a group.
        rounds: How often everybody meets others.
        both: Every group is asked in both orders, so that no place has an advantage.
    """

    size: int
    rounds: int
    both: bool = False


@dataclass
class _Tournament:
    """One that is being held: the terms, and what was asked and heard so far."""

    task: RankTask
    model: Model
    rules: Rules
    deadline: float
    heard: list[Shares] = field(default_factory=list)
    prompts: list[RenderedPrompt] = field(default_factory=list)
    asked: int = 0
    usage: Usage = Usage()
    cause: str | None = None

    async def play(self, groups: Sequence[Sequence[str]], seed: int) -> bool:
        """Holds one round; whether any group told its best."""
        by_id = {one.item.id: one for one in self.task.candidates}
        questions = [
            (replace(self.task, candidates=[by_id[item] for item in group]),
             Asking(seed=seed, reverse=turned, top_logprobs=TOP))
            for group in groups
            for turned in ((False, True) if self.rules.both else (False,))
        ]  # fmt: skip
        asked = await ask_all(questions, self.model, deadline=self.deadline)
        heard = [shares for one in asked.answers if one and (shares := choice(one))]
        self.heard += heard
        self.prompts += [one.prompt for one in asked.answers if one]
        self.asked += len(questions)
        self.usage += asked.usage
        self.cause = self.cause or asked.cause
        return bool(heard)


async def tournament(
    task: RankTask, model: Model, rules: Rules, ranker: str, *, deadline: float
) -> Ranking:
    """Holds a tournament over the candidates that the settings show a model.

    Returns:
        The ranking by the strengths; the prior's, with the cause, where no group was answered.
    """
    ranking = task.settings.ranking
    shown = [one.item.id for one in task.candidates[: ranking.candidates]]
    table, held = sorted(shown), _Tournament(task, model, rules, deadline)
    random.Random(ranking.seed).shuffle(table)
    for number in range(rules.rounds):
        groups = _groups(table, rules.size, shifted=bool(number % 2))
        if not await held.play(groups, ranking.seed + number):
            break
        found = strengths(held.heard)
        table.sort(key=lambda item: -found.get(item, 0.0))
    if not held.heard:
        cause = held.cause or f"no choice could be read from the replies of {model.name}."
        return prior_ranking(task.candidates, cause=cause, usage=held.usage)
    opinion = opinion_of(strengths(held.heard), table)
    told = f"{len(held.heard)} of {held.asked} questions about groups were answered."
    done = settled(task, shown, opinion, held.usage, ranker)
    return noted(done, told, *cut_notes(held.prompts))


def opinion_of(found: dict[str, float], table: Sequence[str]) -> Opinion:
    """Returns strengths as an opinion: log-probabilities over those that have one.

    Args:
        found: Item -> log-strength.
        table: Every item; those of equal strength stand as they stand here.
    """
    top = max(found.values())
    total = top + math.log(sum(math.exp(value - top) for value in found.values()))
    order = sorted((item for item in table if item in found), key=lambda item: -found[item])
    return Opinion(tuple(order), logprobs={item: found[item] - total for item in order})


def _groups(table: Sequence[str], size: int, *, shifted: bool) -> list[Sequence[str]]:
    """Neighbours meet; every other round the borders of the groups move by half of one."""
    start = size // 2 if shifted and len(table) > size else 0
    cuts = [table[:start], *(table[at : at + size] for at in range(start, len(table), size))]
    return [group for group in cuts if len(group) > 1]


def choice(answer: Answer) -> Shares | None:
    """Reads the best of a group: shares by log-probabilities, else the letter that was named."""
    labels, tokens = answer.prompt.labels, answer.completion.top_logprobs
    found = label_logprobs(tokens[0], labels) if tokens else None
    if found is not None and found.mass >= LEAST_MASS:
        return {labels[label]: math.exp(value) for label, value in found.values.items()}
    named = parse_labels(answer.completion.text, labels).order[:1]
    others = (1 - BARE_SHARE) / max(len(labels) - 1, 1)
    shares = {item: BARE_SHARE if item in named else others for item in labels.values()}
    return shares if named else None
