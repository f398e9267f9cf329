"""All events as arrays, for whatever learns from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, func, select

from palate.domain import Action
from palate.retrieval.schema import ACTION_CODES, events, items, users

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class EventArrays:
    """The log as columns, sorted by user and, within a user, from the oldest to the newest.

    Events of deleted items are left out.

    Attributes:
        users: Ids of all people, with or without events; ``user`` counts into it.
        items: Ids of all items; ``item`` counts into it.
        user: int32, shape (n,).
        item: int32, shape (n,).
        action: int8 codes, shape (n,): ``schema.ACTIONS[code]``.
        value: float32, shape (n,); nan where there is no rating.
        at: float64 seconds since 1970 UTC, shape (n,); nan where the source had no time.
        seq: int64, shape (n,): order of arrival over all events.
    """

    users: tuple[str, ...]
    items: tuple[str, ...]
    user: NDArray[np.int32]
    item: NDArray[np.int32]
    action: NDArray[np.int8]
    value: NDArray[np.float32]
    at: NDArray[np.float64]
    seq: NDArray[np.int64]

    def __len__(self) -> int:
        """Returns the number of events."""
        return len(self.seq)

    def take(self, rows: NDArray[Any]) -> EventArrays:
        """Returns the events that a boolean mask or row numbers select; ids stay as they are."""
        return EventArrays(
            self.users,
            self.items,
            self.user[rows],
            self.item[rows],
            self.action[rows],
            self.value[rows],
            self.at[rows],
            self.seq[rows],
        )


def event_arrays(connection: Connection) -> EventArrays:
    """Reads the whole log."""
    import numpy as np

    user_ids, user_keys = _ids(connection, select(users.c.id, users.c.key).order_by(users.c.key))
    item_ids, item_keys = _ids(
        connection,
        select(items.c.id, items.c.key).where(items.c.deleted.is_(False)).order_by(items.c.key),
    )
    log = _log(connection)
    order = np.lexsort((log["seq"], log["placed"], log["user"]))
    log = log[order[np.isin(log["item"], item_keys)[order]]]
    return EventArrays(
        users=user_ids,
        items=item_ids,
        user=np.searchsorted(user_keys, log["user"]).astype(np.int32),
        item=np.searchsorted(item_keys, log["item"]).astype(np.int32),
        action=log["action"].copy(),
        value=log["value"].copy(),
        at=np.where(log["timed"], log["placed"], np.nan),
        seq=log["seq"].copy(),
    )


def rating_range(connection: Connection) -> tuple[float | None, float | None, float | None]:
    """Returns the lowest, the highest and the mean rating; ``None`` without ratings."""
    value = events.c.value
    low, high, mean = connection.execute(
        select(func.min(value), func.max(value), func.avg(value)).where(
            events.c.action == ACTION_CODES[Action.RATE]
        )
    ).one()
    return low, high, mean


def _ids(connection: Connection, query: Any) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    import numpy as np

    rows = connection.execute(query).all()
    return tuple(row[0] for row in rows), np.array([row[1] for row in rows], np.int64)


def _log(connection: Connection) -> NDArray[np.void]:
    """Reads the events as one structured array.

    Goes to the driver's cursor: making a row object of each of a million events takes longer
    than everything else together.
    """
    import numpy as np

    kinds = {"user": "i8", "item": "i8", "action": "i1", "value": "f4", "placed": "f8",
             "timed": "?", "seq": "i8"}  # fmt: skip
    query = select(*(events.c[name] for name in kinds)).compile(dialect=connection.dialect)
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(query))
        rows: Iterator[tuple[Any, ...]] = iter(cast("Iterable[tuple[Any, ...]]", cursor))
        log: NDArray[np.void] = np.fromiter(rows, np.dtype(list(kinds.items())))
        return log
    finally:
        cursor.close()
