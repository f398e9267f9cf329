"""Requests carried by the openai SDK: proxies, odd URLs, and whatever is no completion."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import httpx2
import openai

from palate.agent.models.bounded import PLAIN, Bounded, bounded
from palate.agent.models.loops import PerLoop
from palate.agent.models.wire import Answer, Refused, Unreachable
from palate.errors import ReplyError


class SdkWire:
    """Carries requests to one server by the SDK.

    Args:
        url: The server's base URL.
        key: Its key; ``None`` where it needs none.
    """

    name = "openai SDK"

    def __init__(self, url: str, key: str | None) -> None:
        # A second of imports: here, where no deadline runs yet.
        import_module("openai.resources.chat.completions")
        self._url, self._key = url, key
        self._clients = PerLoop(self._client)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[openai.AsyncOpenAI]:
        # Reading the certificates of all authorities takes 35 ms, and plain HTTP needs none.
        bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if self._url.startswith("http:") else True
        # A model's deadline is the only one.
        async with openai.AsyncOpenAI(
            base_url=self._url, api_key=self._key or "none", max_retries=0, timeout=None,
            default_headers=PLAIN,
            http_client=openai.DefaultAsyncHttpxClient(
                verify=bare, timeout=None, event_hooks={"response": [_bound]}
            ),
        ) as client:  # fmt: skip
            yield client

    @asynccontextmanager
    async def send(self, body: Mapping[str, Any]) -> AsyncIterator[Answer]:
        """Posts a request for a completion, as of `Wire`."""
        client = await self._clients.get()
        async with (
            _plainly(),
            client.chat.completions.with_streaming_response.create(**body) as response,
        ):
            kind = response.headers.get("content-type", "")
            yield Answer(kind, aiter(response.iter_bytes()))

    async def fetch(self, url: str, body: Mapping[str, object] | None = None) -> bytes:
        """Gets a URL, or posts to it and returns the answer.

        Args:
            url: Below the base URL, or whole.
            body: What to post; ``None`` gets.

        Raises:
            Refused: The server does not want it.
            Unreachable: There is no answer, or it breaks off.
        """
        client = await self._clients.get()
        async with _plainly():
            sent = (
                client.get(url, cast_to=httpx2.Response) if body is None
                else client.post(url, cast_to=httpx2.Response, body=dict(body))
            )  # fmt: skip
            return (await sent).content

    async def aclose(self) -> None:
        """Closes the connections of this event loop; safe to call twice."""
        await self._clients.aclose()


@asynccontextmanager
async def _plainly() -> AsyncIterator[None]:
    """Turns what the SDK raises into what every carrier raises.

    Without a cause or a context: the SDK's errors hold the request's headers, and so the key.
    """
    failure: Exception
    try:
        yield
        return
    except openai.APIStatusError as error:
        failure = Refused(error.status_code, error.response.headers, error.response.content)
    except (openai.APIConnectionError, httpx2.HTTPError) as error:
        cause = error.__cause__ or error
        failure = Unreachable(type(cause).__name__)
        if isinstance(cause, ReplyError):
            failure = ReplyError(str(cause), retryable=cause.retryable)
    except openai.OpenAIError as error:
        failure = ReplyError(f"The reply cannot be read: {error}.", retryable=True)
    raise failure from None


class _Stream(httpx2.AsyncByteStream):
    """A bounded body, as the SDK's client reads one."""

    def __init__(self, body: Bounded, stream: httpx2.AsyncByteStream) -> None:
        self._body, self._stream = body, stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body

    async def aclose(self) -> None:
        await self._body.aclose()
        await self._stream.aclose()


async def _bound(response: httpx2.Response) -> None:
    """Bounds an answer whose body has not been read yet: a response hook of the client."""
    if isinstance(stream := response.stream, httpx2.AsyncByteStream):
        body = bounded(stream, response.headers.get("content-encoding", ""))
        # Undone here, and so not again by the client.
        response.headers.pop("content-encoding", None)
        response.stream = _Stream(body, stream)
