"""The tables of the system of record, in SQLAlchemy Core.

Ids of people and items stand in one table each; everything else refers to them by a small integer
``key``. That keeps a million events small, and lets a person be erased by removing one row.
"""

from __future__ import annotations

from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)

from palate.domain import Action

#: Raised when the tables change in a way that an older Palate cannot read.
VERSION = 1

#: The numbers under which actions are stored. Never renumber: add at the end.
ACTION_CODES = MappingProxyType(
    {
        Action.VIEW: 0,
        Action.CLICK: 1,
        Action.LIKE: 2,
        Action.DISLIKE: 3,
        Action.RATE: 4,
        Action.PURCHASE: 5,
        Action.PLAY: 6,
        Action.SAVE: 7,
        Action.SKIP: 8,
        Action.DISMISS: 9,
    }
)

#: Actions by their stored number: ``ACTIONS[code]``.
ACTIONS = tuple(sorted(ACTION_CODES, key=ACTION_CODES.__getitem__))

# SQLite counts rows by itself only for INTEGER keys; PostgreSQL wants the wide type.
_KEY = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

#: Counters: ``schema``, ``item_version``, ``event_version``.
meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

#: ``tags`` and ``fields`` are JSON. A deleted item stays behind, emptied, as a tombstone that
#: tells indexes to follow. ``version`` is the value of the counter at the last write.
items = Table(
    "items",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Index("items_by_version", "version", "deleted"),
)

users = Table(
    "users",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("name", Text),
    Column("language", String),
    Column("fields", Text, nullable=False),
)

#: ``seq`` is the order of arrival. ``placed`` (seconds since 1970, UTC) puts an event in a
#: person's history: its own time, or the time of arrival where the source has none (``timed``
#: false). ``digest`` is the idempotency key, hashed to 8 bytes.
events = Table(
    "events",
    metadata,
    Column("seq", _KEY, primary_key=True),
    Column("user", _KEY, nullable=False),
    Column("item", _KEY, nullable=False),
    Column("action", SmallInteger, nullable=False),
    Column("value", Float(53)),
    Column("placed", Float(53), nullable=False),
    Column("timed", Boolean, nullable=False),
    Column("scene", Text),
    Column("text", Text),
    Column("recommendation", String),
    Column("digest", BigInteger),
    Index("events_by_user", "user", "placed"),
    Index("events_by_digest", "digest", unique=True),
)

wishes = Table(
    "wishes",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("user", _KEY, nullable=False),
    Column("text", Text, nullable=False),
    Column("likes", Boolean, nullable=False),
    Column("at", Float(53)),
    Index("wishes_by_user", "user"),
    sqlite_autoincrement=True,  # the id of a removed wish must not come back as another wish
)

#: ``user`` is the id itself: a trace may be of somebody who is not in ``users``.
traces = Table(
    "traces",
    metadata,
    Column("id", String, primary_key=True),
    Column("user", String),
    Column("at", Float(53), nullable=False),
    Column("payload", Text, nullable=False),
    Index("traces_by_user", "user"),
    Index("traces_by_at", "at"),
)

#: Conversations of the chat. ``user`` is the id itself, as in ``traces``; ``state`` is JSON.
talks = Table(
    "talks",
    metadata,
    Column("id", String, primary_key=True),
    Column("user", String),
    Column("at", Float(53), nullable=False),
    Column("state", Text, nullable=False),
    Index("talks_by_user", "user"),
)

#: What was said in them: ``payload`` (JSON) holds the person's words and the reply to them.
turns = Table(
    "turns",
    metadata,
    Column("talk", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("payload", Text, nullable=False),
)
