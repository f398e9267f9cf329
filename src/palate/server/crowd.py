"""How many requests may be under way: of everybody who was let in, and of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from palate.server.callers import Caller
from palate.server.problems import Refused


class Crowd:
    """Counts who is inside. Strangers are not counted: they must not fill it.

    Args:
        most: Requests at once.
        person: Of them, those of one person whom a key or a page is bound to.
    """

    def __init__(self, most: int, person: int) -> None:
        self._most, self._person = most, person
        self._inside = 0
        self._of: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def inside(self, caller: Caller) -> Iterator[None]:
        """Counts a caller for as long as it is answered.

        Raises:
            Refused: There are too many.
        """
        who = (caller.tenant.name, caller.user) if caller.user is not None else None
        self._check(who)
        self._inside += 1
        if who is not None:
            self._of[who] += 1
        try:
            yield
        finally:
            self._inside -= 1
            if who is not None:
                self._of[who] -= 1
                if not self._of[who]:
                    del self._of[who]

    def _check(self, who: tuple[str, str] | None) -> None:
        again = {"Retry-After": "1"}
        if self._inside >= self._most:
            raise Refused(
                503, "busy", "Too many requests at once: try again in a second.", headers=again
            )
        if who is not None and self._of[who] >= self._person:
            raise Refused(
                429, "too-many-at-once",
                f"{self._person} requests of this person are under way: wait for one of them.",
                headers=again,
            )  # fmt: skip
