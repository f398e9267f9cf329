"""Who may be inside a workspace at once: many who use it, or one who rebuilds it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Lets many in together, or one alone; who wants to be alone goes before later ones.

    `fit` closes the indexes and `forget` rewrites the store's file: neither may happen under a
    request that is reading.
    """

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._inside = 0
        self._waiting = 0
        self._alone = False

    @property
    def shut(self) -> bool:
        """Whether somebody is inside alone."""
        return self._alone

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Waits until nobody is inside alone, nor waits to be."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._alone and not self._waiting)
            self._inside += 1
        try:
            yield
        finally:
            # No await before the count is right: a cancelled request must leave, too.
            self._inside -= 1
            await self._tell()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Waits until nobody is inside."""
        self._waiting += 1
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: not self._alone and not self._inside)
                self._alone = True
        finally:
            self._waiting -= 1
            if not self._alone:
                await self._tell()
        try:
            yield
        finally:
            self._alone = False
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
