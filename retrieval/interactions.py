"""The event log as arrays: one ordered sequence of items a person.

Only items that the index holds take part. Each (person, item) pair counts once, at its newest
place, with its strongest opinion; that is what every statistic of the prior is built on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.strength import strengths

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from palate.retrieval.store import EventArrays


@dataclass(frozen=True)
class Interactions:
    """Ordered sequences of all people, one after the other.

    Attributes:
        users: Ids, shape (n_users,).
        start: Where each person's sequence starts, shape (n_users + 1,).
        items: Positions in the item table, oldest first a person, shape (n,).
        strength: Signed, in [-1, 1], shape (n,).
        at: Seconds since 1970, nan where unknown, shape (n,).
        n_items: Size of the item table.
    """

    users: tuple[str, ...]
    start: NDArray[np.int64]
    items: NDArray[np.int32]
    strength: NDArray[np.float32]
    at: NDArray[np.float64]
    n_items: int

    @property
    def user(self) -> NDArray[np.int32]:
        """Code of the person of each interaction, shape (n,)."""
        return np.repeat(np.arange(len(self.users), dtype=np.int32), np.diff(self.start))

    def user_of(self, place: int) -> int:
        """Code of the person of one interaction."""
        return int(np.searchsorted(self.start, place, side="right")) - 1

    def lengths(self) -> NDArray[np.int64]:
        """Number of items of each person, shape (n_users,)."""
        return np.diff(self.start)

    def keep(self, mask: NDArray[np.bool_]) -> Interactions:
        """Returns the interactions that the mask, shape (n,), lets through."""
        counts = np.bincount(self.user[mask], minlength=len(self.users))
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Interactions(
            self.users, start, self.items[mask], self.strength[mask], self.at[mask], self.n_items
        )

    def newest(self, count: int) -> Interactions:
        """Returns each person's newest ``count`` interactions."""
        place = np.arange(len(self.items)) - self.start[:-1][self.user]
        return self.keep(place >= self.lengths()[self.user] - count)

    def matrix(self) -> csr_matrix:
        """Returns the people x items matrix of ones, CSR, float32."""
        from scipy.sparse import csr_matrix

        ones = np.ones(len(self.items), np.float32)
        return csr_matrix((ones, self.items, self.start), shape=(len(self.users), self.n_items))


def build_interactions(
    events: EventArrays,
    position: Mapping[str, int],
    action_strengths: Mapping[str, float],
    *,
    without: Collection[tuple[str, str]] = (),
) -> Interactions:
    """Turns stored events into ordered sequences.

    Args:
        events: Sorted by user, then time or arrival.
        position: Item id -> position in the item table.
        action_strengths: Signed strength of each action.
        without: (user, item) pairs to leave out, such as the truth of evaluation cases.
    """
    items, mask = kept_pairs(events, position, without)
    signed = strengths(events, action_strengths)
    everything = Interactions(
        events.users,
        np.searchsorted(events.user, np.arange(len(events.users) + 1)).astype(np.int64),
        items,
        _strongest_of_pair(events.user, items, signed),
        events.at,
        len(position),
    )
    return everything.keep(mask)


def kept_pairs(
    events: EventArrays, position: Mapping[str, int], without: Collection[tuple[str, str]]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Returns the row of each event's item, -1 where it has none, and which events stand.

    Of each (person, item) pair the newest event stands, unless the pair is left out.
    """
    where = np.array([position.get(item, -1) for item in events.items], np.int32)
    items = where[events.item] if len(where) else np.zeros(0, np.int32)
    mask = (items >= 0) & _newest_of_pair(events.user, items)
    return items, mask & ~_listed(events, without)


def pair_codes(user: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.int64]:
    """Returns one number for each (person, item) pair."""
    return user.astype(np.int64) * (1 << 32) + (items.astype(np.int64) + 1)


def _newest_of_pair(user: NDArray[np.int32], items: NDArray[np.int32]) -> NDArray[np.bool_]:
    codes = pair_codes(user, items)[::-1]
    newest = np.zeros(len(codes), bool)
    newest[np.unique(codes, return_index=True)[1]] = True
    return newest[::-1]


def _strongest_of_pair(
    user: NDArray[np.int32], items: NDArray[np.int32], signed: NDArray[np.float32]
) -> NDArray[np.float32]:
    _, group = np.unique(pair_codes(user, items), return_inverse=True)
    order = np.argsort(np.abs(signed), kind="stable")
    best = np.zeros(group.max(initial=-1) + 1, np.float32)
    best[group[order]] = signed[order]
    return best[group]


def _listed(events: EventArrays, pairs: Collection[tuple[str, str]]) -> NDArray[np.bool_]:
    if not pairs:
        return np.zeros(len(events.user), bool)
    user = {name: code for code, name in enumerate(events.users)}
    item = {name: code for code, name in enumerate(events.items)}
    known = [(user[u], item[i]) for u, i in pairs if u in user and i in item]
    listed = np.array(known, np.int32).reshape(-1, 2)
    return np.isin(pair_codes(events.user, events.item), pair_codes(listed[:, 0], listed[:, 1]))
