"""How often somebody may ask: a bucket of tokens for each, filled at a rate."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from palate.server.problems import Refused

#: Buckets kept; those not used for longest go first, and they are full again anyway.
_KEPT = 10_000


class Rates:
    """Token buckets by name.

    Args:
        rate: Tokens a second; 0 is without bound.
        burst: Tokens that a bucket holds.
        clock: Seconds that never go back.
    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, float(max(burst, 1)), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Takes a token.

        Raises:
            Refused: There is none; ``Retry-After`` says when there will be one.
        """
        if not self._rate:
            return
        now = self._clock()
        tokens, then = self._buckets.pop(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate)
        enough = tokens >= 1
        self._buckets[name] = (tokens - enough, now)
        if len(self._buckets) > _KEPT:
            self._buckets.popitem(last=False)
        if not enough:
            wait = max(1, round((1 - tokens) / self._rate + 0.5))
            raise Refused(
                429, "too-many-requests", f"Too many requests: try again in {wait} s.",
                headers={"Retry-After": str(wait)},
            )  # fmt: skip
