"""The outermost layer: a request id, one log line, the metrics, and a trace where asked for."""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from palate.errors import PalateError
from palate.server.logs import note, place
from palate.server.metrics import Metrics
from palate.server.problems import GONE, Refused, problem_response, refusal_of
from palate.server.telemetry import Telemetry

_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Watch:
    """Numbers, times and counts requests, and turns what nobody foresaw into a 500.

    The log says route, status, milliseconds and which key; never a path, a query or a body, which
    may hold names and wishes.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, telemetry: Telemetry) -> None:
        self._app, self._metrics, self._telemetry = app, metrics, telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(scope, send)
        scope.setdefault("state", {})["request_id"] = seen.id
        self._metrics.inside.inc()
        try:
            with self._telemetry.span(scope):
                await self._answer(scope, receive, seen)
        finally:
            self._metrics.inside.dec()
            self._note(scope, seen)

    async def _answer(self, scope: Scope, receive: Receive, seen: _Seen) -> None:
        try:
            await self._app(scope, receive, seen)
        except (Refused, PalateError) as error:
            refused = error if isinstance(error, Refused) else refusal_of(error)
            if not seen.status:
                await problem_response(scope, refused)(scope, receive, seen)
        except (TimeoutError, ConnectionError):
            self._metrics.gone.inc()
        except Exception as error:
            # The message may hold what a person wrote: the kind and the place must do.
            note(logging.ERROR, event="failure", request=seen.id, kind=type(error).__name__,
                 at=place(error.__traceback__))  # fmt: skip
            if not seen.status:
                told = "Something failed on this side; the log names it by the request's id."
                await problem_response(scope, Refused(500, "failure", told))(scope, receive, seen)

    def _note(self, scope: Scope, seen: _Seen) -> None:
        route = getattr(scope.get("route"), "path_format", "none")
        seconds = time.perf_counter() - seen.started
        waited = scope["state"].get("model_seconds", 0.0)
        status = seen.status or GONE
        self._metrics.requests.labels(route, scope["method"], str(status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if scope["state"].get("gone"):
            self._metrics.gone.inc()
        self._metrics.own.labels(route).observe(max(seconds - waited, 0.0))
        caller = scope["state"].get("caller")
        note(
            event="request", request=seen.id, method=scope["method"], route=route, status=status,
            problem=scope["state"].get("problem"),
            ms=round(1000 * seconds, 1), model_ms=round(1000 * waited, 1),
            tenant=caller.tenant.name if caller else None, key=caller.name if caller else None,
        )  # fmt: skip


class _Seen:
    """Passes an answer on, with its headers, and remembers its status."""

    def __init__(self, scope: Scope, send: Send) -> None:
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        self.id = given if _GIVEN.fullmatch(given) else secrets.token_hex(6)
        self.status, self.started = 0, time.perf_counter()
        self._scope, self._send = scope, send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = self._scope["state"]["status"] = message["status"]
            total = 1000 * (time.perf_counter() - self.started)
            model = 1000 * self._scope["state"].get("model_seconds", 0.0)
            message["headers"] = [
                *message["headers"],
                (b"x-request-id", self.id.encode()),
                (b"server-timing", f"total;dur={total:.1f}, model;dur={model:.1f}".encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"no-referrer"),
                *([] if _has(message, b"cache-control") else [(b"cache-control", b"no-store")]),
            ]
        await self._send(message)


def _has(message: Message, name: bytes) -> bool:
    return any(key == name for key, _ in message["headers"])
