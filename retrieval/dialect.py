"""What differs between SQLite and PostgreSQL, in one place.

SQLite runs in WAL mode with ``synchronous=FULL``, so that a commit survives ``kill -9`` and a
power cut, and with ``secure_delete``, so that deleted text is overwritten.
"""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from palate.errors import PrerequisiteError, StorageError

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_BUSY_SECONDS = 30.0
_SCRUB_SECONDS = 10.0
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "cache_size=-65536",
    f"busy_timeout={_BUSY_SECONDS * 1000:.0f}",
)
WRITE = {"palate_write": True}
_CANNOT_GROW = (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE)


def make_store_engine(url_or_path: str | Path) -> Engine:
    """Makes an engine for a SQLite file (a path) or for any SQLAlchemy URL.

    Raises:
        PrerequisiteError: The URL cannot be read, its driver is not installed, or the file
            cannot be made or is not a database.
    """
    url = _url(url_or_path)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    if url.get_backend_name() == "postgresql":
        return _postgres(url)
    raise PrerequisiteError(
        f"Palate does not store in {url.get_backend_name()}: set store.url to a SQLite path or "
        "a postgresql:// URL."
    )


def _url(url_or_path: str | Path) -> URL:
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(Path(url_or_path).absolute()))
    try:
        return make_url(url_or_path)
    except (ArgumentError, ValueError):
        raise PrerequisiteError(
            "store.url is not a database URL: write it like postgresql://user@host/name."
        ) from None


def _postgres(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername == "postgresql+psycopg" and importlib.util.find_spec("psycopg") is None:
        raise PrerequisiteError(
            "A PostgreSQL store needs a driver: run pip install 'palate[postgres]'."
        )
    try:
        return create_engine(url, pool_pre_ping=True)
    except (ModuleNotFoundError, NoSuchModuleError):
        raise PrerequisiteError(
            f"The driver {url.drivername!r} is not installed: use postgresql:// and run "
            "pip install 'palate[postgres]'."
        ) from None


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise PrerequisiteError("A store needs a file: give a path, or a SQLite URL with one.")
    path = Path(url.database)
    _make_private(path)
    engine = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect():
            return engine
    except DatabaseError as error:
        engine.dispose()
        raise PrerequisiteError(
            f"{path} is not a store of Palate ({error.orig}): move it away, or name another file."
        ) from None


def _make_private(path: Path) -> None:
    """Creates the file for its owner alone; SQLite gives -wal and -shm the same mode."""
    try:
        for folder in reversed([p for p in path.parents if not p.exists()]):
            folder.mkdir(_PRIVATE_FOLDER, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE))
        for file in (path, *(path.with_name(path.name + tail) for tail in ("-wal", "-shm"))):
            if file.exists() and stat.S_IMODE(file.stat().st_mode) != _PRIVATE_FILE:
                file.chmod(_PRIVATE_FILE)
    except OSError as error:
        raise StorageError(
            f"Cannot write the store {path} ({error.strerror}): choose a folder that you own."
        ) from None


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin does.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that will write takes the lock at once: taking it half-way may fail.
    write = connection.get_execution_options().get("palate_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def storage_error(error: DatabaseError) -> StorageError:
    """Says in a sentence why a database did not do what it was told; nothing of it was done."""
    cause = error.orig
    if disk_is_full(cause):
        return StorageError(
            "The disk is full: the store keeps what it had, and took nothing new. Make room, and "
            "send it again.",
            full=True,
        )
    told = str(cause).splitlines()[0] if cause else type(error).__name__
    return StorageError(
        f"The store cannot be used ({told}): check that it can be written, or wait until the "
        "other process that writes is done."
    )


def disk_is_full(cause: object) -> bool:
    """Says whether a driver's error means that there is no room left.

    SQLite says ``SQLITE_FULL``; where a file may not grow (a quota, a limit) it fails to write.
    PostgreSQL says ``disk_full`` (53100).
    """
    if isinstance(cause, sqlite3.Error):
        code: int = getattr(cause, "sqlite_errorcode", 0)
        return code & 0xFF == sqlite3.SQLITE_FULL or code in _CANNOT_GROW
    return bool(getattr(cause, "sqlstate", None) == "53100")


def insert_new(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> int:
    """Inserts rows whose unique columns are new, and leaves out the others.

    Goes to the driver directly: a million rows through SQLAlchemy's own parameter handling cost
    more than their insertion.

    Returns:
        How many rows were inserted.
    """
    if not rows:
        return 0
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    names = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join([mark] * len(columns))
    result = connection.exec_driver_sql(
        f'INSERT INTO "{table.name}" ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING',
        list(rows),
    )
    return result.rowcount


def scrub(engine: Engine) -> None:
    """Rewrites the files of the store, so that no deleted byte is left in any of them.

    ``secure_delete`` overwrites deleted cells, but moved cells leave copies in free space:
    ``VACUUM`` writes every page anew, and the checkpoint empties the write-ahead log.

    Raises:
        PrerequisiteError: Another connection keeps reading the old pages.
    """
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM FULL")
        return
    raw = engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        driver.execute("VACUUM")
        _truncate_log(driver)
    finally:
        raw.close()


def copy_into(engine: Engine, file: Path) -> None:
    """Writes what a SQLite store holds at this moment into a new file, and no deleted byte."""
    raw = engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        driver.execute("VACUUM INTO ?", (str(file),))
    finally:
        raw.close()


def _truncate_log(driver: sqlite3.Connection) -> None:
    driver.execute(f"PRAGMA busy_timeout={_SCRUB_SECONDS * 1000:.0f}")
    blocked = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    driver.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000:.0f}")
    if blocked:
        raise PrerequisiteError(
            "The person is deleted, but another reader keeps old pages of the store alive: "
            "close it and forget the person once more."
        )
