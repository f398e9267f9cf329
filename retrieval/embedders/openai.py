"""Any OpenAI-compatible ``/v1/embeddings``: OpenAI, vLLM, Ollama, llama.cpp, TEI.

The SDK's client lives on an event loop of its own, because only there can one wall-clock deadline
bound everything: connecting, a server that drips its answer, and the retries. Replies are parsed
here and not by the SDK, which hands a 200 with HTML or without data on as a success.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import threading
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from palate.errors import ModelError, ModelTimeout, PrerequisiteError, ReplyError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from openai import APIStatusError, AsyncOpenAI

    from palate.settings import EmbedderSettings

OPENAI_URL = "https://api.openai.com/v1"
#: Characters of a text that are sent: below the 8,192 tokens that the usual models take.
LONGEST_TEXT = 6_000
_RETRYABLE = frozenset([408, 409, 425, 429])
_T = TypeVar("_T")


def remote_embedder(settings: EmbedderSettings, environ: Mapping[str, str]) -> RemoteEmbedder:
    """Makes the embedder that the section ``[embedder]`` describes; calls nobody yet.

    Raises:
        PrerequisiteError: There is no model name, or OpenAI itself is meant and there is no key.
    """
    if not settings.model:
        raise PrerequisiteError(
            "embedder.provider is openai, but embedder.model is empty. Set it in palate.toml "
            "to the name of an embedding model."
        )
    key = environ.get(settings.api_key_env, "")
    if not key and not settings.base_url:
        raise PrerequisiteError(
            f"The embedder needs a key. Put it into the variable {settings.api_key_env}, or set "
            "embedder.base_url to a server that needs none."
        )
    return RemoteEmbedder(
        settings.model, settings.base_url or OPENAI_URL, key, batch=settings.batch
    )


class RemoteEmbedder:
    """Implements `palate.domain.Embedder` over HTTP. Safe to share between threads.

    Args:
        model: Its name on the server.
        base_url: The URL that ``/embeddings`` follows.
        api_key: Sent as the bearer token; empty for servers without one.
        batch: Texts a request.
        timeout: Seconds for each request, its retries included.
        retries: Further attempts after a refused connection, 429 or 5xx.
    """

    def __init__(
        self,
        model: str,
        base_url: str,
        api_key: str = "",
        *,
        batch: int = 256,
        timeout: float = 60.0,
        retries: int = 2,
    ) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._base_url = base_url
        self._key = api_key
        self._batch = batch
        self._timeout = timeout
        self._retries = retries
        self._dimensions = 0
        self._lock = threading.Lock()
        self._loop: _Loop | None = None
        self._client: AsyncOpenAI | None = None

    @property
    def dimensions(self) -> int:
        """The width of the rows; the server is asked once if nothing was embedded yet."""
        if not self._dimensions:
            self.embed(["width"])
        return self._dimensions

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns unit rows, shape (len(texts), dimensions); a zero row for text without words.

        Raises:
            ModelTimeout: A request was not answered within the timeout.
            ReplyError: The server answered with something else than one vector for each text.
            ModelError: The server refused, or nobody listens there.
        """
        worded = [row for row, text in enumerate(texts) if any(map(str.isalnum, text))]
        parts = [worded[at : at + self._batch] for at in range(0, len(worded), self._batch)]
        found = [self._ask([_sendable(texts[row]) for row in part]) for part in parts]
        rows = np.zeros((len(texts), self._width(found)), dtype=np.float32)
        for part, vectors in zip(parts, found, strict=True):
            rows[part] = vectors
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(np.divide(rows, lengths, out=rows, where=lengths > 0))

    def close(self) -> None:
        """Closes the connections; safe to call twice. The embedder opens anew when used."""
        with self._lock:
            loop, client = self._loop, self._client
            self._loop = self._client = None
        if loop is not None:
            if client is not None:
                loop.run(client.close())
            loop.close()

    def _width(self, found: Sequence[NDArray[np.float32]]) -> int:
        if not found:
            return self.dimensions
        widths = {vectors.shape[1] for vectors in found} | {self._dimensions} - {0}
        if len(widths) > 1:
            raise ReplyError(
                f"{self._where()} returns vectors of different widths {sorted(widths)}. "
                "Check which model serves that name."
            )
        self._dimensions = widths.pop()
        return self._dimensions

    def _ask(self, texts: list[str]) -> NDArray[np.float32]:
        with self._lock:
            if self._loop is None:
                self._loop = _Loop()
            loop = self._loop
        return loop.run(self._answer(texts))

    async def _answer(self, texts: list[str]) -> NDArray[np.float32]:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._with_retries(texts)
        except TimeoutError:
            raise ModelTimeout(
                f"{self._where()} did not answer within {self._timeout:g} s. Check the server, "
                "or lower embedder.batch."
            ) from None

    async def _with_retries(self, texts: list[str]) -> NDArray[np.float32]:
        for attempt in range(self._retries + 1):
            try:
                return _vectors(await self._post(texts), len(texts), self._where())
            except _Refused as refused:
                if not refused.error.retryable or attempt == self._retries:
                    raise refused.error from None
                await asyncio.sleep(refused.wait or 0.25 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _post(self, texts: list[str]) -> bytes:
        import openai

        if self._client is None:
            # The client also reads OPENAI_* variables; every one that matters is given here.
            self._client = openai.AsyncOpenAI(
                api_key=self._key or "none", base_url=self._base_url, max_retries=0, timeout=None
            )
        try:
            raw = await self._client.embeddings.with_raw_response.create(
                model=self._model, input=texts
            )
        except openai.APIConnectionError as error:
            raise _Refused(
                ModelError(
                    f"{self._where()} cannot be reached ({error.__cause__ or error}). Start the "
                    "server or mend embedder.base_url.",
                    retryable=True,
                )
            ) from None
        except openai.APIStatusError as error:
            raise self._refusal(error) from None
        return bytes(raw.http_response.content)

    def _refusal(self, error: APIStatusError) -> _Refused:
        body = error.body if isinstance(error.body, dict) else {}
        said = str(body.get("message", "no reason given"))[:300]
        if self._key:
            said = said.replace(self._key, "***")
        status = error.status_code
        return _Refused(
            ModelError(
                f"{self._where()} refused with HTTP {status}: {said}. Check the model's name "
                "and the key.",
                retryable=status in _RETRYABLE or status >= 500,
                status=status,
            ),
            wait=_seconds(error.response.headers.get("retry-after")),
        )

    def _where(self) -> str:
        return f"The embedder {self._model!r} at {self._base_url}"


class _Refused(Exception):
    """One attempt failed; ``wait`` is what the server asked for, in seconds."""

    def __init__(self, error: ModelError, wait: float = 0.0) -> None:
        self.error = error
        self.wait = wait
        super().__init__(str(error))


class _Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="palate-embedder", daemon=True
        )
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Runs a coroutine on the loop and waits for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """Stops the loop and waits for its thread."""
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _sendable(text: str) -> str:
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")


def _seconds(header: str | None) -> float:
    try:
        return max(0.0, float(header or 0))
    except ValueError:  # a date: our own pause will do
        return 0.0


def _vectors(content: bytes, count: int, where: str) -> NDArray[np.float32]:
    """Reads one vector a text, in the order of the texts, whatever order they came in."""
    try:
        data = json.loads(content)["data"]
        ordered = {int(entry["index"]): _vector(entry["embedding"]) for entry in data}
        vectors = np.stack([ordered[index] for index in range(count)])
        usable = vectors.ndim == 2 and vectors.shape[1] > 0 and bool(np.isfinite(vectors).all())
    except (ValueError, TypeError, KeyError, IndexError, binascii.Error) as error:
        raise ReplyError(
            f"{where} sent a reply that is not {count} embeddings "
            f"({type(error).__name__}). Check that the URL is that of an embedding server."
        ) from None
    if not usable:
        raise ReplyError(f"{where} sent vectors with nan or of no width. Try another model.")
    return vectors


def _vector(value: object) -> NDArray[np.float32]:
    if isinstance(value, str):  # the SDK asks for base64, which is half the size
        return np.frombuffer(base64.b64decode(value, validate=True), dtype="<f4")
    return np.array(value, dtype=np.float32)
