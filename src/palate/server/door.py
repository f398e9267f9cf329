"""Who comes in: the host that was called, the page that called, the key, and how often.

All of it is decided before a byte of the body is read.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from palate.server.callers import Caller
from palate.server.line import HEAD
from palate.server.problems import Refused
from palate.server.rates import Rates
from palate.server.routes.page import FILES
from palate.server.serving import Serving, is_loopback
from palate.server.sessions import Sessions
from palate.server.tenants import Tenant

#: What is answered without a key: nothing of a workspace is in it.
PUBLIC = frozenset({
    *FILES, "/signin", "/healthz", "/readyz", "/openapi.json",
})  # fmt: skip
_SAFE = ("GET", "HEAD", "OPTIONS")


class Door:
    """Lets callers in, and writes who they are into the scope's state."""

    def __init__(
        self, app: ASGIApp, serving: Serving, tenants: list[Tenant], sessions: Sessions
    ) -> None:
        self._app, self._serving = app, serving
        self._tenants, self._sessions = tenants, sessions
        self._rates = Rates(serving.rate, serving.burst)
        self._strangers = Rates(10.0, 50)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Checks one request.

        Raises:
            Refused: It may not come in.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        host = headers.get("host", "")
        _one_head(scope)
        self._known_host(host)
        self._own_page(scope, headers, host)
        if scope["path"] not in PUBLIC:
            scope["state"]["caller"] = self._caller(scope, headers)
        await self._app(scope, receive, send)

    def _known_host(self, host: str) -> None:
        """A name that is not ours is another site's, turned to this address: DNS rebinding."""
        name = (urlsplit("//" + host).hostname or "") if host.isascii() else ""
        if self._serving.loopback:
            known = is_loopback(name) or name in self._serving.names
        else:
            known = _is_address(name) or is_loopback(name) or name in self._serving.names
        if not known:
            raise Refused(
                421, "unknown-host",
                "This server does not go by that name: `palate serve --name` tells it one.",
            )  # fmt: skip

    def _own_page(self, scope: Scope, headers: dict[str, str], host: str) -> None:
        """A page of another site may neither read nor write, whatever it has got hold of."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "")
        foreign = origin is not None and urlsplit(origin).netloc != host
        inside = scope["path"].startswith("/v1") or scope["method"] not in _SAFE
        if foreign or (inside and site in ("cross-site", "same-site")):
            raise Refused(403, "foreign-page", "Pages of other sites may not call this server.")

    def _caller(self, scope: Scope, headers: dict[str, str]) -> Caller:
        found = self._found(scope, headers)
        if found is None:
            peer = (scope.get("client") or ("unknown",))[0]
            self._strangers.take(peer)
            raise Refused(
                401, "unauthorized",
                "Give a key: 'Authorization: Bearer KEY'. `palate keys add` makes one, and the "
                "page signs in with the link that `palate serve` prints.",
                headers={"WWW-Authenticate": "Bearer"},
            )  # fmt: skip
        self._rates.take(f"{found.tenant.name}/{found.name}")
        return found

    def _found(self, scope: Scope, headers: dict[str, str]) -> Caller | None:
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self._keyed(given.strip())
        cookie = cookie_parser(headers.get("cookie", "")).get(self._sessions.cookie, "")
        session = self._sessions.find(cookie)
        if session is not None and session.valid:
            if scope["method"] not in _SAFE and "origin" not in headers:
                raise Refused(403, "foreign-page", "A page that writes must say whose it is.")
            return session
        if self._serving.open:
            return Caller("open", self._tenants[0], frozenset({"admin"}))
        return None

    def _keyed(self, given: str) -> Caller | None:
        for tenant in self._tenants:
            if tenant.token.is_it(given):
                return Caller("local", tenant, frozenset({"admin"}))
            key = tenant.keys.find(given)
            if key is not None:
                return Caller(key.id, tenant, frozenset(key.scopes), key.user)
        return None

    def sign_in(self, given: str) -> Caller | None:
        """Returns whom a key lets in, for the form of the page."""
        return self._keyed(given)


def _one_head(scope: Scope) -> None:
    """A head that could be read in two ways is not read, nor one that is too long."""
    if sum(name == b"host" for name, _ in scope["headers"]) > 1:
        raise Refused(400, "malformed", "Send one Host header.")
    size = sum(len(name) + len(value) for name, value in scope["headers"])
    if size + len(scope["raw_path"]) + len(scope["query_string"]) > HEAD:
        raise Refused(431, "large-head", f"Line and headers are larger than {HEAD:,} bytes.")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
