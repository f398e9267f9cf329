"""Concurrency that adapts: a server that answers 429 is asked less at once, and slowly more again.

Additive increase, multiplicative decrease (Chiu and Jain, 1989): every answer raises the limit by
one over itself, so that a round of answers raises it by one; a 429 halves it, once for all calls
that were on their way together.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary


class Throttle:
    """Bounds the calls in flight to one server, for each event loop.

    Attributes:
        limit: Calls at once, from 1 to ``most``.

    Args:
        most: The largest limit, which it starts at.
    """

    def __init__(self, most: int = 128) -> None:
        self.limit = float(most)
        self._most = float(most)
        self._cuts = 0
        self._gates: WeakKeyDictionary[asyncio.AbstractEventLoop, _Gate] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[int]:
        """Waits for a place, holds it, and yields a mark for `refused`."""
        gate = self._gates.setdefault(asyncio.get_running_loop(), _Gate())
        await gate.enter(self)
        try:
            yield self._cuts
        finally:
            gate.leave(self)

    def answered(self) -> None:
        """Notes a call that was taken."""
        self.limit = min(self.limit + 1 / self.limit, self._most)

    def refused(self, mark: int) -> None:
        """Notes a 429.

        Args:
            mark: Of the call's turn; a call that began before the last cut cuts no more.
        """
        if mark == self._cuts:
            self._cuts += 1
            self.limit = max(self.limit / 2, 1.0)


class _Gate:
    """The calls of one event loop."""

    def __init__(self) -> None:
        self.inside = 0
        self.waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self, throttle: Throttle) -> None:
        if self.inside < int(throttle.limit) and not self.waiting:
            self.inside += 1
            return
        place = asyncio.get_running_loop().create_future()
        self.waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave(throttle)  # the place was given in the same moment
            else:
                self.waiting.remove(place)
            raise

    def leave(self, throttle: Throttle) -> None:
        self.inside -= 1
        while self.waiting and self.inside < int(throttle.limit):
            place = self.waiting.popleft()
            if not place.done():
                self.inside += 1
                place.set_result(None)
