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
    to_datetime,
    to_seconds,
)
from palate.retrieval.records.items import item_keys
from palate.retrieval.schema import ACTION_CODES, ACTIONS, items, users
from palate.retrieval.schema import events as table

_EVENTS_A_BATCH = 5_000
_COLUMNS = (
    "user", "item", "action", "value", "placed", "timed", "scene", "text", "recommendation",
    "digest",
)  # fmt: skip
_HEAD = struct.Struct("<b?dd")
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events as columns of one length, for the bulk path; ``None`` for a column without values.

    Attributes:
        actions: Stored codes, see ``schema.ACTION_CODES``.
        at: Seconds since 1970 UTC, or ``None``.
        digests: Idempotency keys from ``key_digest`` or ``content_digest``; ``None`` where an
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


def content_digest(
    who_what: tuple[str, str],
    action: int,
    value: float | None,
    at: float | None,
    *,
    scene: str | None = None,
    text: str | None = None,
    nth: int = 1,
) -> int:
    """Makes the idempotency key of an event whose source gives none.

    Args:
        who_what: Ids of the person and the item.
        action: The stored code.
        value: The rating, if any.
        at: Seconds since 1970; without it, ``nth`` tells equal events of one file apart.
        scene: The context.
        text: What came with it.
        nth: Which of several equal events without a time this is, from 1.
    """
    user, item = who_what
    head = _HEAD.pack(
        action, at is None, _NAN if value is None else value, float(nth) if at is None else at
    )
    body = f"{user}\x1f{item}\x1f{scene or ''}\x1f{text or ''}".encode()
    return int.from_bytes(blake2b(head + body, digest_size=8).digest(), "little", signed=True)


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
        rows = _rows(batch, [user_keys[user] for user in batch.users], item_column)
        added = insert_new(self._connection, table, _COLUMNS, rows)
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


def _rows(
    batch: EventBatch, user_column: Sequence[int], item_column: Sequence[int]
) -> list[tuple[Any, ...]]:
    size, now = len(batch.users), time.time()
    none: list[Any] = [None] * size
    times = batch.at or none
    return list(
        zip(
            user_column,
            item_column,
            batch.actions,
            batch.values or none,
            [now if at is None else at for at in times],
            [at is not None for at in times],
            batch.scenes or none,
            batch.texts or none,
            batch.recommendations or none,
            batch.digests or none,
            strict=True,
        )
    )


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
        at=[to_seconds(event.at) for event in events],
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
    return content_digest(
        (event.user, event.item),
        ACTION_CODES[event.action],
        event.value,
        to_seconds(event.at),
        scene=event.scene,
        text=event.text,
    )


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
