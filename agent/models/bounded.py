"""No answer is read without end: a server that never stops must not fill the memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

from palate.errors import ReplyError

#: Bytes as they arrive; the longest reply that is used, told in logprobs, is a tenth of it.
MAX_BODY = 4_000_000


async def bound(response: httpx2.Response) -> None:
    """Bounds an answer whose body has not been read yet: a response hook of the client."""
    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(response.stream)


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            size += len(chunk)
            if size > MAX_BODY:
                raise ReplyError(f"The answer is longer than {MAX_BODY:,} bytes: it was left.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
