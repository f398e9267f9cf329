"""Pages of records, for those who list them bit by bit; and taking single events back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from palate.domain import Event
from palate.retrieval.records.common import IDS_A_QUERY, batches, bump, to_datetime
from palate.retrieval.records.people import Trace
from palate.retrieval.schema import ACTIONS, items, traces, users
from palate.retrieval.schema import events as table


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event with the number under which it arrived."""

    number: int
    event: Event


def event_page(
    connection: Connection, after: int, limit: int, user: str | None
) -> list[NumberedEvent]:
    """Returns the next events by order of arrival, of everybody or of one person."""
    query = (
        select(
            table.c.seq, users.c.id, items.c.id, table.c.action, table.c.value, table.c.placed,
            table.c.timed, table.c.scene, table.c.text, table.c.recommendation,
        )
        .join_from(table, users, table.c.user == users.c.key)
        .join(items, table.c.item == items.c.key)
        .where(table.c.seq > after)
        .order_by(table.c.seq)
        .limit(limit)
    )  # fmt: skip
    if user is not None:
        query = query.where(users.c.id == user)
    return [
        NumberedEvent(
            number,
            Event(
                who, item, ACTIONS[action], value, to_datetime(placed) if timed else None,
                scene, text, None, recommendation,
            ),
        )
        for number, who, item, action, value, placed, timed, scene, text, recommendation
        in connection.execute(query)
    ]  # fmt: skip


def delete_events(connection: Connection, numbers: Sequence[int], user: str | None) -> int:
    """Deletes events by number, where ``user`` is given only that person's; returns how many."""
    gone = 0
    for batch in batches(numbers, IDS_A_QUERY):
        chosen = delete(table).where(table.c.seq.in_(batch))
        if user is not None:
            own = select(users.c.key).where(users.c.id == user).scalar_subquery()
            chosen = chosen.where(table.c.user == own)
        gone += connection.execute(chosen).rowcount
    if gone:
        bump(connection, "event_version", gone)
    return gone


def user_traces(connection: Connection, user: str) -> list[Trace]:
    """Returns the traces of a person's slates, the oldest first."""
    rows = connection.execute(select(traces).where(traces.c.user == user).order_by(traces.c.at))
    found = [(row, to_datetime(row.at)) for row in rows]
    return [
        Trace(row.id, row.user, at, json.loads(row.payload)) for row, at in found if at is not None
    ]
