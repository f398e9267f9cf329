"""No answer is read without end: a server that never stops must not fill the memory.

What counts is the size after decompression, and decompression goes in small steps: 200 KB can be
made of 200 MB. Answers are asked for as they are; a proxy that compresses all the same is read.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx2

from palate.errors import ReplyError

#: Bytes; the longest reply that is used, told in logprobs, is a tenth of it.
MAX_BODY = 4_000_000
#: Asks for answers that are not compressed: replies are small, and mostly from this machine.
PLAIN = {"Accept-Encoding": "identity"}
_STEP = 65_536
#: Of zlib: gzip and zlib headers are told apart by themselves.
_ANY_HEADER = 32 + zlib.MAX_WBITS


async def bound(response: httpx2.Response) -> None:
    """Bounds an answer whose body has not been read yet: a response hook of the client.

    Raises:
        ReplyError: It is compressed in a way that cannot be undone step by step.
    """
    if not isinstance(response.stream, httpx2.AsyncByteStream):
        return
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise ReplyError(
            f"The answer is compressed with {coding[:40]!r}, though none was asked for. Turn that "
            "off in the proxy before the server."
        )
    if coding in ("", "identity"):
        response.stream = _Bounded(response.stream)
        return
    # Undone here, and so not again by the client.
    del response.headers["content-encoding"]
    response.stream = _Inflated(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            for part in self._parts(chunk):
                size += len(part)
                if size > MAX_BODY:
                    raise ReplyError(f"The answer is longer than {MAX_BODY:,} bytes: it was left.")
                yield part

    def _parts(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Inflated(_Bounded):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        super().__init__(stream)
        self._inflate = zlib.decompressobj(_ANY_HEADER)

    def _parts(self, chunk: bytes) -> Iterator[bytes]:
        left = chunk
        while left and not self._inflate.eof:
            try:
                yield self._inflate.decompress(left, _STEP)
            except zlib.error:
                told = "The answer says that it is compressed, and cannot be decompressed."
                raise ReplyError(told, retryable=True) from None
            left = self._inflate.unconsumed_tail
