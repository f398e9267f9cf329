"""All events as arrays, for whatever learns from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select

from palate.domain import Action
from palate.retrieval.schema import ACTION_CODES, events, items, users

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROWS_A_FETCH = 50_000


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
    user, item, action, value, placed, timed, seq = _columns(connection)
    alive = np.isin(item, item_keys)
    order = np.lexsort((seq, placed, user))
    order = order[alive[order]]
    return EventArrays(
        users=user_ids,
        items=item_ids,
        user=np.searchsorted(user_keys, user[order]).astype(np.int32),
        item=np.searchsorted(item_keys, item[order]).astype(np.int32),
        action=action[order],
        value=value[order],
        at=np.where(timed[order], placed[order], np.nan),
        seq=seq[order],
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


def _columns(connection: Connection) -> tuple[NDArray[Any], ...]:
    import numpy as np

    c = events.c
    kinds = (np.int64, np.int64, np.int8, np.float32, np.float64, np.bool_, np.int64)
    query = select(c.user, c.item, c.action, c.value, c.placed, c.timed, c.seq)
    parts: list[tuple[NDArray[Any], ...]] = [tuple(np.empty(0, kind) for kind in kinds)]
    result = connection.execution_options(yield_per=_ROWS_A_FETCH).execute(query)
    for rows in result.partitions():
        columns = zip(*rows, strict=True)
        parts.append(tuple(np.array(col, k) for col, k in zip(columns, kinds, strict=True)))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))
