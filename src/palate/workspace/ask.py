"""From what a caller typed to a request, or an instruction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

from palate.domain import Action, Budget, Constraint, RankBy
from palate.errors import CatalogueError, SettingsError, UnknownUser
from palate.retrieval.constraints import parse_constraint
from palate.retrieval.records.common import check_text

if TYPE_CHECKING:
    from palate.retrieval.store import Store

#: No scale of ratings goes further; beyond it, one typing error would drown everybody's.
_LARGEST = 1e6


def known_user(store: Store, user: str | None) -> str | None:
    """Returns the user.

    Raises:
        UnknownUser: The store does not know them.
    """
    if user is not None and store.user(user) is None:
        raise UnknownUser(user)
    return user


def known_items(store: Store, ids: Sequence[str] | None, what: str) -> tuple[str, ...] | None:
    """Returns the ids as they were given; ``None`` for ``None``.

    Raises:
        UnknownItem: One of them is not in the store.
        CatalogueError: A single text stands where a list of ids belongs.
    """
    if ids is None:
        return None
    if isinstance(ids, str):
        raise CatalogueError(f"{what} is a list of item ids, such as [{ids!r}].")
    found = store.items(list(ids))
    for item in ids:
        if item not in found:
            store.item(item)
    return tuple(ids)


def read_constraints(
    given: str | Constraint | Sequence[str | Constraint],
) -> tuple[Constraint, ...]:
    """Reads constraints; a single one may stand without a list around it.

    Raises:
        CatalogueError: One of them cannot be read.
    """
    listed = [given] if isinstance(given, str | Constraint) else given
    return tuple(parse_constraint(one) if isinstance(one, str) else one for one in listed)


def check_ask(n: int, rank_by: RankBy | None) -> None:
    """Checks what has few right values.

    Raises:
        CatalogueError: ``n`` is below 1, or there is no such way to rank.
    """
    if n < 1:
        raise CatalogueError(f"n is {n}; ask for at least 1 recommendation.")
    if rank_by is not None and rank_by not in get_args(RankBy):
        raise CatalogueError(f"rank_by is {rank_by!r}; use {', '.join(get_args(RankBy))}, or None.")


def check_ranker(ranker: str | None) -> None:
    """Checks the name of a ranker.

    Raises:
        SettingsError: There is none of that name.
    """
    if ranker is not None:
        from palate.agent.rankers import make_ranker

        make_ranker(ranker)


def check_budget(budget: Budget | None) -> None:
    """Checks the amounts of a budget.

    Raises:
        SettingsError: One of them is below what can be spent, or no number.
    """
    for name, least in (("tokens", 1), ("usd", 0), ("ms", 0)):
        amount = getattr(budget, name, None)
        if amount is not None and not least <= amount < math.inf:
            raise SettingsError(f"budget {name} is {amount}; give a number of at least {least}.")


def known_words(text: str | None) -> str | None:
    """Returns the text.

    Raises:
        CatalogueError: It is not valid Unicode, so that it can be neither searched nor kept.
    """
    return text and check_text(text.replace("\0", " "), "a request")


def in_utc(at: datetime | None) -> datetime | None:
    """Returns the moment with its zone; without one it is UTC."""
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def known_action(action: str, value: float | None) -> Action:
    """Returns the action that a name means.

    Raises:
        CatalogueError: There is none, or the value that came with it cannot be taken.
    """
    if action not in list(Action):
        raise CatalogueError(f"No action {action!r}. Use one of: {', '.join(Action)}.")
    if value is not None and not (math.isfinite(value) and abs(value) <= _LARGEST):
        raise CatalogueError(f"The value {value} is no number that can be kept.")
    if action == Action.RATE and value is None:
        raise CatalogueError("A rating needs its value, such as 4.5 on your scale.")
    return Action(action)
