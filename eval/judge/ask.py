"""One question to a judge, and what came of it: a verdict, or why there is none."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from palate.domain import Completion, Model, ModelCall, Usage
from palate.errors import ModelError
from palate.eval.judge.exhibit import Exhibit
from palate.prompts.clean import one_line
from palate.prompts.library import Template
from palate.prompts.rubric import (
    Choice,
    Rubric,
    Verdict,
    preference_schema,
    read_preference,
    rubric_of,
)

_REASON = 500
#: Why there is no verdict, as the tables say it.
FAILED, CUT, UNREAD, UNKNOWN = "failed call", "cut reply", "unreadable reply", "nothing to show"


@dataclass(frozen=True, slots=True)
class Scored:
    """What became of one question; ``verdict`` or ``cause`` is there, never both."""

    verdict: Verdict | None = None
    cause: str = ""
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Preferred:
    """What became of one pair, asked in both orders.

    Attributes:
        said: The answers to the first order and to the swapped one, as slots: ``A`` is what
            stood first. Empty where either is no answer.
    """

    said: tuple[Choice, ...] = ()
    cause: str = ""
    usage: Usage = Usage()


@dataclass(frozen=True)
class Questions:
    """The prompts of a judge.

    Attributes:
        reason: Template of the rubric.
        pair: Template of the comparison.
        timeout: Seconds a call.
    """

    reason: Template
    pair: Template | None = None
    timeout: float = 60.0
    rubric: Rubric = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rubric", rubric_of(self.reason))

    def about(self, exhibit: Exhibit, reason: str) -> ModelCall:
        """Returns the call that judges one reason."""
        values = exhibit.values() | {"reason": one_line(reason, _REASON)}
        return _call(self.reason, values, self.rubric.schema())

    def between(self, exhibit: Exhibit, a: str, b: str) -> ModelCall:
        """Returns the call that compares two reasons."""
        assert self.pair is not None
        values = exhibit.values() | {"a": one_line(a, _REASON), "b": one_line(b, _REASON)}
        return _call(self.pair, values, preference_schema())

    async def score(self, model: Model, call: ModelCall) -> Scored:
        """Asks for a verdict; a judge that fails is a cause, never an exception."""
        said = await self._said(model, call)
        if not isinstance(said, Completion):
            return Scored(None, FAILED, said)
        if said.finish == "length":
            return Scored(None, CUT, said.usage)
        verdict = self.rubric.read(said.text)
        return Scored(verdict, "" if verdict else UNREAD, said.usage)

    async def prefer(self, model: Model, calls: tuple[ModelCall, ModelCall]) -> Preferred:
        """Asks for a preference in both orders, the second with the sentences swapped."""
        said: list[Choice] = []
        usage, cause = Usage(), ""
        for call in calls:
            reply = await self._said(model, call)
            if not isinstance(reply, Completion):
                usage, cause = usage + reply, cause or FAILED
                continue
            usage += reply.usage
            choice = read_preference(reply.text)
            if choice is None:
                cause = cause or (CUT if reply.finish == "length" else UNREAD)
            else:
                said.append(choice)
        return Preferred(() if cause else tuple(said), cause, usage)

    async def _said(self, model: Model, call: ModelCall) -> Completion | Usage:
        """Returns the reply, or what the failed call cost."""
        try:
            return await model.complete(call, deadline=time.monotonic() + self.timeout)
        except ModelError as error:
            return error.usage if isinstance(error.usage, Usage) else Usage(calls=1)


def _call(template: Template, values: dict[str, object], schema: object) -> ModelCall:
    assert isinstance(schema, dict)
    return ModelCall(
        template.messages(values), int(template.header["max_tokens_per_reason"]), schema,
        template=f"{template.name}@{template.version}",
    )  # fmt: skip
