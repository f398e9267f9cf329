"""One client for every OpenAI-compatible server, on the openai SDK.

One wall-clock deadline covers everything, retries included; there is one retry layer, this one.
What a server rejects as unknown is left out from then on. Every fault becomes a `ModelError` that
knows what the attempts cost and never holds the key.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from palate.agent.models.refusals import RENAMED, refusal, rejected_field, shown_url, together
from palate.agent.models.replies import cost_of, read_completion
from palate.agent.models.secret import Secrets
from palate.domain import Completion, ModelCall, Usage
from palate.errors import ModelError, ModelTimeout, ReplyError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_OPENAI = "api.openai.com"
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 4.0


class OpenAIModel:
    """A model behind an OpenAI-compatible base URL.

    Connections belong to an event loop: they are closed by `aclose`, or when their loop ends.

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
        # A second of imports: here, where no deadline runs yet.
        import_module("openai.resources.chat.completions")
        self.name = name
        self._url = base_url or f"https://{_OPENAI}/v1"
        self.base_url = shown_url(self._url)
        self._key = api_key
        self._secrets = Secrets(api_key, self._url)
        self._retries = retries
        self._rejected: set[str] = set()
        self._lifetimes: dict[asyncio.AbstractEventLoop, AsyncGenerator[AsyncOpenAI]] = {}
        self._clients: dict[asyncio.AbstractEventLoop, AsyncOpenAI] = {}

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={self.base_url!r})"

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers one call.

        Raises:
            ModelTimeout: The deadline passed.
            ReplyError: Answers came, but no usable reply.
            ModelError: The server cannot be reached or refuses.
        """
        started, tries, spent = time.monotonic(), 0, Usage()
        while True:
            try:
                completion = await self._within(call, deadline)
            except ModelError as error:
                spent += cost_of(error)
                wait = _wait(error, tries + 1)
                late = time.monotonic() + wait >= deadline
                if not error.retryable or not call.retry or tries == self._retries or late:
                    error.usage = _total(spent, tries, started)
                    raise
            else:
                usage = _total(spent + completion.usage, tries, started)
                return replace(completion, usage=usage)
            tries += 1
            await asyncio.sleep(wait)

    async def _within(self, call: ModelCall, deadline: float) -> Completion:
        left = deadline - time.monotonic()
        if left > 0:
            try:
                # The SDK's own timeout bounds a single read: a slow drip would outlive it.
                async with asyncio.timeout(left):
                    return await self._once(call)
            except TimeoutError:
                pass
        raise ModelTimeout(f"{self.name} did not answer within the time it had.")

    async def _once(self, call: ModelCall) -> Completion:
        import openai

        parameters = self._parameters(call)
        failure: ModelError | None
        try:
            client = await self._client()
            raw = await client.chat.completions.with_raw_response.create(**parameters)
            return read_completion(self._secrets.scrubbed(raw.http_response.content), self.name)
        except openai.APITimeoutError:
            failure = ModelTimeout(f"{self.name} did not answer in time.", retryable=True)
        except openai.APIStatusError as error:
            field = rejected_field(error, parameters | parameters.get("extra_body", {}))
            failure = None if field else refusal(error, self.base_url)
            self._rejected |= together(field) if field else set()
        except openai.APIConnectionError as error:
            failure = self._unreachable(error)
        except (openai.OpenAIError, ValueError) as error:
            failure = ReplyError(f"The reply cannot be read: {error}.", retryable=True)
        # Here, not above: what the SDK raised holds the headers, and so the key.
        if failure is None:
            return await self._once(call)
        failure.args = (self._secrets.scrubbed_text(str(failure)),)
        raise failure

    def _parameters(self, call: ModelCall) -> dict[str, Any]:
        size = RENAMED if RENAMED in self._rejected else "max_tokens"
        parameters: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": m.role, "content": m.content} for m in call.messages],
            size: call.max_tokens,
            "temperature": 0,
        }
        if call.seed is not None:
            parameters["seed"] = call.seed
        if call.top_logprobs:
            parameters |= {"logprobs": True, "top_logprobs": call.top_logprobs}
        if call.schema is not None:
            schema = {"name": "reply", "strict": True, "schema": call.schema}
            parameters["response_format"] = {"type": "json_schema", "json_schema": schema}
        if _OPENAI not in self._url and "chat_template_kwargs" not in self._rejected:
            # A thinking model would spend the reply's tokens before the first letter.
            parameters["extra_body"] = {"chat_template_kwargs": {"enable_thinking": False}}
        dropped = self._rejected - {RENAMED}
        return {name: value for name, value in parameters.items() if name not in dropped}

    def _unreachable(self, error: Exception) -> ModelError:
        cause = error.__cause__ or error
        if isinstance(cause, ReplyError):
            return ReplyError(str(cause))
        return ModelError(
            f"{self.base_url} cannot be reached or hung up ({type(cause).__name__}). Is the server "
            "running?",
            retryable=True,
        )

    async def _client(self) -> AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            for ended in [other for other in self._clients if other.is_closed()]:
                self._forget(ended)
            self._lifetimes[loop] = self._lifetime(loop)
            await anext(self._lifetimes[loop])
        return self._clients[loop]

    async def _lifetime(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[AsyncOpenAI]:
        """Holds a client open; a loop that ends closes its generators, and so the client."""
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient

        from palate.agent.models.bounded import PLAIN, bound

        # Reading the certificates of all authorities takes 35 ms, and plain HTTP needs none.
        bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if self._url.startswith("http:") else True
        client = AsyncOpenAI(
            base_url=self._url, api_key=self._key or "none", max_retries=0, timeout=600,
            default_headers=PLAIN,
            http_client=DefaultAsyncHttpxClient(verify=bare, event_hooks={"response": [bound]}),
        )  # fmt: skip
        self._clients[loop] = client
        try:
            yield client
        finally:
            self._forget(loop)
            await client.close()

    def _forget(self, loop: asyncio.AbstractEventLoop) -> None:
        self._clients.pop(loop, None)
        self._lifetimes.pop(loop, None)

    async def aclose(self) -> None:
        """Closes the connections of this event loop; safe to call twice."""
        lifetime = self._lifetimes.pop(asyncio.get_running_loop(), None)
        if lifetime is not None:
            await lifetime.aclose()


def _total(spent: Usage, tries: int, started: float) -> Usage:
    return replace(spent, calls=1, retries=tries, seconds=time.monotonic() - started)


def _wait(error: ModelError, tries: int) -> float:
    """Seconds until the next try: what the server asked for, else doubling with jitter."""
    pause = min(_FIRST_WAIT * 2.0 ** (tries - 1), _LONGEST_WAIT)
    return max(error.wait, pause * random.uniform(0.5, 1.0))
