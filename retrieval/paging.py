"""The part of a store that is read page by page."""

from __future__ import annotations

from collections.abc import Sequence

from palate.domain import Item, User
from palate.retrieval.records import items, pages, people
from palate.retrieval.records.pages import NumberedEvent
from palate.retrieval.records.people import Trace
from palate.retrieval.session import Session


class Paged(Session):
    """Lists records a page at a time; no transaction is open between two pages."""

    def items_after(self, after: str, limit: int) -> list[Item]:
        """Returns at most ``limit`` (and 500) items by id, after an id; "" begins."""
        with self._reading() as connection:
            return items.item_page(connection, after)[:limit]

    def users_after(self, after: str, limit: int) -> list[User]:
        """Returns at most ``limit`` (and 500) people by id, after an id; "" begins."""
        with self._reading() as connection:
            return people.user_page(connection, after)[:limit]

    def events_after(self, after: int, limit: int, user: str | None = None) -> list[NumberedEvent]:
        """Returns at most ``limit`` events in order of arrival, after a number; 0 begins.

        Events of deleted items come with the id that the item had.
        """
        with self._reading() as connection:
            return pages.event_page(connection, after, limit, user)

    def delete_events(self, numbers: Sequence[int], user: str | None = None) -> int:
        """Deletes events by number, only that person's where one is given; returns how many."""
        with self.transaction() as connection:
            return pages.delete_events(connection, numbers, user)

    def user_traces(self, user: str) -> list[Trace]:
        """Returns the traces of a person's slates, the oldest first."""
        with self._reading() as connection:
            return pages.user_traces(connection, user)
