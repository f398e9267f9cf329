"""People, what they say they want, and traces of what they were shown; and forgetting all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from palate.domain import User, Wish
from palate.retrieval.dialect import insert_new
from palate.retrieval.records.common import (
    IDS_A_QUERY,
    batches,
    bump,
    check_id,
    check_text,
    dump_fields,
    load_fields,
    to_datetime,
    to_seconds,
)
from palate.retrieval.records.talks import forget_talks
from palate.retrieval.schema import events, traces, users, wishes


@dataclass(frozen=True, slots=True)
class Trace:
    """How one answer came about, kept to explain it later.

    Attributes:
        payload: Anything that JSON can hold; never a key or a secret.
    """

    id: str
    user: str | None
    at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased of a person. ``known`` is false where there was nothing."""

    known: bool
    events: int
    wishes: int
    traces: int
    conversations: int = 0


def put_users(connection: Connection, people: Iterable[User]) -> tuple[int, int, int]:
    """Adds people or replaces what is known of them.

    Returns:
        How many were new, changed and unchanged.
    """
    counts = [0, 0, 0]
    for batch in batches(people, IDS_A_QUERY):
        rows = {user.id: _user_row(user) for user in batch}
        stored = {
            row.id: dict(row._mapping)
            for row in connection.execute(_USERS.where(users.c.id.in_(list(rows))))
        }
        new = [row for name, row in rows.items() if name not in stored]
        changed = [row for name, row in rows.items() if stored.get(name, row) != row]
        if new:
            connection.execute(insert(users), new)
        for row in changed:
            connection.execute(update(users).where(users.c.id == row["id"]).values(row))
        counts[0] += len(new)
        counts[1] += len(changed)
        counts[2] += len(rows) - len(new) - len(changed)
    return counts[0], counts[1], counts[2]


_USERS = select(users.c.id, users.c.name, users.c.language, users.c.fields)


def _user_row(user: User) -> dict[str, Any]:
    return {
        "id": check_id(user.id, "a user"),
        "name": user.name and check_text(user.name, "a user"),
        "language": user.language,
        "fields": check_text(dump_fields(user.fields), "a user"),
    }


def get_user(connection: Connection, user: str) -> User | None:
    """Returns the person, or ``None``."""
    row = connection.execute(_USERS.where(users.c.id == user)).one_or_none()
    return row and User(row.id, row.name, row.language, load_fields(row.fields))


def user_page(connection: Connection, after: str) -> list[User]:
    """Returns the next people in id order, after the given id; empty at the end."""
    query = _USERS.where(users.c.id > after).order_by(users.c.id).limit(IDS_A_QUERY)
    return [
        User(row.id, row.name, row.language, load_fields(row.fields))
        for row in connection.execute(query)
    ]


def add_wish(connection: Connection, wish: Wish) -> int:
    """Adds a stated wish, and the person if need be; returns the id of the wish."""
    check_id(wish.user, "a user")
    insert_new(connection, users, ("id", "fields"), [(wish.user, "{}")])
    row = {
        "user": _user_key(connection, wish.user),
        "text": check_text(wish.text, "a wish"),
        "likes": wish.likes,
        "at": to_seconds(wish.at),
    }
    return int(connection.execute(insert(wishes).values(row).returning(wishes.c.id)).scalar_one())


def get_wishes(connection: Connection, user: str) -> Iterator[Wish]:
    """Yields what a person stated, in the order in which they did."""
    query = select(wishes).where(wishes.c.user == _key_of(user)).order_by(wishes.c.id)
    for row in connection.execute(query):
        yield Wish(user, row.text, row.likes, to_datetime(row.at), row.id)


def remove_wish(connection: Connection, user: str, wish: int) -> bool:
    """Removes a wish; returns whether that person had it."""
    gone = connection.execute(
        delete(wishes).where(wishes.c.id == wish, wishes.c.user == _key_of(user))
    )
    return gone.rowcount > 0


def save_trace(connection: Connection, trace: Trace) -> None:
    """Keeps a trace, in place of one with the same id."""
    connection.execute(delete(traces).where(traces.c.id == trace.id))
    payload = json.dumps(dict(trace.payload), ensure_ascii=False, separators=(",", ":"))
    connection.execute(
        insert(traces).values(
            id=trace.id,
            user=trace.user,
            at=to_seconds(trace.at),
            payload=check_text(payload, "a trace"),
        )
    )


def get_trace(connection: Connection, trace: str) -> Trace | None:
    """Returns the trace, or ``None``."""
    row = connection.execute(select(traces).where(traces.c.id == trace)).one_or_none()
    at = row and to_datetime(row.at)
    return Trace(row.id, row.user, at, json.loads(row.payload)) if row and at else None


def purge_traces(connection: Connection, older_than: datetime) -> int:
    """Deletes traces from before a moment; returns how many."""
    return connection.execute(delete(traces).where(traces.c.at < to_seconds(older_than))).rowcount


def forget(connection: Connection, user: str) -> Forgotten:
    """Deletes the rows of a person; ``dialect.scrub`` then removes their bytes from the files."""
    key = _user_key(connection, user)
    gone_traces = connection.execute(delete(traces).where(traces.c.user == user)).rowcount
    gone_events = connection.execute(delete(events).where(events.c.user == key)).rowcount
    gone_wishes = connection.execute(delete(wishes).where(wishes.c.user == key)).rowcount
    gone_talks = forget_talks(connection, user)
    gone_user = connection.execute(delete(users).where(users.c.id == user)).rowcount
    if gone_events or gone_user:
        bump(connection, "event_version", max(1, gone_events))
    known = bool(gone_user or gone_traces or gone_talks)
    return Forgotten(known, gone_events, gone_wishes, gone_traces, gone_talks)


def _key_of(user: str) -> Any:
    return select(users.c.key).where(users.c.id == user).scalar_subquery()


def _user_key(connection: Connection, user: str) -> int | None:
    return connection.execute(select(users.c.key).where(users.c.id == user)).scalar_one_or_none()
