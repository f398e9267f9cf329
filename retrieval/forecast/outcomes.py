"""What became of each meeting of a person and an item, action by action.

A *meeting* is a (person, item) pair with at least one event. Its answer to an action is 1 where the
pair holds that action and 0 where it does not; ``rate`` is answered by the last rating. An opinion
can come as ``like``, as ``dislike`` or as a rating, and the last one counts: a rating in the upper
quarter of the scale is a like, one in the lower quarter a dislike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from palate.domain import Action, Event
from palate.retrieval.interactions import kept_pairs, pair_codes
from palate.retrieval.schema import ACTION_CODES
from palate.retrieval.strength import RatingScale

if TYPE_CHECKING:
    from palate.retrieval.store import EventArrays

#: A view is a meeting and nothing more: it is not foretold.
TARGETS = tuple(action for action in Action if action is not Action.VIEW)
#: Share of the scale from its ends that is a clear opinion: 4 and up of 1 to 5 is a like.
CLEAR = 0.25

Answers = Mapping[Action, NDArray[np.float32]]


@dataclass(frozen=True)
class Past:
    """One person's meetings, oldest first.

    Attributes:
        rows: Of the item table, shape (h,).
        answers: Target -> answers, shape (h,); nan where there is none.
    """

    rows: NDArray[np.intp]
    answers: Answers


@dataclass(frozen=True, slots=True)
class _Columns:
    """Events as columns of one length, in order of time within each pair."""

    pair: NDArray[np.intp]
    action: NDArray[np.int8]
    value: NDArray[np.floating]
    pairs: int

    def last(self, scores: Mapping[Action, float | NDArray[np.float32]]) -> NDArray[np.float32]:
        """Returns the last score of each pair, nan where it has none."""
        out = np.full(self.pairs, np.nan, np.float32)
        amount = np.full(len(self.pair), np.nan, np.float32)
        for action, score in scores.items():
            of = self.action == ACTION_CODES[action]
            amount[of] = score[of] if isinstance(score, np.ndarray) else score
        said = np.isfinite(amount)
        out[self.pair[said]] = amount[said]  # of repeated places, NumPy keeps the last
        return out

    def holds(self, action: Action) -> NDArray[np.float32]:
        """Returns 1 for each pair that holds the action, else 0."""
        out = np.zeros(self.pairs, np.float32)
        out[self.pair[self.action == ACTION_CODES[action]]] = 1
        return out


def _answers(columns: _Columns, scale: RatingScale) -> dict[Action, NDArray[np.float32]]:
    value = columns.value.astype(np.float32)
    clear = CLEAR * (scale.high - scale.low)
    rated = np.isfinite(value)
    high = np.where(rated, value >= scale.high - clear, np.nan).astype(np.float32)
    low = np.where(rated, value <= scale.low + clear, np.nan).astype(np.float32)
    opinions: dict[Action, dict[Action, float | NDArray[np.float32]]] = {
        Action.LIKE: {Action.LIKE: 1.0, Action.DISLIKE: 0.0, Action.RATE: high},
        Action.DISLIKE: {Action.LIKE: 0.0, Action.DISLIKE: 1.0, Action.RATE: low},
    }
    found: dict[Action, NDArray[np.float32]]
    found = {target: columns.holds(target) for target in TARGETS if target not in opinions}
    for target, scores in opinions.items():
        found[target] = np.nan_to_num(columns.last(scores))
    found[Action.RATE] = columns.last({Action.RATE: value})
    return found


def log_answers(
    events: EventArrays,
    position: Mapping[str, int],
    scale: RatingScale,
    *,
    without: Collection[tuple[str, str]] = (),
) -> Answers:
    """Returns the answers of every meeting of a log.

    Args:
        events: The log, sorted by user, then time or arrival.
        position: Item id -> row of the item table.
        scale: Of the ratings.
        without: (user, item) pairs to leave out.

    Returns:
        Target -> shape (n,), in the order of `build_interactions` with the same arguments.
    """
    items, mask = kept_pairs(events, position, without)
    codes, pair = np.unique(pair_codes(events.user, items), return_inverse=True)
    columns = _Columns(pair, events.action, events.value, len(codes))
    return {target: found[pair][mask] for target, found in _answers(columns, scale).items()}


def person_past(events: Sequence[Event], position: Mapping[str, int], scale: RatingScale) -> Past:
    """Returns one person's meetings.

    Args:
        events: All of one person, oldest first; those of items without a row are left out.
        position: Item id -> row of the item table.
        scale: Of the ratings.
    """
    known = [event for event in events if event.item in position]
    newest = list(dict.fromkeys(event.item for event in reversed(known)))[::-1]
    place = {item: n for n, item in enumerate(newest)}
    columns = _Columns(
        np.array([place[event.item] for event in known], np.intp),
        np.array([ACTION_CODES[event.action] for event in known], np.int8),
        np.array([event.value for event in known], np.float64),
        len(newest),
    )
    rows = np.array([position[item] for item in newest], np.intp)
    return Past(rows, _answers(columns, scale))
