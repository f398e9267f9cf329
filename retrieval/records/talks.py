"""Conversations: the state they are in, and what was said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from palate.errors import CatalogueError, ConversationMovedOn
from palate.retrieval.records.common import check_id, check_text, to_datetime, to_seconds
from palate.retrieval.schema import talks, traces, turns, users


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as it is stored.

    Attributes:
        user: Whose it is; ``None`` for a stranger.
        at: When it was last added to.
        state: Anything that JSON can hold.
        turns: How many turns there are.
    """

    id: str
    user: str | None
    at: datetime
    state: Mapping[str, Any]
    turns: int = 0


def save_talk(connection: Connection, talk: Talk, turn: Mapping[str, Any] | None) -> None:
    """Keeps a conversation's state and adds a turn to it.

    Args:
        connection: In a transaction.
        talk: As it is now; ``turns`` is how many there were before ``turn``.
        turn: What was said; ``None`` changes the state alone.

    Raises:
        ConversationMovedOn: Another turn was added meanwhile.
        CatalogueError: The person was erased.
    """
    there = get_talk(connection, talk.id)
    known = select(users.c.key).where(users.c.id == talk.user)
    if talk.user is not None and connection.execute(known).first() is None:
        raise CatalogueError("Whoever speaks here was erased meanwhile: nothing of this was kept.")
    if (0 if there is None else there.turns) != talk.turns:
        raise ConversationMovedOn(talk.id)
    row = {
        "user": talk.user,
        "at": to_seconds(talk.at),
        "state": check_text(_dump(talk.state), "a conversation"),
    }
    if there is None:
        connection.execute(insert(talks).values(id=check_id(talk.id, "a conversation"), **row))
    else:
        connection.execute(update(talks).where(talks.c.id == talk.id).values(row))
    if turn is not None:
        payload = check_text(_dump(turn), "a turn")
        connection.execute(insert(turns).values(talk=talk.id, number=talk.turns, payload=payload))


def get_talk(connection: Connection, talk: str) -> Talk | None:
    """Returns a conversation, or ``None``."""
    row = connection.execute(_TALKS.where(talks.c.id == talk)).one_or_none()
    return row and _talk(row)


def user_talks(connection: Connection, user: str) -> list[Talk]:
    """Returns a person's conversations, the newest first."""
    query = _TALKS.where(talks.c.user == user).order_by(talks.c.at.desc(), talks.c.id)
    return [_talk(row) for row in connection.execute(query)]


def get_turns(connection: Connection, talk: str, newest: int | None) -> list[dict[str, Any]]:
    """Returns what was said in a conversation, in order; with ``newest``, so many at its end."""
    query = select(turns.c.payload).where(turns.c.talk == talk).order_by(turns.c.number.desc())
    rows = connection.execute(query.limit(newest) if newest is not None else query).all()
    return [json.loads(payload) for (payload,) in reversed(rows)]


def remove_talk(connection: Connection, talk: str, slates: Sequence[str]) -> bool:
    """Deletes a conversation with all that was said, and the traces of these slates.

    Returns:
        Whether there was one.
    """
    connection.execute(delete(traces).where(traces.c.id.in_(slates)))
    connection.execute(delete(turns).where(turns.c.talk == talk))
    return connection.execute(delete(talks).where(talks.c.id == talk)).rowcount > 0


def forget_talks(connection: Connection, user: str) -> int:
    """Deletes a person's conversations; returns how many there were."""
    own = select(talks.c.id).where(talks.c.user == user)
    connection.execute(delete(turns).where(turns.c.talk.in_(own)))
    return connection.execute(delete(talks).where(talks.c.user == user)).rowcount


_COUNT = select(func.count()).select_from(turns).where(turns.c.talk == talks.c.id)
_TALKS = select(
    talks.c.id, talks.c.user, talks.c.at, talks.c.state, _COUNT.scalar_subquery().label("said")
)


def _talk(row: Any) -> Talk:
    at = to_datetime(row.at)
    assert at is not None
    return Talk(row.id, row.user, at, json.loads(row.state), int(row.said))


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
