"""One client for every OpenAI-compatible server, on the openai SDK.

One wall-clock deadline covers everything, retries included; there is one retry layer, this one.
What a server rejects as unknown is left out from then on. Every fault becomes a `ModelError`.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from palate.agent.models.replies import read_completion
from palate.domain import Completion, ModelCall, Usage
from palate.errors import ModelError, ModelTimeout, ReplyError

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

_OPENAI = "api.openai.com"
#: Fields that a server may reject and Palate can do without, in the order they are given up.
_OPTIONAL = ("chat_template_kwargs", "response_format", "seed", "temperature")
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 4.0


class OpenAIModel:
    """A model behind an OpenAI-compatible base URL.

    Args:
        name: The server's name of it.
        base_url: Such as ``http://localhost:8000/v1``; ``None`` is OpenAI's own.
        api_key: Never shown; local servers need none.
        retries: Tries after the first, at most, within the deadline.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        retries: int = 2,
    ) -> None:
        self.name = name
        self.base_url = base_url or f"https://{_OPENAI}/v1"
        self._key = api_key or "none"
        self._retries = retries
        self._rejected: set[str] = set()
        self._renamed = False
        # A client belongs to the event loop that it was made in.
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncOpenAI] = (
            WeakKeyDictionary()
        )

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={self.base_url!r})"

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers one call.

        Raises:
            ModelTimeout: The deadline passed.
            ReplyError: Answers came, but no usable reply.
            ModelError: The server cannot be reached or refuses.
        """
        started = time.monotonic()
        tries = 0
        while True:
            try:
                completion = await self._within(call, deadline)
                break
            except ModelError as error:
                tries += 1
                wait = _wait(error, tries)
                late = time.monotonic() + wait >= deadline
                if not error.retryable or tries > self._retries or late:
                    raise
                await asyncio.sleep(wait)
        seconds = time.monotonic() - started
        usage = completion.usage + Usage(retries=tries, seconds=seconds)
        return replace(completion, usage=usage)

    async def _within(self, call: ModelCall, deadline: float) -> Completion:
        left = deadline - time.monotonic()
        try:
            # The SDK's own timeout bounds a single read: a slow drip would outlive it.
            async with asyncio.timeout(max(left, 0)):
                return await self._once(call)
        except TimeoutError:
            raise ModelTimeout(f"{self.name} did not answer within the time it had.") from None

    async def _once(self, call: ModelCall) -> Completion:
        import openai

        client = self._client()
        try:
            raw = await client.chat.completions.with_raw_response.create(**self._parameters(call))
        except openai.APITimeoutError:
            raise ModelTimeout(f"{self.name} did not answer in time.", retryable=True) from None
        except openai.APIStatusError as error:
            if self._learn(error):
                return await self._once(call)
            raise self._status_error(error) from None
        except openai.APIConnectionError as error:
            raise self._unreachable(error) from None
        except (openai.APIError, UnicodeDecodeError, ValueError) as error:
            raise ReplyError(f"The reply cannot be read: {error}", retryable=True) from None
        return read_completion(raw.http_response.content, self.name)

    def _client(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = AsyncOpenAI(
                base_url=self.base_url, api_key=self._key, max_retries=0, timeout=600
            )
        return self._clients[loop]

    def _parameters(self, call: ModelCall) -> dict[str, Any]:
        size = "max_completion_tokens" if self._renamed else "max_tokens"
        parameters: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": m.role, "content": m.content} for m in call.messages],
            size: call.max_tokens,
            "temperature": 0,
        }
        if call.seed is not None:
            parameters["seed"] = call.seed
        if call.schema is not None:
            schema = {"name": "reply", "strict": True, "schema": call.schema}
            parameters["response_format"] = {"type": "json_schema", "json_schema": schema}
        if _OPENAI not in self.base_url and "chat_template_kwargs" not in self._rejected:
            # A thinking model would spend the reply's tokens before the first letter.
            parameters["extra_body"] = {"chat_template_kwargs": {"enable_thinking": False}}
        return {k: v for k, v in parameters.items() if k not in self._rejected}

    def _learn(self, error: APIStatusError) -> bool:
        """Remembers what a 400 is about; returns whether another form is worth a try."""
        if error.status_code not in (400, 422):
            return False
        text = str(error).lower()
        if "max_completion_tokens" in text and not self._renamed:
            self._renamed = True
            return True
        for field in _OPTIONAL:
            if field in text and field not in self._rejected:
                self._rejected.add(field)
                return True
        return False

    def _status_error(self, error: APIStatusError) -> ModelError:
        status = error.status_code
        retryable = status in (408, 409, 429) or status >= 500
        told = error.response.headers.get("x-should-retry")
        if told in ("true", "false"):
            retryable = told == "true"
        text = " ".join(str(error.message).split())[:200].replace(self._key, "***")
        if status in (401, 403):
            text = "the key was not accepted; set the variable that model.api_key_env names"
        failure = ModelError(
            f"{self.base_url} answered {status}: {text}", retryable=retryable, status=status
        )
        failure.wait = _seconds(error.response.headers.get("retry-after"))
        return failure

    def _unreachable(self, error: Exception) -> ModelError:
        cause = error.__cause__ or error
        return ModelError(
            f"{self.base_url} cannot be reached or hung up ({type(cause).__name__}). Is the server "
            "running?",
            retryable=True,
        )

    async def aclose(self) -> None:
        """Closes this loop's connections; those of loops that ended went with them."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:
        return 0.0


def _wait(error: ModelError, tries: int) -> float:
    """Seconds until the next try: what the server asked for, else doubling with jitter."""
    pause = min(_FIRST_WAIT * 2 ** (tries - 1), _LONGEST_WAIT)
    return float(max(error.wait, pause * random.uniform(0.5, 1.0)))
