"""Small things that all records share: counters, batches, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, select, update

from palate.domain import FieldValue
from palate.errors import CatalogueError
from palate.retrieval.schema import meta

T = TypeVar("T")

#: Ids asked for in one query; SQLite and PostgreSQL both take many more, but gain nothing.
IDS_A_QUERY = 500

#: Seconds of 1900 and of 2200: nobody did anything before, nor after.
EARLIEST, LATEST = -2_208_988_800.0, 7_258_118_400.0

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode  # what we wrote has no space around it to skip


def batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yields lists of at most ``size`` values, in order."""
    source = iter(values)
    while batch := list(islice(source, size)):
        yield batch


def bump(connection: Connection, name: str, by: int = 1) -> int:
    """Raises a counter and returns its new value; the row stays locked until the commit."""
    connection.execute(update(meta).where(meta.c.name == name).values(number=meta.c.number + by))
    return counter(connection, name)


def counter(connection: Connection, name: str) -> int:
    """Returns the value of a counter."""
    return int(connection.execute(select(meta.c.number).where(meta.c.name == name)).scalar_one())


def dump_fields(fields: Mapping[str, FieldValue]) -> str:
    """Returns typed fields as JSON; tuples become lists."""
    return _encode(dict(fields)) if fields else "{}"


def load_fields(text: str) -> dict[str, FieldValue]:
    """Reads what ``dump_fields`` wrote."""
    if text == "{}":
        return {}
    fields: dict[str, Any] = _decode(text)[0]
    if "[" in text:
        return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
    return fields


def dump_tags(tags: Iterable[str]) -> str:
    """Returns tags as a JSON list."""
    return _encode(list(tags))


def load_tags(text: str) -> tuple[str, ...]:
    """Reads what ``dump_tags`` wrote."""
    return tuple(_decode(text)[0]) if text != "[]" else ()


def to_seconds(at: datetime | None) -> float | None:
    """Returns seconds since 1970 UTC; a time without a zone is UTC."""
    if at is None:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def event_seconds(at: datetime | None) -> float | None:
    """Returns when something happened, in seconds since 1970 UTC.

    Raises:
        CatalogueError: Nothing can have happened then, and no calendar may be able to tell it.
    """
    seconds = to_seconds(at)
    if at is not None and seconds is not None and not EARLIEST <= seconds <= LATEST:
        raise CatalogueError(
            f"The time {at.isoformat()} lies before 1900 or after 2200: say when it happened, or "
            "leave the time out for now."
        )
    return seconds


def to_datetime(seconds: float | None) -> datetime | None:
    """Returns the time in UTC, to the microsecond."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def check_id(name: str, what: str) -> str:
    """Returns the id if a database and a file can hold it.

    Raises:
        CatalogueError: It is empty, not a string, holds NUL, or is not valid Unicode.
    """
    if not isinstance(name, str) or not name.strip():
        raise CatalogueError(f"The id {name!r} of {what} is not a text with letters: give it one.")
    return name if name.isascii() and "\0" not in name else check_text(name, what)


def check_text(text: str, what: str) -> str:
    """Returns the text if every database can hold it.

    Raises:
        CatalogueError: It holds NUL, for which PostgreSQL has no place, or half a surrogate pair.
    """
    if "\0" in text:
        raise CatalogueError(f"A text of {what} holds a NUL character: take it out.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CatalogueError(
            f"A text of {what} is not valid Unicode ({text[:40]!r}): read it with its encoding."
        ) from None
    return text
