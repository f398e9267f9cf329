"""``/v1/recommendations/{id}/reasons``: the model phrases the reasons of a slate, one by one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from palate.server.answers import ReasonsOut
from palate.server.callers import Caller
from palate.server.routes.asking import Recommendation, own_trace
from palate.server.sending import sent
from palate.server.service import InService, Reader, Service, while_here
from palate.server.shapes import Id, Shape, Short
from palate.server.streaming import Streamed, sse, streams
from palate.workspace.telling import Telling

router = APIRouter(prefix="/v1", tags=["asking"])


class ReasonsIn(Shape):
    """Which reasons of a slate, and in which language."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [{"items": ["heat-1995"]}]},
    )  # fmt: skip
    items: Annotated[list[Id], Field(max_length=100)] = Field([], description="all without them")
    language: Short | None = Field(None, description="BCP 47; the slate's own without one")
    stream: bool = Field(False, description="server-sent events instead of one answer")


_EVENTS = streams({"rank": 1}, "reason")


@router.post(
    "/recommendations/{recommendation}/reasons", response_model=ReasonsOut, responses=_EVENTS
)
async def reasons(
    request: Request, asked: ReasonsIn, recommendation: Recommendation, caller: Reader,
    service: InService,
) -> Response:  # fmt: skip
    """Has the model phrase reasons, each checked; the evidence writes those that do not hold.

    As one answer, or as events: reason (as soon as each is checked), finished. They are kept, so
    that ``/v1/recommendations/{id}`` tells them, too.
    """
    await own_trace(caller, recommendation)
    telling = await caller.tenant.call(
        caller.tenant.palate.areasons, recommendation, asked.items, language=asked.language
    )
    if asked.stream:
        return Streamed(_events(telling, request, caller, service))
    told = await while_here(request, _all(telling, caller))
    return sent({"reasons": told, **_close(telling, request, caller, service)})


async def _each(telling: Telling, caller: Caller) -> AsyncGenerator[dict[str, Any]]:
    async with caller.tenant.open():
        async for one in telling:
            yield one.to_dict()


async def _all(telling: Telling, caller: Caller) -> list[dict[str, Any]]:
    return sorted([one async for one in _each(telling, caller)], key=lambda one: int(one["rank"]))


async def _events(
    telling: Telling, request: Request, caller: Caller, service: Service
) -> AsyncGenerator[str]:
    async for one in _each(telling, caller):
        yield sse(one, "reason")
    yield sse(_close(telling, request, caller, service), "finished")


def _close(
    telling: Telling, request: Request, caller: Caller, service: Service
) -> dict[str, Any]:  # fmt: skip
    """Counts what it cost, and returns what is said at the end."""
    request.state.model_seconds = telling.usage.seconds
    service.metrics.spent(caller.tenant.name, telling.usage)
    return {"cause": telling.cause, "usage": asdict(telling.usage)}
