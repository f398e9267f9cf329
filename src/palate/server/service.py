"""What the routes share: the tenants, the sessions, the metrics; and how a route gets at them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from palate.server.callers import Caller
from palate.server.metrics import Metrics
from palate.server.serving import Serving
from palate.server.sessions import Sessions
from palate.server.telemetry import Telemetry
from palate.server.tenants import Tenant

_T = TypeVar("_T")


@dataclass(frozen=True)
class Service:
    """One server.

    Attributes:
        tenants: At least one; the first is whom an open server means.
    """

    serving: Serving
    tenants: list[Tenant]
    sessions: Sessions = field(default_factory=Sessions)
    metrics: Metrics = field(default_factory=Metrics)
    telemetry: Telemetry = field(default_factory=Telemetry)


def service_of(request: Request) -> Service:
    """Returns the server behind a request."""
    service: Service = request.app.state.service
    return service


def caller_of(request: Request) -> Caller:
    """Returns who asks, as the door has found."""
    caller: Caller = request.state.caller
    return caller


def _reader(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    caller.must("read")
    return caller


def _teller(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    caller.must("feedback")
    return caller


def _admin(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    caller.must("admin")
    return caller


InService = Annotated[Service, Depends(service_of)]
Anyone = Annotated[Caller, Depends(caller_of)]
Reader = Annotated[Caller, Depends(_reader)]
Teller = Annotated[Caller, Depends(_teller)]
Admin = Annotated[Caller, Depends(_admin)]


async def while_here(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """Does work for as long as its caller waits for it; a dropped connection ends it.

    Raises:
        ConnectionError: The caller went away.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ConnectionError("the caller went away")
        return task.result()
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
