"""One client for every OpenAI-compatible server.

One wall-clock deadline covers everything, retries included; there is one retry layer, this one.
What a server rejects as unknown is left out from then on, and what its replies show not to be there
is noted. Every fault becomes a `ModelError` that knows what the attempts cost and never holds the
key.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Any, TypeVar

from palate.agent.models.body import request_body, slack
from palate.agent.models.breaker import Breaker
from palate.agent.models.capabilities import Capabilities
from palate.agent.models.events import Events
from palate.agent.models.presets import GENERIC, QUIETER, Preset, preset_of
from palate.agent.models.refusals import refusal, rejected_field, shown_url, together
from palate.agent.models.replies import cost_of, read_completion, read_object
from palate.agent.models.secret import Secrets
from palate.agent.models.throttle import Throttle
from palate.agent.models.wire import Refused, Unreachable, make_wire
from palate.domain import Completion, ModelCall, Usage
from palate.errors import ModelError, ModelTimeout, ReplyError

_T = TypeVar("_T")
_DEFAULT = "https://api.openai.com/v1"
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 4.0
#: A call that had fewer seconds than this and got no answer says nothing of the server.
_FAIR = 1.0


class OpenAIModel:
    """A model behind an OpenAI-compatible base URL.

    Connections belong to an event loop: they are closed by `aclose`, or when their loop ends.

    Attributes:
        name: The server's name of it.
        base_url: As it may be shown.
        preset: How the server is asked.
        capabilities: What is known of the server; ``None`` where it was not looked at yet.
        concurrency: Bounds the calls in flight.
        wire: What carries the requests for completions.

    Args:
        name: The server's name of it.
        base_url: Such as ``http://localhost:8000/v1``; ``None`` is OpenAI's own.
        api_key: Never shown; local servers need none.
        retries: Tries after the first, at most, within the deadline.
        preset: Name of one; empty recognises it by what is known.
        known: What was found out before.
        breaker: Failures in a row after which the server is left alone for a while; 0: never.
        concurrency: Calls in flight at most.
        transport: ``sdk`` or ``aiohttp``; empty chooses.
    """

    def __init__(
        self,
        name: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        retries: int = 2,
        preset: str = "",
        known: Capabilities | None = None,
        breaker: int = 5,
        concurrency: int = 128,
        transport: str = "",
    ) -> None:
        from palate.agent.models.sdk import SdkWire

        self.name = name
        #: With what may be secret in it; `base_url` is for showing.
        self.url = base_url or _DEFAULT
        self.base_url = shown_url(self.url)
        #: The preset that was asked for by name.
        self.named = preset
        self.preset: Preset = preset_of(self.url, name, preset or (known.preset if known else ""))
        self.capabilities = known
        self.concurrency = Throttle(concurrency)
        self._key = api_key
        self._secrets = Secrets(api_key, self.url)
        self._retries = retries
        self._rejected = set(known.rejected) if known else set[str]()
        self._breaker = Breaker(self.base_url, breaker)
        self.transport = transport
        self._sdk = SdkWire(self.url, api_key)
        self.wire = make_wire(self.url, api_key, transport)

    def __repr__(self) -> str:
        return f"OpenAIModel({self.name!r}, base_url={self.base_url!r})"

    @property
    def slack(self) -> int:
        """Tokens that a reply may have beyond ``max_tokens``: those of thinking."""
        return slack(self.preset, self.capabilities)

    @property
    def rejected(self) -> tuple[str, ...]:
        """Fields that the server refused so far."""
        return tuple(sorted(self._rejected))

    def knows(self, found: Capabilities, preset: Preset) -> None:
        """Takes over what a look at the server found."""
        self.capabilities, self.preset = found, preset
        self._rejected |= set(found.rejected)

    def variant(self, preset: Preset) -> OpenAIModel:
        """Returns the same model, asked by another preset, and with nothing known of it."""
        other = OpenAIModel(
            self.name, base_url=self.url, api_key=self._key, retries=self._retries,
            transport=self.transport,
        )  # fmt: skip
        other.preset = preset
        return other

    async def fetch(
        self, path: str, body: Mapping[str, object] | None = None, *, deadline: float
    ) -> Mapping[str, Any]:
        """Gets an object from the server, or posts one and gets the answer.

        Args:
            path: Below the base URL or, with a slash before it, below the server's root.
            body: What to post; ``None`` gets.
            deadline: ``time.monotonic()`` value at which to give up.

        Raises:
            ModelError: There is no such object, or it does not come in time.
        """
        url = self.url.rstrip("/").removesuffix("/v1") + path if path.startswith("/") else path
        try:
            found = await self._by(deadline, self._sdk.fetch(url, body))
            return read_object(self._secrets.scrubbed(found))
        except (Refused, Unreachable, ReplyError) as error:
            failure = self._plain(error)
        raise self._clean(failure)

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
                # To the end: a generator that is left in its middle holds its connection.
                [found] = [one async for one in self._tried(call, deadline, stream=False)]
            except ModelError as error:
                spent += cost_of(error)
                error.usage = _total(spent, tries, started)
                await self._again(error, call, tries, deadline)
                tries += 1
                continue
            assert isinstance(found, Completion)
            return replace(found, usage=_total(spent + found.usage, tries, started))

    async def stream(self, call: ModelCall, *, deadline: float) -> AsyncGenerator[str | Completion]:
        """Yields the text of a reply as it is written, and the whole completion last.

        A try that fails before its first piece is followed by another one, as of `complete`; after
        it, the failure is the end. Closing the iterator closes the connection.

        Raises:
            ModelError: As of `complete`; also a stream that ends without being finished.
        """
        started, tries, spent, given = time.monotonic(), 0, Usage(), False
        while True:
            try:
                async with aclosing(self._tried(call, deadline, stream=True)) as tried:
                    async for one in tried:
                        given = True
                        if isinstance(one, str):
                            yield one
                            continue
                        yield replace(one, usage=_total(spent + one.usage, tries, started))
                return
            except ModelError as error:
                spent += cost_of(error)
                error.usage = _total(spent, tries, started)
                if given:
                    raise
                await self._again(error, call, tries, deadline)
                tries += 1

    async def _again(self, error: ModelError, call: ModelCall, tries: int, deadline: float) -> None:
        """Waits for the next try, or raises the error where there is to be none."""
        wait = _wait(error, tries + 1)
        late = time.monotonic() + wait >= deadline
        if not error.retryable or not call.retry or tries == self._retries or late:
            raise error
        await asyncio.sleep(wait)

    async def _tried(
        self, call: ModelCall, deadline: float, *, stream: bool
    ) -> AsyncGenerator[str | Completion]:
        """Tries once, and tells the circuit breaker how it went."""
        given = deadline - time.monotonic()
        if given <= 0:
            raise self._late()
        self._breaker.enter()
        told = False
        try:
            async with aclosing(self._exchange(call, deadline, stream=stream)) as exchange:
                async for one in exchange:
                    if isinstance(one, Completion):
                        self._breaker.succeeded()
                        told = True
                    yield one
        except ModelError as error:
            self._judge(error, given)
            told = True
            raise
        finally:
            if not told:
                self._breaker.left()

    def _judge(self, error: ModelError, given: float) -> None:
        if isinstance(error, ReplyError) or (error.status or 500) < 500:
            self._breaker.succeeded()
        elif isinstance(error, ModelTimeout) and given < _FAIR:
            self._breaker.left()
        else:
            self._breaker.failed()

    async def _exchange(
        self, call: ModelCall, deadline: float, *, stream: bool
    ) -> AsyncGenerator[str | Completion]:
        """Asks, again without the fields that are refused, and reads what comes."""
        failure: ModelError | None = None
        async with AsyncExitStack() as held:
            mark = await self._by(deadline, held.enter_async_context(self.concurrency.turn()))
            while failure is None:
                body = self._body(call, stream)
                try:
                    async with aclosing(self._answer(body, deadline)) as answer:
                        async for one in answer:
                            yield one
                    self.concurrency.answered()
                    return
                except (Refused, Unreachable, ReplyError, ValueError) as error:
                    failure = self._failure(error, body, mark)
        # Here, not above: what was caught stands for nobody to see.
        raise self._clean(failure)

    def _body(self, call: ModelCall, stream: bool) -> dict[str, Any]:
        body = request_body(self.name, call, self.preset, self._rejected, self.capabilities)
        if stream:
            body["stream"] = True
            if "stream_options" not in self._rejected:
                body["stream_options"] = {"include_usage": True}
        return body

    def _failure(self, error: Exception, body: dict[str, Any], mark: int) -> ModelError | None:
        """Returns what a call ends as; ``None`` where it is to be sent without a field."""
        if isinstance(error, Refused):
            field = rejected_field(error, body | body.get("extra_body", {}))
            if field:
                self._rejected |= together(field)
                return None
            if error.status == 429:
                self.concurrency.refused(mark)
        return self._plain(error)

    def _plain(self, error: Exception) -> ModelError:
        """Returns the error that a call ends as, in words."""
        if isinstance(error, Refused):
            return refusal(error, self.base_url)
        if isinstance(error, Unreachable):
            return ModelError(
                f"{self.base_url} cannot be reached or hung up ({error}). Is the server running?",
                retryable=True,
            )
        if isinstance(error, ReplyError):
            return self._quieter(error)
        return ReplyError(f"The reply cannot be read: {error}.", retryable=True)

    def _clean(self, error: ModelError) -> ModelError:
        """Takes out what may be secret: forms of the key, and errors that hold a request."""
        error.args = (self._secrets.scrubbed_text(str(error)),)
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)

    async def _answer(
        self, body: dict[str, Any], deadline: float
    ) -> AsyncGenerator[str | Completion]:
        """Sends, and reads the answer: events where it is a stream, else one object."""
        async with AsyncExitStack() as held:
            sent = held.enter_async_context(self.wire.send(body))
            answer = await self._by(deadline, sent)
            chunks = self._all(answer.chunks, deadline)
            if not body.get("stream") or "event-stream" not in answer.kind:
                whole = [chunk async for chunk in chunks]
                completion = read_completion(self._secrets.scrubbed(b"".join(whole)), self.name)
                if body.get("stream"):
                    yield completion.text
                yield self._seen(completion, body)
                return
            events = Events(self.name)
            async for chunk in chunks:
                for piece in events.feed(chunk):
                    yield self._secrets.scrubbed_text(piece)
            completion = events.close()
            yield replace(completion, text=self._secrets.scrubbed_text(completion.text))

    async def _all(self, chunks: AsyncIterator[bytes], deadline: float) -> AsyncIterator[bytes]:
        """Yields chunks while there is time: a server that drips must not outlive it."""
        while True:
            try:
                yield await self._by(deadline, anext(chunks))
            except StopAsyncIteration:
                return

    def _seen(self, completion: Completion, body: dict[str, Any]) -> Completion:
        """Notes what a reply shows to be otherwise than what is known."""
        known = self.capabilities
        if known and known.logprobs and body.get("logprobs") and not completion.top_logprobs:
            said = "a reply came without log-probabilities"
            self.capabilities = replace(known, logprobs=0, contradicted=said)
        return completion

    async def _by(self, deadline: float, work: Awaitable[_T]) -> _T:
        """Awaits within the deadline.

        Raises:
            ModelTimeout: It passed.
        """
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await work
        except TimeoutError:
            raise self._late() from None

    def _late(self) -> ModelTimeout:
        return ModelTimeout(f"{self.name} did not answer within the time it had.")

    def _quieter(self, error: ReplyError) -> ReplyError:
        """Has a server of an unknown kind told in the other way, too, that it shall not think."""
        if "thinking" in str(error) and self.preset == GENERIC:
            self.preset = replace(GENERIC, quiet={**GENERIC.quiet, **QUIETER})
            error.retryable = True
        return error

    async def aclose(self) -> None:
        """Closes the connections of this event loop; safe to call twice."""
        await self.wire.aclose()
        await self._sdk.aclose()


def _total(spent: Usage, tries: int, started: float) -> Usage:
    return replace(spent, calls=1, retries=tries, seconds=time.monotonic() - started)


def _wait(error: ModelError, tries: int) -> float:
    """Seconds until the next try: what the server asked for, else doubling with jitter."""
    pause = min(_FIRST_WAIT * 2.0 ** (tries - 1), _LONGEST_WAIT)
    return max(error.wait, pause * random.uniform(0.5, 1.0))
