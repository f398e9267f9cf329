"""What calls may cost, and a model that is asked only while that lasts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from palate.agent.models.capabilities import slack_of
from palate.agent.models.streams import pieces
from palate.domain import Budget, Completion, Message, Model, ModelCall
from palate.errors import ModelError, SettingsError
from palate.prompts.tokens import Counter
from palate.settings import ModelSettings

#: Tokens that a chat template puts around a message, at most; no tokenizer here counts them.
PER_MESSAGE = 8


@dataclass(frozen=True, slots=True)
class Cost:
    """Tokens of calls: those of the prompts, and the most that the replies can have."""

    prompt: int
    reply: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.prompt + other.prompt, self.reply + other.reply)

    def usd(self, prices: Prices) -> float:
        """Returns the price, in dollars."""
        return (self.prompt * prices.prompt + self.reply * prices.reply) / 1e6


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars per million tokens."""

    prompt: float = 0.0
    reply: float = 0.0


def prices_of(settings: ModelSettings, budget: Budget) -> Prices:
    """Returns the prices that a budget needs.

    Raises:
        SettingsError: The budget is in money, and no price is set.
    """
    if budget.usd is not None and not settings.price_in + settings.price_out:
        raise SettingsError(
            "A budget in dollars needs prices: set model.price_in and model.price_out, dollars per "
            "million tokens."
        )
    return Prices(settings.price_in, settings.price_out)


def fits(cost: Cost, budget: Budget, prices: Prices) -> bool:
    """Says whether calls are within a budget's tokens and dollars."""
    tokens = budget.tokens is None or cost.prompt + cost.reply <= budget.tokens
    # Prices are floats: a billionth of a dollar is no overrun.
    return tokens and (budget.usd is None or cost.usd(prices) <= budget.usd + 1e-9)


def told(budget: Budget) -> str:
    """Returns a budget in words."""
    amounts = (
        "" if budget.tokens is None else f"{budget.tokens} tokens",
        "" if budget.usd is None else f"${budget.usd:g}",
        "" if budget.ms is None else f"{budget.ms:g} ms",
    )
    return ", ".join(amount for amount in amounts if amount)


def prompt_tokens(messages: tuple[Message, ...], count: Counter) -> int:
    """Counts a prompt, with what a chat template adds to it."""
    text = "\n".join(message.content for message in messages)
    return count(text).tokens + PER_MESSAGE * len(messages)


class Allowance:
    """A model that is asked only while the budget lasts, and once a call: no retry is free.

    Whatever else the model offers, such as its capabilities, is that of the model itself.

    Args:
        inner: Answers.
        budget: In tokens and dollars.
        prices: Of the model.
        count: Counts prompts.
    """

    def __init__(self, inner: Model, budget: Budget, prices: Prices, count: Counter) -> None:
        self.name = inner.name
        self.spent = Cost(0, 0)
        self._inner, self._budget, self._prices, self._count = inner, budget, prices, count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers a call that fits what is left.

        Raises:
            ModelError: It does not fit, or the model failed.
        """
        self._reserve(call)
        return await self._inner.complete(replace(call, retry=False), deadline=deadline)

    async def stream(self, call: ModelCall, *, deadline: float) -> AsyncGenerator[str | Completion]:
        """Streams the answer to a call that fits what is left.

        Raises:
            ModelError: It does not fit, or the model failed.
        """
        self._reserve(call)
        once = replace(call, retry=False)
        async with aclosing(pieces(self._inner, once, deadline=deadline)) as stream:
            async for piece in stream:
                yield piece

    def _reserve(self, call: ModelCall) -> None:
        """Takes a call's cost off in full, before anything awaits: calls at once cannot share it.

        Raises:
            ModelError: It does not fit.
        """
        reply = call.max_tokens + slack_of(self._inner)
        cost = Cost(prompt_tokens(call.messages, self._count), reply)
        if not fits(self.spent + cost, self._budget, self._prices):
            left = "a call more would exceed the budget"
            raise ModelError(f"{left} of {told(self._budget)}.")
        self.spent += cost

    async def aclose(self) -> None:
        """Closes the model's connections."""
        await self._inner.aclose()
