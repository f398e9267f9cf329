"""A circuit breaker: a server that is down is left alone for a while, and then tried once.

After some failures in a row every call fails at once, without a connection. When the pause is over
one call goes through; if it succeeds the circuit closes, else the next pause is twice as long.
(Nygard, *Release It!*, 2007, chapter 5.)
"""

from __future__ import annotations

import time
from collections.abc import Callable

from palate.errors import ModelError

#: Seconds of the first pause, and of the longest.
FIRST, LONGEST = 5.0, 60.0


class Breaker:
    """The circuit of one server.

    Args:
        name: The server, as messages call it.
        most: Failures in a row that open the circuit; 0 never opens it.
        clock: Seconds that only rise.
    """

    def __init__(
        self, name: str, most: int = 5, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._most, self._clock = name, most, clock
        self._failures, self._pause, self._until = 0, FIRST, 0.0
        self._trying = False

    def enter(self) -> None:
        """Lets a call through, or does not.

        Raises:
            ModelError: The circuit is open; not retryable.
        """
        if not self._most or self._failures < self._most:
            return
        left = self._until - self._clock()
        if left > 0 or self._trying:
            when = f"in {left:.0f} s" if left >= 1 else "shortly"
            raise ModelError(
                f"{self._name} failed {self._failures} times in a row and is left alone; it will "
                f"be tried again {when}."
            )
        self._trying = True

    def succeeded(self) -> None:
        """Notes a call that the server answered, be it with a refusal: it is there."""
        self._failures, self._pause, self._trying = 0, FIRST, False

    def failed(self) -> None:
        """Notes a call that the server failed."""
        self._failures += 1
        if self._failures < self._most:
            return
        if self._trying:
            self._pause = min(2 * self._pause, LONGEST)
        self._trying, self._until = False, self._clock() + self._pause

    def left(self) -> None:
        """Notes a call that ended without telling anything, such as a cancelled one."""
        self._trying = False
