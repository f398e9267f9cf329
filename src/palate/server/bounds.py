"""Nobody holds the server up: bodies have a size and a time, and so has the taking of an answer."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from palate.server.crowd import Crowd
from palate.server.problems import Refused
from palate.server.serving import Serving

#: Where many rows may come at once.
_BULK = frozenset({"/v1/items", "/v1/users", "/v1/events", "/v1/feedback"})
#: Bytes that somebody without a key may send: a key, for the form of the page.
_STRANGER = 10_000
#: Members of a body, and values in its lists, at most: to read more takes too long. Commas in texts
#: are no values: one in so many bytes is passed over.
_VALUES, _PROSE = 250_000, 40
#: What may be said of how a body is packed.
_PACKED = {
    b"content-encoding": (b"", b"identity"), b"transfer-encoding": (b"chunked",),
}  # fmt: skip


class Bounds:
    """Reads the body whole, within its bounds, before anything else begins."""

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self._app, self._serving = app, serving
        self._crowd = Crowd(serving.in_flight, serving.person)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request.

        Raises:
            Refused: The body is too large, too full, too slow, or packed; or too many are inside.
            TimeoutError: The caller does not take the answer.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        caller = scope["state"].get("caller")
        with self._crowd.inside(caller) if caller else nullcontext():
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._body(scope, receive)
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def within(message: Message) -> None:
            async with asyncio.timeout(self._serving.patience):
                await send(message)

        await self._app(scope, again, within)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        most = self._most(scope)
        if any(name in _PACKED and value not in _PACKED[name] for name, value in scope["headers"]):
            raise Refused(415, "packed", "Send the body as it is: it is not unpacked here.")
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            raise _too_large(most)
        parts, size = [], 0
        try:
            async with asyncio.timeout(self._serving.patience):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ConnectionError
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        raise _too_large(most)
                    if not message.get("more_body"):
                        return _sparse(b"".join(parts))
        except TimeoutError:
            raise Refused(
                408, "too-slow", f"The body did not come within {self._serving.patience:g} s."
            ) from None

    def _most(self, scope: Scope) -> int:
        if scope["state"].get("caller") is None:
            return _STRANGER
        return self._serving.bulk if scope["path"] in _BULK else self._serving.body


def _sparse(body: bytes) -> bytes:
    """Returns a body that is read quickly; the marks between values are counted, and not parsed.

    Raises:
        Refused: There are too many values in it.
    """
    if body.count(b":") > _VALUES or body.count(b",") > _VALUES + len(body) // _PROSE:
        raise Refused(
            413, "too-many-values",
            f"The body holds more than {_VALUES:,} values: send fewer rows at once.",
        )  # fmt: skip
    return body


def _too_large(most: int) -> Refused:
    return Refused(
        413, "too-large", f"The body is larger than {most:,} bytes: send fewer rows at once."
    )
