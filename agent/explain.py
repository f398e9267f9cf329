"""Reasons on demand: a model explains a slate that is there already, and every claim is checked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from palate.agent.models.replies import cost_of
from palate.agent.models.streams import pieces
from palate.agent.reasons import checked_reason
from palate.agent.reasons.evidence import Writer
from palate.agent.reasons.verify import World
from palate.domain import (
    Candidate,
    Completion,
    Model,
    ModelCall,
    Reason,
    RenderedPrompt,
    Usage,
)
from palate.errors import ModelError, PromptError
from palate.prompts.library import Template
from palate.prompts.parse_stream import SentenceStream
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


class Explaining:
    """One sentence about each candidate, as soon as it is written and checked.

    Iterate over it once, with ``async for``: it yields ``(item id, reason)``, the model's in the
    order of its writing and then, in theirs, the evidence's for candidates that the model left
    out. A sentence that claims what is not known is replaced by the evidence's. `cause` and
    `usage` are known at the end.

    Args:
        brief: The candidates to explain, best first, and whom to.
        template: Such as ``explain``.
        count: Counts tokens.
        model: To be asked; ``None`` lets the evidence write all.
        deadline: ``time.monotonic()`` value at which the evidence takes over.
    """

    def __init__(
        self, brief: Brief, template: Template, count: Counter, model: Model | None, *,
        deadline: float,
    ) -> None:  # fmt: skip
        self.cause: str | None = None
        self.usage = Usage()
        self._brief, self._template, self._count = brief, template, count
        self._model, self._deadline = model, deadline
        request, profile = brief.request, brief.profile
        language = request.language or profile.language or brief.settings.catalogue.language
        self._writer = Writer(profile, brief.items, language)

    async def __aiter__(self) -> AsyncIterator[tuple[str, Reason]]:
        left = {candidate.item.id: candidate for candidate in self._brief.candidates}
        if self._model is not None:
            async for item, sentence in self._said(self._model):
                yield item, self._reason(left.pop(item), sentence)
        for item, candidate in left.items():
            yield item, self._reason(candidate, "")

    async def _said(self, model: Model) -> AsyncIterator[tuple[str, str]]:
        """Yields the model's sentences; what goes wrong becomes the cause."""
        said = False
        try:
            prompt = render(self._template, self._brief, self._count)
            async for pair in self._heard(model, prompt):
                said = True
                yield pair
        except PromptError as error:
            self.cause = str(error)
        except ModelError as error:
            self.cause, self.usage = str(error), cost_of(error)
        else:
            if not said:
                self.cause = f"no reason could be read from the reply of {model.name}."

    async def _heard(self, model: Model, prompt: RenderedPrompt) -> AsyncIterator[tuple[str, str]]:
        template = f"{prompt.template}@{prompt.version}"
        call = ModelCall(prompt.messages, prompt.max_tokens, prompt.schema, template=template)
        sentences = SentenceStream(prompt.labels)
        finish = ""
        async for piece in pieces(model, call, deadline=self._deadline):
            if isinstance(piece, Completion):
                self.usage, finish = piece.usage, piece.finish
            else:
                for pair in sentences.feed(piece).items():
                    yield pair
        for pair in sentences.rest(cut=finish == "length").items():
            yield pair

    def _reason(self, candidate: Candidate, sentence: str) -> Reason:
        brief = self._brief
        world = World(candidate, brief.profile, brief.items, brief.request.text or "")
        return checked_reason(sentence, world, self._writer)


async def explain(
    brief: Brief, template: Template, count: Counter, model: Model, *, deadline: float
) -> Explained:
    """Asks a model for one sentence about each candidate, and returns when all are there.

    Takes what `Explaining` takes.
    """
    explaining = Explaining(brief, template, count, model, deadline=deadline)
    reasons = {item: reason async for item, reason in explaining}
    return Explained(reasons, explaining.cause, explaining.usage)
