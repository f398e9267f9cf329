"""Items: upserts that notice what is unchanged, tombstones, and changes since a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from palate.domain import Item
from palate.retrieval.records.common import (
    IDS_A_QUERY,
    batches,
    bump,
    check_id,
    check_text,
    counter,
    dump_fields,
    dump_tags,
    load_fields,
    load_tags,
)
from palate.retrieval.schema import items as table

_CONTENT = (table.c.id, table.c.title, table.c.text, table.c.tags, table.c.fields)
_BY_IDS = select(*_CONTENT).where(
    table.c.id.in_(bindparam("ids", expanding=True)), table.c.deleted.is_(False)
)
_STORED = select(*_CONTENT, table.c.key, table.c.deleted).where(
    table.c.id.in_(bindparam("ids", expanding=True))
)
_PAGE = (
    select(*_CONTENT)
    .where(table.c.id > bindparam("after"), table.c.deleted.is_(False))
    .order_by(table.c.id)
    .limit(IDS_A_QUERY)
)


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """What happened to items since some version.

    Attributes:
        upserted: Ids that were added or changed and are there now.
        deleted: Ids that are gone.
        version: The version that these changes lead up to; pass it the next time.
    """

    upserted: tuple[str, ...]
    deleted: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class Written:
    """How many items an upsert found new, changed and unchanged.

    ``revived`` are those new ones that had been deleted before.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    revived: int = 0

    def __add__(self, other: Written) -> Written:
        """Returns the sum, field by field."""
        return Written(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.revived + other.revived,
        )


def put_items(connection: Connection, items: Iterable[Item]) -> Written:
    """Adds items or replaces those with the same id; the last of several wins.

    Items that are already stored with the same content are not touched, so that no index has to
    look at them again.
    """
    total = Written()
    for batch in batches(items, IDS_A_QUERY):
        total += _put_batch(connection, {item.id: item for item in batch})
    if total.revived:
        bump(connection, "event_version")  # their old events count again
    return total


def _put_batch(connection: Connection, items: dict[str, Item]) -> Written:
    rows = [_to_row(item) for item in items.values()]  # checked before the database sees them
    stored = {row.id: row for row in connection.execute(_STORED, {"ids": list(items)})}
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    revived = 0
    for row in rows:
        old = stored.get(row["id"])
        if old is None:
            fresh.append(row)
        elif old.deleted or any(getattr(old, name) != value for name, value in row.items()):
            revived += old.deleted
            changed.append({"at": old.key, **row})
    if fresh or changed:
        _write(connection, fresh, changed)
    new = len(fresh) + revived
    return Written(new, len(changed) - revived, len(items) - len(fresh) - len(changed), revived)


def _write(
    connection: Connection, fresh: list[dict[str, Any]], changed: list[dict[str, Any]]
) -> None:
    state = {"version": bump(connection, "item_version"), "deleted": False}
    if fresh:
        connection.execute(insert(table), [row | state for row in fresh])
    if changed:
        for row in changed:
            del row["id"]
        connection.execute(
            update(table).where(table.c.key == bindparam("at")), [row | state for row in changed]
        )


def _to_row(item: Item) -> dict[str, Any]:
    row = {
        "id": check_id(item.id, "an item"),
        "title": item.title,
        "text": item.text,
        "tags": dump_tags(item.tags),
        "fields": dump_fields(item.fields),
    }
    check_text("".join(row.values()), f"the item {item.id!r}")
    return row


def delete_items(connection: Connection, ids: Iterable[str]) -> int:
    """Empties items and leaves tombstones; returns how many were there."""
    gone = {"title": "", "text": "", "tags": "[]", "fields": "{}", "deleted": True}
    deleted = 0
    for batch in batches(dict.fromkeys(ids), IDS_A_QUERY):
        statement = (
            update(table)
            .where(table.c.id.in_(batch), table.c.deleted.is_(False))
            .values(version=counter(connection, "item_version") + 1, **gone)
        )
        count = connection.execute(statement).rowcount
        if count:
            bump(connection, "item_version")
        deleted += count
    if deleted:
        bump(connection, "event_version")  # their events no longer count
    return deleted


def get_items(connection: Connection, ids: Sequence[str]) -> dict[str, Item]:
    """Returns items by id, in the order of ``ids``; unknown ones are left out."""
    found: dict[str, Item] = {}
    for batch in batches(dict.fromkeys(ids), IDS_A_QUERY):
        rows = {row[0]: row for row in connection.execute(_BY_IDS, {"ids": batch})}
        found |= {name: _to_item(rows[name]) for name in batch if name in rows}
    return found


def item_page(connection: Connection, after: str) -> list[Item]:
    """Returns the next items in id order, after the given id; empty at the end."""
    return [_to_item(row) for row in connection.execute(_PAGE, {"after": after})]


def item_changes(connection: Connection, since: int) -> ItemChanges:
    """Returns which items changed after a version."""
    rows = connection.execute(
        select(table.c.id, table.c.deleted).where(table.c.version > since).order_by(table.c.key)
    ).all()
    return ItemChanges(
        upserted=tuple(row.id for row in rows if not row.deleted),
        deleted=tuple(row.id for row in rows if row.deleted),
        version=counter(connection, "item_version"),
    )


def item_keys(connection: Connection, ids: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yields id and key of those items that are there."""
    wanted = select(table.c.id, table.c.key).where(table.c.deleted.is_(False))
    for batch in batches(ids, IDS_A_QUERY):
        for row in connection.execute(wanted.where(table.c.id.in_(batch))):
            yield row.id, row.key


def _to_item(row: Row[str, str, str, str, str]) -> Item:
    name, title, text, tags, fields = row
    return Item(name, title, text, load_tags(tags), load_fields(fields))
