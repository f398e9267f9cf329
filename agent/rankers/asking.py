"""What rankers share: a prompt rendered and answered, and an opinion made a ranking."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from palate.agent.fusion import fuse, ranked
from palate.agent.models.capabilities import capabilities_of, slack_of, without_schema
from palate.agent.models.replies import cost_of
from palate.agent.rankers.prior import prior_ranking
from palate.agent.rankers.protocol import RankTask
from palate.domain import (
    Action,
    Completion,
    Model,
    ModelCall,
    Opinion,
    Ranking,
    RenderedPrompt,
    Usage,
)
from palate.errors import ModelError, PromptError
from palate.prompts.parse import Titles, parse_labels
from palate.prompts.render import LABELS, Brief, render

#: Tokens that a chat template puts around a prompt, at most, and the least budget of one.
_TEMPLATE, _LEAST_PROMPT = 32, 200
#: Reads an order of labels off a reply.
Parser = Callable[[str, Mapping[str, str], Titles], Opinion]


#: Reply form of a template -> its parser, where a ranker may be given another form than its own.
_FORMS: Mapping[str, Parser] = {"labels": parse_labels}


@dataclass(frozen=True, slots=True)
class Asking:
    """One question to a model.

    Attributes:
        seed: Of the letters; ``None`` takes the one of the settings.
        reverse: The candidates stand the other way round, with the letters in order.
        top_logprobs: How many log-probabilities to ask for; then one token is all that is wanted.
        words: Whose log-probabilities are wanted; empty for those of the letters.
        action: What templates that ask about one ask.
    """

    seed: int | None = None
    reverse: bool = False
    top_logprobs: int = 0
    words: tuple[str, ...] = ()
    action: Action = Action.LIKE


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked and what came back."""

    prompt: RenderedPrompt
    completion: Completion


async def ask(task: RankTask, model: Model, asking: Asking, *, deadline: float) -> Answer:
    """Renders the task's template, and asks.

    Raises:
        PromptError: The prompt does not fit its budget.
        ModelError: No usable reply came.
    """
    settings = task.settings
    brief = Brief(
        task.candidates, task.profile, task.request, task.items, settings,
        seed=asking.seed, reverse=asking.reverse, action=asking.action,
    )  # fmt: skip
    prompt = render(task.template, brief, task.count)
    if (room := _room(model, prompt)) < settings.prompts.budget:
        budget = settings.prompts.model_copy(update={"budget": room})
        brief = replace(brief, settings=settings.model_copy(update={"prompts": budget}))
        prompt = render(task.template, brief, task.count)
    call = ModelCall(
        prompt.messages,
        max_tokens=1 if asking.top_logprobs else prompt.max_tokens,
        schema=prompt.schema,
        top_logprobs=asking.top_logprobs,
        seed=settings.ranking.seed,
        labels=(asking.words or tuple(prompt.labels)) if asking.top_logprobs else (),
        template=f"{prompt.template}@{prompt.version}",
    )
    return Answer(prompt, await model.complete(call, deadline=deadline))


def _room(model: Model, prompt: RenderedPrompt) -> float:
    """Returns the tokens that a prompt may have beside its reply, as far as the server told."""
    known = capabilities_of(model)
    if known is None or not known.context:
        return math.inf
    return max(known.context - prompt.max_tokens - slack_of(model) - _TEMPLATE, _LEAST_PROMPT)


@dataclass(frozen=True, slots=True)
class Asked:
    """Several questions, asked at once.

    Attributes:
        answers: In the order of the questions; ``None`` where none came.
        usage: What all of them cost, those in vain too.
        cause: Why the first one in vain was, if any was.
    """

    answers: tuple[Answer | None, ...]
    usage: Usage
    cause: str | None


async def ask_all(
    questions: Sequence[tuple[RankTask, Asking]], model: Model, *, deadline: float
) -> Asked:
    """Asks several questions at once; what fails is counted, and stops no other."""
    asked = (ask(task, model, asking, deadline=deadline) for task, asking in questions)
    answers: list[Answer | None] = []
    usage, causes = Usage(), []
    for one in await asyncio.gather(*asked, return_exceptions=True):
        answers.append(one if isinstance(one, Answer) else None)
        if isinstance(one, Answer):
            usage += one.completion.usage
        elif isinstance(one, ModelError | PromptError):
            usage += cost_of(one) if isinstance(one, ModelError) else Usage()
            causes.append(str(one))
        else:
            raise one
    return Asked(tuple(answers), usage, causes[0] if causes else None)


async def one_order(
    task: RankTask, model: Model, parse: Parser, ranker: str, *, deadline: float
) -> Ranking:
    """Asks once for an order; the prior's, with the cause, where none comes back."""
    try:
        answer = await ask(task, model, Asking(), deadline=deadline)
    except (ModelError, PromptError) as error:
        return unasked(task, error)
    completion = answer.completion
    # The template owns the form of the reply, whichever ranker reads it.
    parse = _FORMS.get(str(task.template.header["reply"]), parse)
    opinion = _whole(parse(completion.text, answer.prompt.labels, titles_of(task)), completion)
    if not opinion.order:
        cause = f"no order could be read from the reply of {model.name}."
        return prior_ranking(task.candidates, cause=cause, usage=completion.usage)
    ranking = decided(task, answer.prompt, opinion, completion.usage, ranker)
    if answer.prompt.schema is not None and without_schema(model):
        plain = f"Asked {ranker} in plain words: {model.name} keeps to no schema."
        ranking = noted(ranking, plain)
    return ranking


def titles_of(task: RankTask) -> Titles:
    """Returns the titles by which a reply may name candidates, and those of the history."""
    inside = {one.item.id: one.item.title for one in task.candidates}
    past = (entry.item for entry in task.profile.history)
    outside = (task.items[one].title for one in past if one in task.items and one not in inside)
    return Titles(inside, tuple(outside))


def unasked(task: RankTask, error: ModelError | PromptError) -> Ranking:
    """Returns the prior's order where no reply came, with the cause and what it cost."""
    spent = cost_of(error) if isinstance(error, ModelError) else Usage()
    return prior_ranking(task.candidates, cause=str(error), usage=spent)


def _whole(opinion: Opinion, completion: Completion) -> Opinion:
    """Returns the opinion without the sentence that the token limit cut."""
    if completion.finish != "length":
        return opinion
    reasons = dict(list(opinion.reasons.items())[:-1])
    repairs = (*opinion.repairs, "reply cut at its token limit")
    return replace(opinion, reasons=reasons, repairs=repairs)


def decided(
    task: RankTask, prompt: RenderedPrompt, opinion: Opinion, usage: Usage, ranker: str
) -> Ranking:
    """Returns the ranking that an opinion on one prompt and the prior make together."""
    ranking = settled(task, list(prompt.labels.values()), opinion, usage, ranker)
    wanted = min(len(task.candidates), task.settings.ranking.candidates)
    letters = f"{ranker} shows {len(LABELS)} candidates at most; windows and setwise show {wanted}."
    return noted(ranking, *cut_notes([prompt]), *([letters] if wanted > len(LABELS) else []))


def settled(
    task: RankTask, shown: Sequence[str], opinion: Opinion, usage: Usage, ranker: str
) -> Ranking:
    """Returns the ranking that an opinion on the shown items and the prior make together."""
    learnt = task.tuned.get((task.template.sha256, ranker))
    weight = task.settings.ranking.weight if learnt is None else learnt.weight
    scores = fuse(
        task.candidates,
        opinion,
        shown=shown,
        weight=weight,
        rank_by=task.rank_by,
        lift_cap=task.settings.lift_cap,
    )
    remarks = learnt.remarks if learnt is not None and task.rank_by == "fused" else ()
    return Ranking(
        ranked(scores), scores, task.rank_by, opinion, notes=remarks,
        weight=weight, tuned=learnt is not None, usage=usage, ranker=ranker,
    )  # fmt: skip


def cut_notes(prompts: Sequence[RenderedPrompt]) -> tuple[str, ...]:
    """Returns a sentence for each cut that the token budget made."""
    cuts = dict.fromkeys(", ".join(prompt.dropped) for prompt in prompts if prompt.dropped)
    return tuple(f"The token budget cut {cut}." for cut in cuts)


def noted(ranking: Ranking, *notes: str) -> Ranking:
    """Returns a ranking with further sentences for its reader."""
    return replace(ranking, notes=(*notes, *ranking.notes))
