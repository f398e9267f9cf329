"""Events: an append-only log with idempotency keys."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, bindparam, select

from palate.domain import Event
from palate.errors import UnknownItem
from palate.retrieval.dialect import insert_new
from palate.retrieval.records.common import (
    IDS_A_QUERY,
    batches,
    bump,
    check_id,
    check_text,
    event_seconds,
    to_datetime,
)
from palate.retrieval.records.items import item_keys
from palate.retrieval.schema import ACTION_CODES, ACTIONS, items, users
from palate.retrieval.schema import events as table

_EVENTS_A_BATCH = 5_000
_HEAD = struct.Struct("<b?dd")
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events as columns of one length, for the bulk path; ``None`` for a column without values.

    Attributes:
        actions: Stored codes, see ``schema.ACTION_CODES``.
        at: Seconds since 1970 UTC, or ``None``.
        digests: Idempotency keys from ``key_digest`` or ``content_digests``; ``None`` where an
            event is new whatever is stored.
    """

    users: Sequence[str]
    items: Sequence[str]
    actions: Sequence[int]
    values: Sequence[float | None] | None = None
    at: Sequence[float | None] | None = None
    scenes: Sequence[str | None] | None = None
    texts: Sequence[str | None] | None = None
    recommendations: Sequence[str | None] | None = None
    digests: Sequence[int | None] | None = None


def key_digest(key: str) -> int:
    """Hashes an idempotency key to 8 bytes, as a signed integer."""
    return int.from_bytes(
        blake2b(b"key" + key.encode(), digest_size=8).digest(), "little", signed=True
    )


def content_digests(
    rows: Iterable[tuple[str, str, int, float | None, float | None, str | None, str | None]],
    nth: int = 1,
) -> list[int]:
    """Makes the idempotency keys of events whose source gives none.

    Args:
        rows: User, item, action code, value, seconds since 1970 UTC, scene, text.
        nth: Which of several equal events without a time these are, from 1.
    """
    # One call for many rows, and everything in it a local name: ingest spends its time here.
    pack, hashed, nan, untimed = _HEAD.pack, blake2b, _NAN, float(nth)
    digests = [
        hashed(
            pack(code, at is None, nan if value is None else value, untimed if at is None else at)
            + f"{user}\x1f{item}\x1f{scene or ''}\x1f{text or ''}".encode(),
            digest_size=8,
        ).digest()
        for user, item, code, value, at, scene, text in rows
    ]
    return list(struct.unpack(f"<{len(digests)}q", b"".join(digests)))


class EventWriter:
    """Writes events within one transaction and remembers the keys of people and items."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._users: dict[str, int] = {}
        self._items: dict[str, int] = {}
        self._asked: set[str] = set()

    def known(self, ids: Iterable[str]) -> dict[str, int]:
        """Returns the key of every item that is there, those asked for before included."""
        new = [item for item in ids if item not in self._asked]
        self._asked.update(new)
        self._items.update(item_keys(self._connection, new))
        return self._items

    def write(self, batch: EventBatch) -> int:
        """Adds the events whose digest is new; creates users that are not there.

        Raises:
            UnknownItem: An item is not there; nothing was written.
        """
        known = self.known(dict.fromkeys(batch.items))
        try:
            item_column = [known[item] for item in batch.items]
        except KeyError as error:
            raise UnknownItem(str(error.args[0])) from None
        user_keys = self._user_keys(dict.fromkeys(batch.users))
        columns = _columns_of(batch, [user_keys[user] for user in batch.users], item_column)
        rows = list(zip(*columns.values(), strict=True))
        added = insert_new(self._connection, table, tuple(columns), rows)
        if added:
            bump(self._connection, "event_version", added)
        return added

    def _user_keys(self, ids: Iterable[str]) -> dict[str, int]:
        new = [user for user in ids if user not in self._users]
        self._users.update(_find_users(self._connection, new))
        missing = [(check_id(user, "a user"), "{}") for user in new if user not in self._users]
        if missing:
            insert_new(self._connection, users, ("id", "fields"), missing)
            self._users.update(_find_users(self._connection, [user for user, _ in missing]))
        return self._users


def _find_users(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for batch in batches(ids, IDS_A_QUERY):
        rows = connection.execute(select(users.c.id, users.c.key).where(users.c.id.in_(batch)))
        found.update((user, key) for user, key in rows)
    return found


def _columns_of(
    batch: EventBatch, user_column: Sequence[int], item_column: Sequence[int]
) -> dict[str, Sequence[Any]]:
    """The columns to insert; those without a single value are left to their NULL."""
    size, now = len(batch.users), time.time()
    times: Sequence[float | None] = batch.at or [None] * size
    found: dict[str, Sequence[Any] | None] = {
        "user": user_column,
        "item": item_column,
        "action": batch.actions,
        "value": batch.values,
        "placed": [now if at is None else at for at in times],
        "timed": [at is not None for at in times],
        "scene": batch.scenes,
        "text": batch.texts,
        "recommendation": batch.recommendations,
        "digest": batch.digests,
    }
    return {name: column for name, column in found.items() if column is not None}


def add_events(connection: Connection, events: Iterable[Event]) -> int:
    """Adds events; the same key twice is once, and so is the same timed event twice.

    Raises:
        UnknownItem: An event is of an item that is not there.
    """
    writer = EventWriter(connection)
    return sum(writer.write(_to_batch(batch)) for batch in batches(events, _EVENTS_A_BATCH))


def _to_batch(events: Sequence[Event]) -> EventBatch:
    for event in events:
        check_text("".join((event.text or "", event.scene or "")), f"an event of {event.item!r}")
    return EventBatch(
        users=[event.user for event in events],
        items=[event.item for event in events],
        actions=[ACTION_CODES[event.action] for event in events],
        values=[event.value for event in events],
        at=[event_seconds(event.at) for event in events],
        scenes=[event.scene for event in events],
        texts=[event.text for event in events],
        recommendations=[event.recommendation for event in events],
        digests=[_digest(event) for event in events],
    )


def _digest(event: Event) -> int | None:
    if event.key is not None:
        return key_digest(event.key)
    if event.at is None:
        return None  # happened now, and may happen again
    code, at = ACTION_CODES[event.action], event_seconds(event.at)
    row = (event.user, event.item, code, event.value, at, event.scene, event.text)
    return content_digests([row])[0]


_HISTORY = (
    select(
        items.c.id,
        table.c.action,
        table.c.value,
        table.c.placed,
        table.c.timed,
        table.c.scene,
        table.c.text,
        table.c.recommendation,
    )
    .join_from(table, users, table.c.user == users.c.key)
    .join(items, table.c.item == items.c.key)
    .where(users.c.id == bindparam("id"))
    .order_by(table.c.placed.desc(), table.c.seq.desc())
)


def user_events(connection: Connection, user: str, limit: int | None) -> list[Event]:
    """Returns a person's newest events, oldest first; without ``key``, which is stored hashed."""
    rows = connection.execute(_HISTORY.limit(limit) if limit else _HISTORY, {"id": user}).all()
    return [
        Event(
            user,
            item,
            ACTIONS[action],
            value,
            to_datetime(placed) if timed else None,
            scene,
            text,
            None,
            recommendation,
        )
        for item, action, value, placed, timed, scene, text, recommendation in reversed(rows)
    ]


def event_texts(connection: Connection) -> dict[str, str]:
    """Returns user id -> the words that came with their events, where there are any."""
    query = (
        select(users.c.id, table.c.text)
        .join(table, table.c.user == users.c.key)
        .where(table.c.text.is_not(None))
        .order_by(table.c.seq)
    )
    found: dict[str, list[str]] = {}
    for user, text in connection.execute(query):
        found.setdefault(user, []).append(text)
    return {user: " ".join(said) for user, said in found.items()}
