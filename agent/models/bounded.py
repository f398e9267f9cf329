"""No answer is read without end: a server that never stops must not fill the memory.

What counts is the size after decompression, and decompression goes in small steps: 200 KB can be
made of 200 MB. Answers are asked for as they are; a proxy that compresses all the same is read.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator

from palate.errors import ReplyError

#: Bytes; the longest reply that is used, told in logprobs, is a tenth of it.
MAX_BODY = 4_000_000
#: Asks for answers that are not compressed: replies are small, and mostly from this machine.
PLAIN = {"Accept-Encoding": "identity"}
_STEP = 65_536
#: Of zlib: gzip and zlib headers are told apart by themselves.
_ANY_HEADER = 32 + zlib.MAX_WBITS


def bounded(chunks: AsyncIterable[bytes], coding: str) -> Bounded:
    """Bounds a body.

    Args:
        chunks: As they come.
        coding: The ``Content-Encoding``; empty: none.

    Raises:
        ReplyError: It is compressed in a way that cannot be undone step by step.
    """
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return Bounded(chunks)
    if coding in ("gzip", "x-gzip", "deflate"):
        return _Inflated(chunks)
    raise ReplyError(
        f"The answer is compressed with {coding[:40]!r}, though none was asked for. Turn that off "
        "in the proxy before the server."
    )


class Bounded:
    """Passes chunks on, and counts.

    An iterator and no generator: it is closed with the answer, and not by the garbage collector.
    """

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = aiter(chunks)
        self._size = 0
        self._ready: deque[bytes] = deque()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while not self._ready:
            self._take(await anext(self._chunks))
        part = self._ready.popleft()
        self._size += len(part)
        if self._size > MAX_BODY:
            raise ReplyError(f"The answer is longer than {MAX_BODY:,} bytes: it was left.")
        return part

    def _take(self, chunk: bytes) -> None:
        self._ready.append(chunk)

    async def aclose(self) -> None:
        """Closes what the chunks come from."""
        if isinstance(self._chunks, AsyncGenerator):
            await self._chunks.aclose()


class _Inflated(Bounded):
    """Undoes a compression, a step whenever one is asked for."""

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        super().__init__(chunks)
        self._inflate = zlib.decompressobj(_ANY_HEADER)

    async def __anext__(self) -> bytes:
        while not self._ready and (left := self._inflate.unconsumed_tail):
            self._take(left)
        return await super().__anext__()

    def _take(self, chunk: bytes) -> None:
        try:
            self._ready.append(self._inflate.decompress(chunk, _STEP))
        except zlib.error:
            told = "The answer says that it is compressed, and cannot be decompressed."
            raise ReplyError(told, retryable=True) from None
