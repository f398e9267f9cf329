"""How much an event says about a person's taste, as a signed strength in [-1, 1].

An action has a fixed strength (``[strengths]`` in the settings). A rating counts against the
person's own mean, because a 3 from somebody who gives 4s is not a 3 from somebody who gives 2s:

    mean_u = (K * mean + sum of u's ratings) / (K + number of u's ratings)
    strength(r) = (r - mean_u) / (high - mean_u)    for r >= mean_u
                  (r - mean_u) / (mean_u - low)     for r <  mean_u

``mean`` is that of all ratings, ``low`` and ``high`` are the ends of the scale, and ``K`` ratings
of an average person stand in for what is not known yet (a Bayesian mean). The best rating is
always 1 and the worst always -1, whoever gives it; a rating below the person's mean is a dislike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from palate.domain import Action, Event
from palate.retrieval.schema import ACTION_CODES, ACTIONS
from palate.settings import STRENGTHS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from palate.retrieval.records.arrays import EventArrays

#: Ratings of an average person that a person's own mean is mixed with.
PRIOR_RATINGS = 5.0

# A "rate" event without a rating says no more than a view.
_UNRATED = STRENGTHS[Action.VIEW]

#: Scales that people use, the narrowest first; ratings are put on the first one that holds them.
_SCALES = ((0.0, 1.0), (-1.0, 1.0), (1.0, 5.0), (0.5, 5.0), (0.0, 5.0), (1.0, 7.0), (1.0, 10.0),
           (0.0, 10.0), (-10.0, 10.0), (0.0, 100.0))  # fmt: skip


@dataclass(frozen=True, slots=True)
class RatingScale:
    """The ends of the scale on which people rate, and the mean of all ratings."""

    low: float
    high: float
    mean: float

    @classmethod
    def of(cls, low: float | None, high: float | None, mean: float | None) -> RatingScale:
        """Guesses the scale from the lowest, the highest and the mean rating.

        Takes the narrowest usual scale that holds them (1 to 5, 0 to 10, ...), else their own
        range. Without ratings it is 1 to 5 with the mean in the middle.
        """
        if low is None or high is None or mean is None:
            return cls(1.0, 5.0, 3.0)
        for bottom, top in _SCALES:
            if bottom <= low and high <= top:
                return cls(bottom, top, _inside(mean, bottom, top))
        if low == high:
            return cls(low - 1, high + 1, mean)
        return cls(low, high, _inside(mean, low, high))


def _inside(mean: float, low: float, high: float) -> float:
    """Keeps the mean off the ends, where there would be nothing better or worse."""
    margin = (high - low) / 10
    return min(max(mean, low + margin), high - margin)


def strengths(
    arrays: EventArrays,
    table: Mapping[str, float] = STRENGTHS,
    scale: RatingScale | None = None,
) -> NDArray[np.float32]:
    """Returns the strength of every event of a log.

    Args:
        arrays: The log, n events.
        table: Action -> strength.
        scale: How people rate; ``None`` guesses it from these events.

    Returns:
        float32 in [-1, 1], shape (n,).
    """
    return strength_columns(
        arrays.user,
        arrays.action,
        arrays.value,
        users=len(arrays.users),
        table=table,
        scale=scale,
    )


def event_strengths(
    events: Sequence[Event],
    table: Mapping[str, float] = STRENGTHS,
    scale: RatingScale | None = None,
) -> NDArray[np.float32]:
    """Returns the strength of each of one person's events.

    Args:
        events: All of one person, n of them; their own mean is taken over these.
        table: Action -> strength.
        scale: How people rate, from ``Store.rating_scale``; ``None`` guesses it from these
            events, which goes wrong where somebody uses only a part of the scale.

    Returns:
        float32 in [-1, 1], shape (n,).
    """
    import numpy as np

    return strength_columns(
        np.zeros(len(events), np.int32),
        np.array([ACTION_CODES[event.action] for event in events], np.int8),
        np.array([event.value for event in events], np.float64),
        users=1,
        table=table,
        scale=scale,
    )


def strength_columns(
    user: NDArray[np.int32],
    action: NDArray[np.int8],
    value: NDArray[np.floating],
    *,
    users: int,
    table: Mapping[str, float] = STRENGTHS,
    scale: RatingScale | None = None,
) -> NDArray[np.float32]:
    """Returns the strength of events that are given as columns of one length n.

    Args:
        user: Codes from 0 to ``users - 1``.
        action: Stored codes, ``schema.ACTION_CODES``.
        value: Ratings; nan where there is none. Only those of ``rate`` events count.
        users: How many people there are.
        table: Action -> strength; an action that it lacks counts as a view.
        scale: How people rate; ``None`` guesses it from these events.

    Returns:
        float32 in [-1, 1], shape (n,).
    """
    import numpy as np

    fixed = np.array([table.get(name, _UNRATED) for name in ACTIONS], np.float64)
    result = fixed[action]
    rated = (action == ACTION_CODES[Action.RATE]) & np.isfinite(value)
    if rated.any():
        ratings = value[rated].astype(np.float64)
        scale = scale or RatingScale.of(ratings.min(), ratings.max(), ratings.mean())
        result[rated] = _rating_strengths(user[rated], ratings, users, scale)
    return np.clip(result, -1, 1).astype(np.float32)


def _rating_strengths(
    user: NDArray[np.int32], ratings: NDArray[np.float64], users: int, scale: RatingScale
) -> NDArray[np.float64]:
    import numpy as np

    ratings = np.clip(ratings, scale.low, scale.high)
    count = np.bincount(user, minlength=users)
    total = np.bincount(user, ratings, minlength=users)
    mean = (PRIOR_RATINGS * scale.mean + total) / (PRIOR_RATINGS + count)
    above = ratings - mean[user]
    room = np.where(above >= 0, scale.high - mean[user], mean[user] - scale.low)
    return above / room
