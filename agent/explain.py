"""Reasons on demand: a model explains a slate that is there already, and every claim is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from palate.agent.models.replies import cost_of
from palate.agent.reasons import write_reasons
from palate.domain import Model, ModelCall, Opinion, Reason, RenderedPrompt, Usage
from palate.errors import ModelError, PromptError
from palate.prompts.library import Template
from palate.prompts.parse import parse_reasons
from palate.prompts.render import Brief, render
from palate.prompts.tokens import Counter


@dataclass(frozen=True, slots=True)
class Explained:
    """Reasons for the candidates of a brief.

    Attributes:
        reasons: Item id -> reason, one for each candidate.
        cause: Why the model explains nothing, where it does not.
        usage: What asking it cost.
    """

    reasons: Mapping[str, Reason]
    cause: str | None = None
    usage: Usage = Usage()


async def explain(
    brief: Brief, template: Template, count: Counter, model: Model, *, deadline: float
) -> Explained:
    """Asks a model for one sentence about each candidate.

    Candidates that the model leaves out, or about which it claims what is not known, get the
    evidence's sentence, and so do all of them where the model cannot be used.

    Args:
        brief: The candidates to explain, best first, and whom to.
        template: Such as ``explain``.
        count: Counts tokens.
        model: To be asked.
        deadline: ``time.monotonic()`` value at which the evidence takes over.
    """
    try:
        prompt = render(template, brief, count)
    except PromptError as error:
        return Explained(_checked(brief, {}), str(error))
    try:
        said, usage = await _ask(prompt, model, deadline)
    except ModelError as error:
        return Explained(_checked(brief, {}), str(error), cost_of(error))
    cause = None if said else f"no reason could be read from the reply of {model.name}."
    return Explained(_checked(brief, said), cause, usage)


async def _ask(
    prompt: RenderedPrompt, model: Model, deadline: float
) -> tuple[dict[str, str], Usage]:
    template = f"{prompt.template}@{prompt.version}"
    call = ModelCall(prompt.messages, prompt.max_tokens, prompt.schema, template=template)
    completion = await model.complete(call, deadline=deadline)
    said = parse_reasons(completion.text, prompt.labels)
    if completion.finish == "length" and said:
        said.popitem()  # cut in mid-sentence
    return said, completion.usage


def _checked(brief: Brief, said: Mapping[str, str]) -> dict[str, Reason]:
    request, profile = brief.request, brief.profile
    language = request.language or profile.language or brief.settings.catalogue.language
    return write_reasons(
        brief.candidates,
        Opinion((), reasons=said),
        profile,
        brief.items,
        language=language,
        request=request.text or "",
    )
