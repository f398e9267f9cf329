"""Answers that come bit by bit, and end with whoever listens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from palate.errors import PalateError
from palate.server.problems import Refused, problem_body, refusal_of


def sse(data: Any, event: str | None = None) -> str:
    """Returns one server-sent event; JSON has no line end, so neither has the data."""
    head = f"event: {event}\n" if event else ""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, default=str)
    return f"{head}data: {text}\n\n"


def streams(data: Any, event: str | None = None) -> dict[int | str, dict[str, Any]]:
    """Returns for the OpenAPI that a route can answer in events, too, with one of them."""
    words = {"type": "string"}
    shape = {
        "type": "object", "description": "one event", "required": ["data"],
        "properties": {"event": words, "data": words | {"description": "JSON"}},
    }  # fmt: skip
    example = ({"event": event} if event else {}) | {"data": json.dumps(data)}
    return {200: {"content": {Streamed.media_type: {"schema": shape, "example": example}}}}


class Streamed(Response):
    """Sends what a generator makes; closes it when the caller goes away, or does not read.

    An error before the first piece is an error of the request; a later one is told in the stream,
    by what ``fault`` makes of it.
    """

    media_type = "text/event-stream"

    def __init__(self, pieces: AsyncGenerator[str], fault: Any = None) -> None:
        super().__init__(media_type=self.media_type, headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._pieces, self._fault = pieces, fault or _fault
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the pieces or the caller end."""
        task = asyncio.ensure_future(self._pump(scope, send))
        gone = asyncio.ensure_future(_hang_up(Request(scope, receive)))
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
                return
            scope["state"]["gone"] = True  # the watch counts it; an answer that began has a status
            if not self._started:
                raise ConnectionError("the caller went away")
        finally:
            for one in (task, gone):
                one.cancel()
            await asyncio.gather(task, gone, return_exceptions=True)
            await self._pieces.aclose()

    async def _pump(self, scope: Scope, send: Send) -> None:
        try:
            async for piece in self._pieces:
                if not self._started:
                    await self._start(send)
                await _body(send, piece, more=True)
        except (PalateError, Refused) as error:
            if not self._started:
                raise
            refused = error if isinstance(error, Refused) else refusal_of(error)
            await _body(send, self._fault(problem_body(scope, refused)), more=True)
        if not self._started:
            await self._start(send)
        await _body(send, "", more=False)

    async def _start(self, send: Send) -> None:
        self._started = True
        await send({
            "type": "http.response.start", "status": self.status_code, "headers": self.raw_headers
        })  # fmt: skip


async def _body(send: Send, piece: str, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": piece.encode(), "more_body": more})


async def _hang_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _fault(problem: dict[str, Any]) -> str:
    return sse(problem, "problem")
