"""A budget kept: what a request may cost decides how the model is asked, before it is asked.

A plan is made from counts: the first form of asking whose calls fit, richest first. Every call, a
ranker's second ones included, is then paid from one allowance: its prompt is counted, its reply
reserved in full, and a call that does not fit is not made. Where nothing fits, the prior ranks.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from palate.agent.allowance import Allowance, Cost, Prices, fits, prices_of, prompt_tokens, told
from palate.agent.models.capabilities import slack_of
from palate.agent.rankers import RankTask, make_ranker, prior_ranking, template_of
from palate.agent.rankers.asking import noted
from palate.agent.rankers.windows import spans_of
from palate.domain import Budget, Model, Ranking
from palate.errors import PromptError
from palate.prompts.render import Brief, render
from palate.settings import RankingSettings, Settings

#: Cheaper ways to ask, in order: what each writes beside the prompt is less than the one before.
_CHEAPER = ("labels", "first-token")
_HISTORIES, _CANDIDATES, _REASONS = (10, 5, 2, 0), (15, 10, 7, 5, 3, 2), (3, 1, 0)


@dataclass(frozen=True, slots=True)
class Form:
    """One way to ask: the ranker, and how much it is shown and asked for."""

    ranker: str
    candidates: int
    history: int
    reasons: int
    permutations: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How the model will be asked.

    Attributes:
        form: The richest that fits; ``None`` where none does.
        cost: Of the calls that the form cannot do without; of the cheapest form where none fits.
        cut: What was cut from the form that was wanted, in words.
    """

    form: Form | None
    cost: Cost
    cut: tuple[str, ...] = ()


def make_plan(
    wanted: Form, budget: Budget, prices: Prices, cost_of: Callable[[Form], Cost | None]
) -> Plan:
    """Returns the plan with the richest form that fits.

    Args:
        wanted: What is asked without a budget.
        budget: In tokens and dollars; its time is no matter of counts.
        prices: Of the model.
        cost_of: Counts a form's calls; ``None`` where it cannot be asked at all.
    """
    least = Cost(0, 0)
    for form in forms(wanted):
        cost = cost_of(form)
        if cost is None:
            continue
        if fits(cost, budget, prices):
            return Plan(form, cost, _cut(wanted, form))
        least = cost
    return Plan(None, least)


def forms(wanted: Form) -> Iterator[Form]:
    """Yields ways to ask, each cheaper than the ones before: fewer reasons or orders first, then
    cheaper rankers, then less history, and fewer candidates last.
    """
    yield wanted
    last = wanted
    if wanted.ranker == "listwise":
        for reasons in (n for n in _REASONS if n < wanted.reasons):
            yield (last := replace(wanted, reasons=reasons))
    if wanted.ranker == "consensus":
        for permutations in range(wanted.permutations - 1, 1, -1):
            yield (last := replace(wanted, permutations=permutations))
    start = _CHEAPER.index(wanted.ranker) + 1 if wanted.ranker in _CHEAPER else 0
    for ranker in _CHEAPER[start:]:
        yield (last := replace(last, ranker=ranker, reasons=0))
    for history in (n for n in _HISTORIES if n < wanted.history):
        yield (last := replace(last, history=history))
    for candidates in (n for n in _CANDIDATES if n < wanted.candidates):
        yield (last := replace(last, candidates=candidates))


def _cut(wanted: Form, form: Form) -> tuple[str, ...]:
    if form.ranker != wanted.ranker:
        # Neither reasons nor orders are a matter of the ranker that asks instead.
        wanted_here = replace(wanted, reasons=form.reasons, permutations=form.permutations)
        return (f"{wanted.ranker} to {form.ranker}", *_numbers(wanted_here, form))
    return _numbers(wanted, form)


def _numbers(wanted: Form, form: Form) -> tuple[str, ...]:
    names = ("reasons", "permutations", "history", "candidates")
    pairs = ((name, getattr(wanted, name), getattr(form, name)) for name in names)
    return tuple(f"{name} from {before} to {after}" for name, before, after in pairs
                 if before != after)  # fmt: skip


async def rank_within(
    task: RankTask, ranker: str, model: Model, budget: Budget, *, deadline: float
) -> Ranking:
    """Ranks as well as a budget allows; the prior's order, with the cause, where it allows nothing.

    Raises:
        SettingsError: The budget is in money, and a price is not known.
    """
    prices = prices_of(task.settings.model, budget)
    wanted, slack = _wanted(task, ranker), slack_of(model)
    plan = make_plan(wanted, budget, prices, lambda form: _cost(task, form, wanted.ranker, slack))
    if plan.form is None or time.monotonic() >= deadline:
        cause = f"the budget of {told(budget)} does not pay for a call"
        needs = f"; the least needs {plan.cost.prompt + plan.cost.reply} tokens"
        late = "; it was over before the model could be asked"
        return prior_ranking(task.candidates, cause=cause + (late if plan.form else needs) + ".")
    planned = _task(task, plan.form, wanted.ranker)
    paid = Allowance(model, budget, prices, task.count)
    ranking = await make_ranker(plan.form.ranker).rank(planned, paid, deadline=deadline)
    cut = f"The budget of {told(budget)} cut {', '.join(plan.cut)}." if plan.cut else ""
    return noted(ranking, cut) if cut else ranking


def _wanted(task: RankTask, ranker: str) -> Form:
    ranking = task.settings.ranking
    return Form(
        ranker, min(ranking.candidates, len(task.candidates)), task.settings.prompts.history,
        ranking.reasons if ranker == "listwise" else 0, ranking.permutations,
    )  # fmt: skip


def _task(task: RankTask, form: Form, asked: str) -> RankTask:
    """Returns the task as a form wants it asked."""
    settings = _settings(task.settings, form, asked)
    template = task.template
    if form.ranker != asked and task.library is not None:
        template = template_of(make_ranker(form.ranker), settings, task.library)
    return replace(task, settings=settings, template=template)


def _settings(settings: Settings, form: Form, asked: str) -> Settings:
    ranking = settings.ranking.model_copy(update={
        "candidates": form.candidates, "reasons": form.reasons, "permutations": form.permutations,
    })  # fmt: skip
    # A template that the settings name is for the ranker that was asked for.
    prompts: dict[str, object] = {"history": form.history}
    prompts |= {} if form.ranker == asked else {"rank": ""}
    shown = settings.prompts.model_copy(update=prompts)
    return settings.model_copy(update={"ranking": ranking, "prompts": shown})


#: Calls that a ranker cannot do without, and how many candidates each of them shows.
_CALLS: dict[str, Callable[[int, RankingSettings], tuple[int, int]]] = {
    "listwise": lambda shown, _: (1, shown),
    "labels": lambda shown, _: (1, shown),
    "first-token": lambda shown, _: (1, shown),
    "consensus": lambda shown, ranking: (ranking.permutations, shown),
    "pointwise": lambda shown, _: (shown, 1),
    "pairwise": lambda shown, ranking: (2 * (shown // 2) * ranking.rounds, 2),
    "setwise": lambda shown, ranking: (
        math.ceil(shown / ranking.set_size) * ranking.rounds, min(ranking.set_size, shown)
    ),
    "windows": lambda shown, ranking: (len(spans_of(shown, ranking.window)), ranking.window),
}  # fmt: skip
#: A token each.
_ONE_TOKEN = ("first-token", "pointwise", "pairwise", "setwise")


def _cost(task: RankTask, form: Form, asked: str, slack: int = 0) -> Cost | None:
    """Counts a form's calls; ``None`` where nobody knows how many there are."""
    if form.ranker not in _CALLS:
        return None
    planned = _task(task, form, asked)
    calls, shown = _CALLS[form.ranker](form.candidates, planned.settings.ranking)
    brief = Brief(
        task.candidates[:shown], task.profile, task.request, task.items, planned.settings,
        seed=planned.settings.ranking.seed if form.ranker == "consensus" else None,
    )  # fmt: skip
    try:
        prompt = render(planned.template, brief, task.count)
    except PromptError:
        return None
    reply = slack + (1 if form.ranker in _ONE_TOKEN else prompt.max_tokens)
    return Cost(calls * prompt_tokens(prompt.messages, task.count), calls * reply)
