"""One connection: what comes before a request is whole, where no application can bound it yet.

uvicorn waits for a head for ever and takes one of any size. Here a head has a size and a time, what
is no HTTP is refused in the one shape of errors, and the rest of a body that nobody reads any more
(a refusal came first) is taken for a while, so that the caller sees the refusal, and not for ever.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from palate.server.logs import note
from palate.server.metrics import Metrics
from palate.server.problems import MEDIA_TYPE, Refused, problem_body
from palate.server.serving import Serving

#: Bytes of a request's line and headers, all together.
HEAD = 65_536


class Line(HttpToolsProtocol):
    """A connection with bounds.

    Args:
        given: What uvicorn gives a protocol.
        serving: Says how large and how slow.
        metrics: Count what is refused here.
    """

    def __init__(self, *given: Any, serving: Serving, metrics: Metrics, **named: Any) -> None:
        super().__init__(*given, **named)
        self._patience, self._metrics = serving.patience, metrics
        # A body in many small chunks is twice its size on the wire, at most.
        self._most = 2 * max(serving.bulk, serving.body) + HEAD
        self._in_head, self._size = True, 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no longer."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes bytes, as many as may come."""
        self._size += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head and self._size > HEAD:
            self._refuse(431, "large-head", f"Line and headers are larger than {HEAD:,} bytes.")
        elif self._size > self._most:
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins; a connection that was kept has its time from here."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """The head is whole; from here the application counts and waits."""
        self._in_head, self._size = False, 0
        self._wait_no_more()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is whole, read or not."""
        super().on_message_complete()
        self._in_head, self._size = True, 0
        self._wait_no_more()

    def on_response_complete(self) -> None:
        """The answer is out; who still sends its body may do so for a while."""
        super().on_response_complete()
        if not self._in_head and not self.transport.is_closing():
            if self.expect_100_continue:
                self.transport.close()  # it was never told to go on
            self._wait()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn names it
        """Refuses what is no HTTP."""
        self._refuse(400, "malformed", "This is not valid HTTP/1.1.")

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing here speaks another protocol: such a request is a plain one."""

    def _wait(self) -> None:
        self._wait_no_more()
        self._timer = self.loop.call_later(self._patience, self._too_slow)

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        if self._in_head and self._size and not self.transport.is_closing():
            self._refuse(408, "too-slow", f"The head did not come within {self._patience:g} s.")
        else:
            self.transport.close()

    def _refuse(self, status: int, kind: str, detail: str) -> None:
        """Says why and hangs up; amid another answer, only the latter."""
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(_answer(status, kind, detail))
        self.transport.close()
        self._metrics.requests.labels("none", "none", str(status)).inc()
        note(event="refused", status=status, problem=kind)


def _answer(status: int, kind: str, detail: str) -> bytes:
    request = secrets.token_hex(6)
    scope = {"path": "", "state": {"request_id": request}}
    body = json.dumps(problem_body(scope, Refused(status, kind, detail))).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
        f"content-length: {len(body)}\r\nx-request-id: {request}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
