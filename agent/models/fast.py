"""Requests carried by aiohttp: a one-token call costs a fraction of the SDK's CPU.

`python -m benchmarks.client` prints both. Whatever only the SDK knows how to do is left to it
(`palate.agent.models.wire.needs_sdk`).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from palate.agent.models.bounded import PLAIN, bounded
from palate.agent.models.loops import PerLoop
from palate.agent.models.wire import COMPLETIONS, Answer, Refused, Unreachable

#: Seconds that an idle connection is kept: less than uvicorn's five, after which it hangs up.
_KEPT = 4.0


class FastWire:
    """Carries requests to one server by aiohttp.

    Args:
        url: The server's base URL.
        key: Its key; ``None`` where it needs none.
    """

    name = "aiohttp"

    def __init__(self, url: str, key: str | None) -> None:
        self._url = f"{url.rstrip('/')}/{COMPLETIONS}"
        self._headers = {
            **PLAIN, "Content-Type": "application/json", "Authorization": f"Bearer {key or 'none'}",
        }  # fmt: skip
        self._sessions = PerLoop(self._session)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiohttp.ClientSession]:
        async with aiohttp.ClientSession(
            # How many are in flight is decided before.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT, ssl=self._trusted()),
            # A model's deadline is the only one.
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
        ) as session:  # fmt: skip
            yield session

    def _trusted(self) -> Any:
        """Returns the authorities that the SDK trusts, so that both reach the same servers."""
        import httpx2

        return httpx2.create_ssl_context() if self._url.startswith("https:") else True

    @asynccontextmanager
    async def send(self, body: Mapping[str, Any]) -> AsyncIterator[Answer]:
        """Posts a request for a completion, as of `Wire`."""
        session = await self._sessions.get()
        failure: Exception
        try:
            async with session.post(self._url, data=_sent(body), headers=self._headers) as response:
                try:
                    yield await _begun(response)
                    return
                except BaseException:
                    # What is left of it is not waited for.
                    response.close()
                    raise
        except aiohttp.ClientError as error:
            failure = Unreachable(type(error).__name__)
        # Here, not above: aiohttp's errors hold the headers, and so the key.
        raise failure

    async def aclose(self) -> None:
        """Closes the connections of this event loop; safe to call twice."""
        await self._sessions.aclose()


async def _begun(response: aiohttp.ClientResponse) -> Answer:
    headers = response.headers
    chunks = bounded(response.content.iter_any(), headers.get("Content-Encoding", ""))
    if response.status >= 400:
        raise Refused(response.status, headers, b"".join([chunk async for chunk in chunks]))
    return Answer(headers.get("Content-Type", ""), chunks)


def _sent(body: Mapping[str, Any]) -> bytes:
    """Returns a request's bytes; what the SDK takes apart stands together there."""
    flat = {name: value for name, value in body.items() if name != "extra_body"}
    return json.dumps(
        flat | body.get("extra_body", {}), ensure_ascii=False, separators=(",", ":")
    ).encode()
