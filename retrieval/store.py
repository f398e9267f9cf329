"""The system of record: items, people, events, wishes and traces, in SQLite or PostgreSQL.

What a method has returned is on disk. A store may be used from several threads; every call is a
transaction of its own unless it stands inside ``with store.transaction():``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from palate.domain import Event, Item, User, Wish
from palate.errors import UnknownItem
from palate.retrieval import schema
from palate.retrieval.paging import Paged
from palate.retrieval.records import arrays, events, items, people, talks
from palate.retrieval.records.arrays import EventArrays
from palate.retrieval.records.common import counter
from palate.retrieval.records.events import EventBatch, EventWriter
from palate.retrieval.records.items import ItemChanges, Written
from palate.retrieval.records.people import Forgotten, Trace
from palate.retrieval.records.talks import Talk
from palate.retrieval.strength import RatingScale

__all__ = [
    "EventArrays",
    "EventBatch",
    "EventWriter",
    "Forgotten",
    "ItemChanges",
    "Store",
    "Talk",
    "Trace",
    "Written",
]


class Store(Paged):
    """An open store. Use ``Store.open``."""

    _scale: tuple[int, RatingScale] | None = None

    # ------------------------------------------------------------------ items

    def upsert_items(self, new: Iterable[Item]) -> int:
        """Adds items or replaces those with the same id; returns how many were new or changed.

        Raises:
            CatalogueError: An id or a text cannot be stored; nothing was.
        """
        written = self.put_items(new)
        return written.new + written.changed

    def put_items(self, new: Iterable[Item]) -> Written:
        """Does what ``upsert_items`` does, and says how many were new, changed, unchanged."""
        with self.transaction() as connection:
            return items.put_items(connection, new)

    def delete_items(self, ids: Iterable[str]) -> int:
        """Deletes items and returns how many were there; their events wait for their return."""
        with self.transaction() as connection:
            return items.delete_items(connection, ids)

    def item(self, item: str) -> Item:
        """Returns one item.

        Raises:
            UnknownItem: There is none with this id.
        """
        found = self.items([item])
        if not found:
            raise UnknownItem(item)
        return found[item]

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """Returns items by id, in the order asked for; unknown ones are left out."""
        with self._reading() as connection:
            return items.get_items(connection, ids)

    def all_items(self) -> Iterator[Item]:
        """Yields every item in id order; holds no transaction open between pages."""
        return self._pages(items.item_page, lambda item: item.id)

    def item_changes(self, since: int) -> ItemChanges:
        """Returns which items were written or deleted after a version (0: all of them)."""
        with self._reading() as connection:
            return items.item_changes(connection, since)

    @property
    def item_count(self) -> int:
        """How many items there are."""
        with self._reading() as connection:
            query = select(func.count()).where(schema.items.c.deleted.is_(False))
            return int(connection.execute(query).scalar_one())

    # ------------------------------------------------------------------ people

    def upsert_users(self, new: Iterable[User]) -> int:
        """Adds people or replaces what is known of them; returns how many were new or changed."""
        return sum(self.put_users(new)[:2])

    def put_users(self, new: Iterable[User]) -> tuple[int, int, int]:
        """Does what ``upsert_users`` does; returns how many were new, changed, unchanged."""
        with self.transaction() as connection:
            return people.put_users(connection, new)

    def user(self, user: str) -> User | None:
        """Returns one person, or ``None``."""
        with self._reading() as connection:
            return people.get_user(connection, user)

    def users(self) -> Iterator[User]:
        """Yields every person in id order."""
        return self._pages(people.user_page, lambda user: user.id)

    @property
    def user_count(self) -> int:
        """How many people there are, with or without events."""
        return self._count(schema.users)

    def add_wish(self, wish: Wish) -> int:
        """Adds a stated wish, and the person if need be; returns the id of the wish."""
        with self.transaction() as connection:
            return people.add_wish(connection, wish)

    def wishes(self, user: str) -> list[Wish]:
        """Returns what a person stated, the newest last."""
        with self._reading() as connection:
            return list(people.get_wishes(connection, user))

    def remove_wish(self, user: str, wish: int) -> bool:
        """Removes a wish; returns whether that person had it."""
        with self.transaction() as connection:
            return people.remove_wish(connection, user, wish)

    # ------------------------------------------------------------------ events

    def add_events(self, new: Iterable[Event]) -> int:
        """Adds events, and people who are not there yet; returns how many events were new.

        The same key twice is once, and so is the same timed event twice.

        Raises:
            UnknownItem: An event is of an item that is not there; nothing was added.
        """
        with self.transaction() as connection:
            return events.add_events(connection, new)

    def user_events(self, user: str, *, limit: int | None = None) -> list[Event]:
        """Returns a person's (newest ``limit``) events, oldest first; empty for a stranger.

        Events without a time stand where they arrived.
        """
        with self._reading() as connection:
            return events.user_events(connection, user, limit)

    def event_texts(self) -> dict[str, str]:
        """Returns user id -> the words that came with their events, where there are any."""
        with self._reading() as connection:
            return events.event_texts(connection)

    def event_arrays(self) -> EventArrays:
        """Returns the whole log as arrays."""
        with self._reading() as connection:
            return arrays.event_arrays(connection)

    @property
    def event_count(self) -> int:
        """How many events there are."""
        return self._count(schema.events)

    @property
    def event_version(self) -> int:
        """A number that grows with every event that is added or removed."""
        with self._reading() as connection:
            return counter(connection, "event_version")

    def rating_scale(self) -> RatingScale:
        """Returns range and mean of all ratings, as of at most 1 % of the events ago."""
        version = self.event_version
        if self._scale is None or version > self._scale[0] * 1.01:
            with self._reading() as connection:
                self._scale = (version, RatingScale.of(*arrays.rating_range(connection)))
        return self._scale[1]

    # ------------------------------------------------------------------ conversations

    def save_talk(self, talk: Talk, turn: Mapping[str, Any] | None = None) -> None:
        """Keeps a conversation's state, and adds a turn to it.

        Raises:
            CatalogueError: Another turn was added meanwhile, or the person was erased; nothing
                was kept.
        """
        with self.transaction() as connection:
            talks.save_talk(connection, talk, turn)

    def talk(self, talk: str) -> Talk | None:
        """Returns a conversation, or ``None``."""
        with self._reading() as connection:
            return talks.get_talk(connection, talk)

    def talks(self, user: str) -> list[Talk]:
        """Returns a person's conversations, the newest first."""
        with self._reading() as connection:
            return talks.user_talks(connection, user)

    def turns(self, talk: str, newest: int | None = None) -> list[dict[str, Any]]:
        """Returns what was said in a conversation, in order; of the ``newest`` so many alone."""
        with self._reading() as connection:
            return talks.get_turns(connection, talk, newest)

    def remove_talk(self, talk: str, slates: Sequence[str] = ()) -> bool:
        """Erases a conversation, and the traces of its slates, from every file of the store.

        Returns:
            Whether there was one.
        """
        with self.transaction() as connection:
            gone = talks.remove_talk(connection, talk, slates)
        if gone:
            self._scrub()
        return gone

    # ------------------------------------------------------------------ traces, forgetting

    def save_trace(self, trace: Trace) -> None:
        """Keeps a trace, in place of one with the same id."""
        with self.transaction() as connection:
            people.save_trace(connection, trace)

    def trace(self, trace: str) -> Trace | None:
        """Returns a trace, or ``None``."""
        with self._reading() as connection:
            return people.get_trace(connection, trace)

    def purge_traces(self, older_than: datetime) -> int:
        """Deletes traces from before a moment; returns how many."""
        with self.transaction() as connection:
            return people.purge_traces(connection, older_than)

    def forget(self, user: str) -> Forgotten:
        """Erases a person: rows, free pages and the write-ahead log.

        Afterwards no file of the store holds a byte of their id or texts. Rewrites the whole
        SQLite file (about a second for a million events).

        Raises:
            PrerequisiteError: Somebody else is reading old pages; forget again later.
        """
        with self.transaction() as connection:
            forgotten = people.forget(connection, user)
        self._scrub()
        return forgotten
