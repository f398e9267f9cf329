"""The SDK's clients: one an event loop, closed with it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class Clients:
    """Makes a client for each event loop that asks, and forgets those of loops that have ended.

    Args:
        url: The server's base URL.
        key: Its key; ``None`` where it needs none.
    """

    def __init__(self, url: str, key: str | None) -> None:
        self._url, self._key = url, key
        self._lifetimes: dict[asyncio.AbstractEventLoop, AsyncGenerator[AsyncOpenAI]] = {}
        self._clients: dict[asyncio.AbstractEventLoop, AsyncOpenAI] = {}

    def __len__(self) -> int:
        return len(self._clients)

    async def get(self) -> AsyncOpenAI:
        """Returns this loop's client."""
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
        """Closes this loop's client; safe to call twice."""
        lifetime = self._lifetimes.pop(asyncio.get_running_loop(), None)
        if lifetime is not None:
            await lifetime.aclose()
