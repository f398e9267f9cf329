"""The signals of a forecast: what a person's past and an item's past say of their meeting.

Unlike the features of the prior, they do not depend on which other items stand in a list. Those of
an item alone serve strangers; with a past, the person's own answers join: what they gave to items
that people have together with this one, that read like it, or that share its tags. Every signal of
answers is a mean of rests, ``answer - mean - b_i - b_u``, pulled to 0 by a few answers of nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.features import LEARNT, TEXTS, Context, Rows, Values
from palate.retrieval.forecast.leaning import Leaning
from palate.retrieval.items import TAGS

#: Answers of nobody that pull the means over a past to 0.
PULL, TEXT_PULL, LATE_PULL = 1.0, 0.5, 2.0
#: Texts less alike than this share no more than a language.
LEAST_ALIKE = 0.2
#: Newer answers until one counts half in the recent mood.
HALF_LIFE = 10.0


@dataclass(frozen=True)
class View:
    """What the signals of one person and one action look at.

    Attributes:
        context: The person's history, as the prior sees it.
        leaning: Of items, to the action.
        answers: Of the history items, shape (h,); nan where there is none.
    """

    context: Context
    leaning: Leaning
    answers: Values

    @cached_property
    def said(self) -> Rows:
        """Places of the history that have an answer."""
        return np.flatnonzero(np.isfinite(self.answers))

    @cached_property
    def person(self) -> float:
        """The person's own bias."""
        return self.leaning.person(self.context.history[self.said], self.answers[self.said])

    @cached_property
    def rest(self) -> Values:
        """What each history item was answered beyond expectation, 0 without an answer."""
        expected = self.leaning.expected(self.context.history) + self.person
        return np.nan_to_num(self.answers - expected).astype(np.float32)


Signal = Callable[[View, Rows], Values]


def _item(view: View, rows: Rows) -> Values:
    return view.leaning.item[rows]


def _kind(view: View, rows: Rows) -> Values:
    return view.leaning.kind[rows]


def _met(view: View, rows: Rows) -> Values:
    return np.log1p(view.leaning.count[rows])


def _person(view: View, rows: Rows) -> Values:
    return np.full(len(rows), view.person, np.float32)


def _lately(view: View, rows: Rows) -> Values:
    rest = view.rest[view.said]
    weight = 0.5 ** (np.arange(len(rest))[::-1] / HALF_LIFE)
    mood = float(weight @ rest / (weight.sum() + LATE_PULL)) if len(rest) else 0.0
    return np.full(len(rows), mood, np.float32)


def _together(view: View, rows: Rows) -> Values:
    """Answers to the items that people had together with this one."""
    return _mean_rest(view, view.context.together.at(rows), PULL)


def _alike(view: View, rows: Rows) -> Values:
    """Answers to the newest items whose texts are like this one's."""
    context, size = view.context, len(view.rest)
    alike = context.past_vectors[-TEXTS:] @ context.table.vectors[rows].T
    nearness = np.zeros((size, len(rows)), np.float32)
    nearness[max(0, size - TEXTS) :] = np.maximum(alike - LEAST_ALIKE, 0)
    return _mean_rest(view, nearness, TEXT_PULL)


def _mean_rest(view: View, nearness: Values, pull: float) -> Values:
    near = nearness[view.said]
    mean = (view.rest[view.said] @ near) / (near.sum(axis=0) + pull)
    return np.asarray(mean, np.float32)


def _tags(view: View, rows: Rows) -> Values:
    """Answers to items with the same tags, the mean over this item's tags."""
    facet = view.context.table.facets[TAGS]
    past = view.context.history[view.said]
    lean: dict[int, tuple[float, int]] = {}
    for row, rest in zip(past.tolist(), view.rest[view.said].tolist(), strict=True):
        for tag in facet.columns[facet.starts[row] : facet.starts[row + 1]].tolist():
            total, count = lean.get(tag, (0.0, 0))
            lean[tag] = (total + rest, count + 1)
    found = []
    for row in rows.tolist():
        tags = facet.columns[facet.starts[row] : facet.starts[row + 1]].tolist()
        parts = [lean[tag][0] / (lean[tag][1] + 2) for tag in tags if tag in lean]
        found.append(sum(parts) / max(len(tags), 1))
    return np.array(found, np.float32)


def _learnt(name: str) -> Signal:
    return lambda view, rows: LEARNT[name](view.context, rows)


#: Of the item alone: all that there is for a stranger.
ALONE: Mapping[str, Signal] = {
    "item": _item,
    "kind": _kind,
    "met": _met,
    **{name: _learnt(name) for name in ("popularity", "late", "liked", "freshness")},
}
#: Of the person too.
WITH_PAST: Mapping[str, Signal] = {
    **ALONE,
    "person": _person,
    "lately": _lately,
    "together": _together,
    "alike": _alike,
    "tags": _tags,
    **{
        f"prior {name}": _learnt(name)
        for name in ("neighbours", "regression", "factors", "sequence", "similar", "tags", "era")
    },
}


def signal_matrix(view: View, rows: Rows, signals: Mapping[str, Signal]) -> NDArray[np.float64]:
    """Returns every signal of every row, shape (len(rows), len(signals))."""
    return np.stack([signal(view, rows) for signal in signals.values()], axis=1).astype(np.float64)
