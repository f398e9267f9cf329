"""How fast a run may go: calls at once, calls a minute, money."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from palate.domain import ModelCall, Usage
from palate.errors import EvalError, ModelError
from palate.eval.runs.config import Limits, ModelSpec

_TOO_MANY = (429, 503)
_MILLION = 1e6
#: Tokens that a chat template puts around messages, at most.
_ENVELOPE = 64


def usd(model: ModelSpec, prompt_tokens: float, completion_tokens: float) -> float:
    """Returns what tokens cost at a model's prices."""
    paid = prompt_tokens * model.price_in + completion_tokens * model.price_out
    return paid / _MILLION


def most_usd(model: ModelSpec, call: ModelCall) -> float:
    """Returns the most that a call may cost: prompts in fewer tokens than half their characters.

    Characters outside ASCII count as two tokens each: no tokenizer in use takes more.
    """
    text = "".join(one.content for one in call.messages)
    wide = sum(not sign.isascii() for sign in text)
    prompt = _ENVELOPE + (len(text) - wide) / 2 + 2 * wide
    return usd(model, prompt, call.max_tokens)


@dataclass
class Turn:
    """One call's turn."""

    pace: Pace
    model: ModelSpec

    def answered(self, usage: Usage) -> None:
        """Notes a reply and what it cost."""
        self.pace.note(usage, self.model, crowded=usage.retries > 0)

    def failed(self, error: ModelError) -> None:
        """Notes a failure; what it cost counts, too."""
        usage = error.usage if isinstance(error.usage, Usage) else Usage(calls=1)
        self.pace.failures += 1
        self.pace.note(usage, self.model, crowded=error.status in _TOO_MANY)


@dataclass
class Pace:
    """Turns for calls: additive increase, multiplicative decrease where a server is crowded.

    Attributes:
        limits: Of the configuration.
        spent: US dollars of the whole run, earlier starts included.
    """

    limits: Limits
    spent: float = 0.0
    calls: int = 0
    retries: int = 0
    failures: int = 0
    width: float = 0.0
    _reserved: float = 0.0
    _active: int = 0
    _next: float = 0.0
    _free: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.width = float(self.limits.concurrency)

    @asynccontextmanager
    async def turn(self, model: ModelSpec, call: ModelCall) -> AsyncIterator[Turn]:
        """Waits for a call's turn; the most that it may cost is set aside until it is back.

        Raises:
            EvalError: It might cost more than is left when all calls under way are back.
        """
        most = most_usd(model, call)
        await self._wait_for_minute()
        async with self._free:
            await self._free.wait_for(lambda: self._may_start(most) or not self._active)
            if not self._affords(most):
                self._free.notify_all()
                raise EvalError(
                    f"limits.usd is {self.limits.usd:g} and {self.spent:.4f} is spent: the next "
                    f"call may cost {most:.4f}. Raise it in the configuration, and go on with "
                    "--resume."
                )
            self._active += 1
            self._reserved += most
        try:
            yield Turn(self, model)
        finally:
            self._active -= 1
            self._reserved -= most
            async with self._free:
                self._free.notify_all()

    def note(self, usage: Usage, model: ModelSpec, *, crowded: bool) -> None:
        """Counts a call, and widens or narrows."""
        self.calls += 1
        self.retries += usage.retries
        self.spent += usd(model, usage.prompt_tokens, usage.completion_tokens)
        if crowded:
            self.width = max(1.0, self.width / 2)
        else:
            self.width = min(self.limits.concurrency, self.width + 1 / self.width)

    def _may_start(self, most: float) -> bool:
        return self._active < max(1, int(self.width)) and self._affords(most)

    def _affords(self, most: float) -> bool:
        limit = self.limits.usd
        return limit is None or self.spent + self._reserved + most <= limit

    async def _wait_for_minute(self) -> None:
        if self.limits.rpm is None:
            return
        now = time.monotonic()
        mine = max(now, self._next)
        self._next = mine + 60 / self.limits.rpm
        await asyncio.sleep(mine - now)
