"""Opening a database, and transactions in it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.exc import DatabaseError, OperationalError

from palate.errors import CatalogueError, PrerequisiteError, StorageError
from palate.retrieval import schema
from palate.retrieval.dialect import (
    WRITE,
    copy_into,
    disk_is_full,
    insert_new,
    make_store_engine,
    scrub,
    storage_error,
)
from palate.retrieval.records.common import counter

T = TypeVar("T")


class Session:
    """An open database with the tables of a store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine
        self._writer = engine.execution_options(**WRITE)
        self._local = threading.local()

    @classmethod
    def open(cls, url_or_path: str | Path) -> Self:
        """Opens a store, and makes it if it is not there.

        Args:
            url_or_path: A path of a SQLite file (made for its owner alone), or a SQLAlchemy URL.

        Raises:
            PrerequisiteError: It cannot be opened: not a store, no right, no driver, nobody
                listening, or made by a newer Palate.
        """
        engine = make_store_engine(url_or_path)
        store = cls(engine)
        try:
            store._make_tables()
        except DatabaseError as error:
            engine.dispose()
            raise StorageError(
                f"Cannot open the store ({_first_line(error)}): check store.url, and that the "
                "database answers.",
                full=disk_is_full(error.orig),
            ) from None
        return store

    def _make_tables(self) -> None:
        with self._writer.begin() as connection:
            schema.metadata.create_all(connection)
            start = [("schema", schema.VERSION), ("item_version", 0), ("event_version", 0)]
            insert_new(connection, schema.meta, ("name", "number"), start)
            found = counter(connection, "schema")
        if found != schema.VERSION:
            self.close()
            raise PrerequisiteError(
                f"This store has format {found}, this Palate reads {schema.VERSION}: update Palate."
            )

    def close(self) -> None:
        """Closes all connections; safe to call twice."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ transactions

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Makes everything that this thread does inside one transaction.

        An exception undoes all of it; inside another transaction, only this part.
        """
        outer: Connection | None = getattr(self._local, "connection", None)
        if outer is not None:
            with outer.begin_nested():
                yield outer
            return
        with _told(), self._writer.begin() as connection:
            self._local.connection = connection
            try:
                yield connection
            finally:
                self._local.connection = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Makes everything that this thread reads inside come from one moment.

        Reads on one connection cost a third of reads that each take their own. Inside, a write
        is still a transaction of its own, which the reads inside do not see.
        """
        if getattr(self._local, "reader", None) is not None:
            yield
            return
        with self._reading() as connection:
            self._local.reader = connection
            try:
                yield
            finally:
                self._local.reader = None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        local = self._local
        inside = getattr(local, "connection", None) or getattr(local, "reader", None)
        if inside is not None:
            yield inside
            return
        with _told(), self._reader.connect() as connection:
            yield connection

    def copy_to(self, file: Path) -> None:
        """Writes a SQLite store as it is at this moment into a new file, deleted rows left out.

        Raises:
            StorageError: The file cannot be written.
        """
        with _told():
            copy_into(self._engine, file)

    def _scrub(self) -> None:
        with _told():
            scrub(self._engine)

    def _count(self, table: Table) -> int:
        with self._reading() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def _pages(
        self, page: Callable[[Connection, str], list[T]], id_of: Callable[[T], str]
    ) -> Iterator[T]:
        after = ""
        while True:
            with self._reading() as connection:
                found = page(connection, after)
            if not found:
                return
            yield from found
            after = id_of(found[-1])


@contextmanager
def _told() -> Iterator[None]:
    """Says in a sentence what a database says in a traceback."""
    try:
        yield
    except OperationalError as error:
        raise storage_error(error) from None
    except (DatabaseError, sqlite3.DatabaseError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        if type(cause) is not sqlite3.DatabaseError:
            raise
        raise StorageError(
            f"The store is damaged ({cause}): restore it from a backup, or save what can be read "
            "with `sqlite3 palate.db .recover`."
        ) from None
    except UnicodeEncodeError as error:
        raise CatalogueError(
            f"{error.object[:40]!r} is not valid Unicode: read it with its own encoding."
        ) from None


def _first_line(error: DatabaseError) -> str:
    return str(error.orig).splitlines()[0] if error.orig else type(error).__name__
