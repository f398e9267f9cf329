"""``/v1/feedback`` and the events: what people did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from starlette.responses import Response

from palate.domain import Event
from palate.server.answers import DeletedOut, PageOut, RecordOut, TakenOut
from palate.server.callers import Caller
from palate.server.problems import Refused
from palate.server.sending import sent
from palate.server.service import Anyone, InService, Reader, Teller
from palate.server.shapes import EventIn, EventsIn, Id, IdsIn, event_of
from palate.workspace.ask import known_action

router = APIRouter(prefix="/v1", tags=["telling"])
Limit = Annotated[int, Query(ge=1, le=500)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=512)]


@router.post("/feedback", response_model=TakenOut)
async def feedback(
    given: EventsIn, caller: Teller, service: InService, idempotency_key: Key = None
) -> Response:
    """Records what people did; the very next recommendation knows it.

    What was answered with 200 is on disk. An event with a key that was taken before is not taken
    again; the header ``Idempotency-Key`` gives keys to those events that have none.
    """
    now = datetime.now(UTC)
    rows = [
        _event(caller, one, place, idempotency_key, now) for place, one in enumerate(given.events)
    ]
    new = await caller.tenant.call(caller.tenant.palate.store.add_events, rows)
    service.metrics.events.labels(caller.tenant.name).inc(new)
    return sent({"taken": len(rows), "new": new, "changed": 0, "unchanged": len(rows) - new})


def _event(caller: Caller, given: EventIn, place: int, batch: str | None, now: datetime) -> Event:
    user = caller.named(given.user)
    if user is None:
        raise Refused(422, "invalid-request", f"Event {place} names no user.")
    known_action(given.action, given.value)
    key = given.key if given.key is not None else (f"{batch}#{place}" if batch else None)
    if key is not None and caller.user is not None:
        # Nobody may use up the keys of somebody else.
        key = f"{caller.user}\x1f{key}"
    return event_of(given, user, key, now)


@router.post("/events", response_model=TakenOut)
async def add_events(
    given: EventsIn, caller: Teller, service: InService, idempotency_key: Key = None
) -> Response:
    """Does what ``/v1/feedback`` does: an event is an event, whoever saw it."""
    return await feedback(given, caller, service, idempotency_key)


@router.get("/events", response_model=PageOut)
async def list_events(
    caller: Reader,
    user: Annotated[Id | None, Query()] = None,
    cursor: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Limit = 100,
) -> Response:
    """Lists events in the order in which they came, of everybody or of one person."""
    store = caller.tenant.palate.store
    rows = await caller.tenant.call(store.events_after, cursor, limit, caller.named(user))
    data = [{"id": str(row.number), **event_dict(row.event)} for row in rows]
    return sent({"data": data, "next": str(rows[-1].number) if len(rows) == limit else None})


@router.get("/events/{number}", response_model=RecordOut)
async def get_event(number: Number, caller: Reader) -> Response:
    """Returns one event."""
    store = caller.tenant.palate.store
    rows = await caller.tenant.call(store.events_after, number - 1, 1, caller.user)
    if not rows or rows[0].number != number:
        raise Refused(404, "not-found", f"There is no event {number}.")
    return sent({"id": str(number), **event_dict(rows[0].event)})


@router.post("/events/delete", response_model=DeletedOut)
async def delete_events(given: IdsIn, caller: Anyone) -> Response:
    """Takes events back. A key of one person takes back that person's own."""
    if caller.user is None:
        caller.must("admin")
    else:
        caller.owns(caller.user)
    numbers = [int(one) for one in given.ids if one.isascii() and one.isdigit() and len(one) < 19]
    deleted = await caller.tenant.call(
        caller.tenant.palate.store.delete_events, numbers, caller.user
    )
    return sent({"deleted": deleted})


def event_dict(event: Event) -> dict[str, object]:
    """Returns an event as JSON-able values."""
    return {
        "user": event.user, "item": event.item, "action": event.action.value,
        "value": event.value, "at": event.at, "scene": event.scene, "text": event.text,
        "recommendation": event.recommendation,
    }  # fmt: skip
