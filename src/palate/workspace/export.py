"""Everything that is kept of a person, for that person."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from palate.errors import UnknownUser

if TYPE_CHECKING:
    from palate.workspace.palate import Palate


def everything(palate: Palate, user: str) -> dict[str, Any]:
    """Returns record, events, wishes, conversations and slates as JSON-able values.

    Raises:
        UnknownUser: The user is not known.
    """
    store = palate.store
    known = store.user(user)
    if known is None:
        raise UnknownUser(user)
    return {
        "id": known.id, "name": known.name, "language": known.language,
        "fields": dict(known.fields),
        "events": [asdict(one) for one in store.user_events(user)],
        "wishes": [asdict(one) for one in store.wishes(user)],
        "recommendations": [
            {"id": one.id, "at": one.at, "slate": dict(one.payload)}
            for one in store.user_traces(user)
        ],
        "conversations": [one.to_dict() for one in palate.conversations(user)],
    }  # fmt: skip
