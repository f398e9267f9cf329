"""Pages that signed in: one-time links, and the sessions that they open."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from hashlib import sha256

from palate.server.callers import Caller
from palate.server.tenants import Tenant

#: Seconds that a link waits for its click, and that a session lasts.
LINK_SECONDS, SESSION_SECONDS = 600.0, 12 * 3600.0
_MOST = 1000


class Sessions:
    """Links and sessions, in memory: they end with the server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.cookie = "palate_session"
        self._clock = clock
        self._links: dict[str, tuple[Caller, float]] = {}
        self._open: dict[str, tuple[Caller, float]] = {}

    def link(self, caller: Caller) -> str:
        """Makes a code that signs in once, soon, as somebody."""
        return self._put(self._links, caller, LINK_SECONDS)

    def redeem(self, code: str) -> Caller | None:
        """Takes a code; a second time it is none."""
        found = self._links.pop(_hashed(code), None)
        return found[0] if found and found[1] > self._clock() else None

    def start(self, caller: Caller) -> str:
        """Opens a session and returns what its cookie holds."""
        return self._put(self._open, caller, SESSION_SECONDS)

    def find(self, cookie: str) -> Caller | None:
        """Returns whose session a cookie belongs to."""
        found = self._open.get(_hashed(cookie)) if cookie else None
        return found[0] if found and found[1] > self._clock() else None

    def end(self, cookie: str) -> None:
        """Ends a session."""
        self._open.pop(_hashed(cookie), None)

    def end_of(self, user: str, tenant: Tenant) -> None:
        """Ends the sessions and links that are bound to a person of a workspace."""
        for table in (self._links, self._open):
            for name, (caller, _) in list(table.items()):
                if caller.user == user and caller.tenant is tenant:
                    del table[name]

    def _put(self, table: dict[str, tuple[Caller, float]], caller: Caller, lasts: float) -> str:
        now = self._clock()
        for name in [name for name, (_, until) in table.items() if until <= now]:
            del table[name]
        while len(table) >= _MOST:
            del table[next(iter(table))]
        secret = secrets.token_urlsafe(32)
        table[_hashed(secret)] = (caller, now + lasts)
        return secret


def _hashed(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
