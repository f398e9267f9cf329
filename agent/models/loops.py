"""What belongs to an event loop, such as a pool of connections: one a loop, closed with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Generic, TypeVar

_T = TypeVar("_T")


class PerLoop(Generic[_T]):
    """Opens a thing for each event loop that asks, and forgets those of loops that have ended.

    Args:
        opens: Returns the context in which a thing is open.
    """

    def __init__(self, opens: Callable[[], AbstractAsyncContextManager[_T]]) -> None:
        self._opens = opens
        self._lifetimes: dict[asyncio.AbstractEventLoop, AsyncGenerator[_T]] = {}
        self._open: dict[asyncio.AbstractEventLoop, _T] = {}

    def __len__(self) -> int:
        return len(self._open)

    async def get(self) -> _T:
        """Returns this loop's."""
        loop = asyncio.get_running_loop()
        if loop not in self._open:
            for ended in [other for other in self._open if other.is_closed()]:
                self._forget(ended)
            self._lifetimes[loop] = self._lifetime(loop)
            await anext(self._lifetimes[loop])
        return self._open[loop]

    async def _lifetime(self, loop: asyncio.AbstractEventLoop) -> AsyncGenerator[_T]:
        """Holds it open; a loop that ends closes its generators, and so what they hold."""
        try:
            async with self._opens() as opened:
                self._open[loop] = opened
                yield opened
        finally:
            self._forget(loop)

    def _forget(self, loop: asyncio.AbstractEventLoop) -> None:
        self._open.pop(loop, None)
        self._lifetimes.pop(loop, None)

    async def aclose(self) -> None:
        """Closes this loop's; safe to call twice."""
        lifetime = self._lifetimes.pop(asyncio.get_running_loop(), None)
        if lifetime is not None:
            await lifetime.aclose()
