"""The prior's features: one number a candidate from each, over a shared context.

Every feature is a function ``(context, rows) -> values``; higher is better by intent, and the
weights are learnt. Adding one is adding a function to ``LEARNT`` (weighed by ``palate fit``) or to
``STATED`` (what a person says: no log holds it, so its weight is fixed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.behaviour import Behaviour
from palate.retrieval.entries import Entries, spread
from palate.retrieval.items import TAGS, ItemTable

Rows = NDArray[np.intp]
Values = NDArray[np.float32]

#: Half-lives, in newer history items, of the long and the short view of a history.
LONG, SHORT = 10.0, 2.0
#: Newest history items that the regression and the texts are compared with.
WINDOW, TEXTS = 256, 100


@dataclass(frozen=True)
class Context:
    """What the features of one request look at.

    Attributes:
        table: The indexed items.
        behaviour: Statistics of the log.
        history: Rows of the history, oldest first, shape (h,).
        strength: Their signed strengths, shape (h,).
        asked: Row -> how well the item answers the request's text, in [0, 1].
        wished: Row -> how well it answers stated wishes, in [-1, 1].
        notes: Sentences for the reader about how these were found.
    """

    table: ItemTable
    behaviour: Behaviour
    history: Rows
    strength: Values
    asked: Mapping[int, float]
    wished: Mapping[int, float]
    notes: tuple[str, ...] = ()

    def recency(self, half_life: float) -> Values:
        """Weights of the history, the newest 1, halving every ``half_life`` newer items."""
        return _recency(len(self.history), half_life)

    @cached_property
    def interest(self) -> Values:
        """How far each history item draws: seen counts half, disliked nothing."""
        return np.where(self.strength < 0, 0, 0.5 + 0.5 * self.strength).astype(np.float32)

    @cached_property
    def neighbours(self) -> Values:
        """Neighbourhood to the newest items, over the catalogue, shape (n,)."""
        return self.together.spread(self.interest * self.recency(LONG))

    @cached_property
    def together(self) -> Entries:
        """Neighbourhoods of the history items."""
        return Entries.of(self.behaviour.neighbours, self.history)

    @cached_property
    def past_vectors(self) -> Values:
        """Vectors of the history items, shape (h, d)."""
        return np.asarray(self.table.vectors[self.history])

    @cached_property
    def last(self) -> Values:
        """Weights of the newest items where order counts, shape (h,); they sum to 1."""
        weights = self.recency(SHORT)
        return np.asarray(weights / max(weights.sum(), 1e-9), np.float32)

    @cached_property
    def sequence(self) -> Values:
        """How often each item came soon after the newest ones, shape (n,)."""
        return spread(self.behaviour.followers.counts, self.history, self.last)

    @cached_property
    def regression(self) -> Values:
        """What the regression makes of the whole history, shape (n,)."""
        recent, interest = self.history[-WINDOW:], self.interest[-WINDOW:]
        return self.behaviour.regression.scores(recent, interest)

    @cached_property
    def factors(self) -> Values:
        """Score of the sequential factors, shape (n,)."""
        return self.behaviour.factors.scores(self.history)

    def regression_at(self, rows: Rows) -> Values:
        """The same for some rows: a list of twenty needs no pass over the catalogue."""
        if "regression" in self.__dict__:
            return _at(self.regression, rows)
        recent, interest = self.history[-WINDOW:], self.interest[-WINDOW:]
        return interest @ self.behaviour.regression.between(recent, rows)

    def factors_at(self, rows: Rows) -> Values:
        """Score of the sequential factors for some rows."""
        if "factors" in self.__dict__:
            return _at(self.factors, rows)
        return self.behaviour.factors.scores_at(self.history, rows)

    @cached_property
    def disliked(self) -> Values:
        """Neighbourhood to what was disliked, shape (n,)."""
        weight = np.maximum(-self.strength, 0) * self.recency(LONG)
        if not weight.any():
            return np.zeros(len(self.table), np.float32)
        return self.together.spread(weight)

    @cached_property
    def tag_lean(self) -> Values:
        """Lean to each tag, shape (n_tags,)."""
        weight, size = self.recency(LONG), len(self.table.tag_names)
        owner, tags = _tags_of(self.table, self.history)
        opinion = weight * np.where(self.strength < 0, self.strength, 0.3 + self.strength)
        signed = np.bincount(tags, opinion[owner], size)
        return np.asarray(signed / (np.bincount(tags, weight[owner], size) + 2), np.float32)


@lru_cache(maxsize=1024)
def _recency(count: int, half_life: float) -> Values:
    weights = (0.5 ** (np.arange(count)[::-1] / half_life)).astype(np.float32)
    weights.flags.writeable = False  # everybody gets the same array
    return weights


def _tags_of(table: ItemTable, rows: Rows) -> tuple[Rows, NDArray[np.int32]]:
    """Returns the tags of rows, one after the other: place in ``rows``, and column of the tag."""
    facet = table.facets[TAGS]
    first, count = facet.starts[rows], facet.starts[rows + 1] - facet.starts[rows]
    owner = np.repeat(np.arange(len(rows)), count)
    before = np.cumsum(count) - count
    return owner, facet.columns[np.arange(len(owner)) + (first - before)[owner]]


def _at(vector: Values, rows: Rows) -> Values:
    return np.asarray(vector[rows], np.float32)


def _root(vector: Values, rows: Rows) -> Values:
    # Sums of cosines are skewed: the root keeps one heavy neighbour from deciding alone.
    return np.sqrt(np.asarray(vector[rows], np.float32))


def _sequence(context: Context, rows: Rows) -> Values:
    near = np.flatnonzero(context.last > 1e-3)
    followers, last = context.behaviour.followers, context.last[near]
    return followers.lift(context.sequence, context.history[near], last, rows)


def _similar(context: Context, rows: Rows) -> Values:
    """Mean cosine with the three most similar of what was not disliked."""
    fine = context.past_vectors[-TEXTS:][context.strength[-TEXTS:] >= 0]
    if not len(fine):
        return np.zeros(len(rows), np.float32)
    alike = context.table.vectors[rows] @ fine.T
    best = min(3, len(fine))
    top = np.partition(alike, alike.shape[1] - best, axis=1)[:, -best:]
    return np.asarray(top.mean(axis=1), np.float32)


def _tags(context: Context, rows: Rows) -> Values:
    owner, tags = _tags_of(context.table, rows)
    count = np.maximum(np.bincount(owner, minlength=len(rows)), 1)
    total = np.bincount(owner, context.tag_lean[tags], len(rows))
    return np.asarray(total / np.sqrt(count), np.float32)


def _year(context: Context, rows: Rows) -> Values:
    table = context.table
    return np.nan_to_num((table.year[rows] - table.newest_year) / 10).astype(np.float32)


def _era(context: Context, rows: Rows) -> Values:
    """Weighted mean of ``-log(1 + |years apart|)`` over the newest items."""
    year = context.table.year
    past, weight = year[context.history[-60:]], context.recency(LONG)[-60:]
    known = np.isfinite(past)
    if not known.any():
        return np.zeros(len(rows), np.float32)
    apart = np.log1p(np.abs(year[rows][:, None] - past[known][None, :]))
    mean = -(apart @ weight[known]) / weight[known].sum()
    return np.asarray(np.nan_to_num(mean), np.float32)


def _known(context: Context, rows: Rows) -> Values:
    return np.isin(rows, context.history).astype(np.float32)


def _mapped(values: Mapping[int, float], rows: Rows) -> Values:
    if not values:
        return np.zeros(len(rows), np.float32)
    return np.array([values.get(row, 0.0) for row in rows.tolist()], np.float32)


Feature = Callable[[Context, Rows], Values]

LEARNT: dict[str, Feature] = {
    "neighbours": lambda c, rows: _root(c.neighbours, rows),
    "regression": Context.regression_at,
    "factors": Context.factors_at,
    "sequence": _sequence,
    "disliked": lambda c, rows: -_root(c.disliked, rows),
    "similar": _similar,
    "tags": _tags,
    "popularity": lambda c, rows: _at(c.behaviour.popularity.log(), rows),
    "late": lambda c, rows: _at(c.behaviour.popularity.lateness(), rows),
    "liked": lambda c, rows: _at(c.behaviour.popularity.liked, rows),
    "freshness": _year,
    "era": _era,
    "known": _known,
}
STATED: dict[str, Feature] = {
    "request": lambda c, rows: _mapped(c.asked, rows),
    "wish": lambda c, rows: _mapped(c.wished, rows),
}
NAMES = (*LEARNT, *STATED)


def feature_matrix(context: Context, rows: Rows) -> Values:
    """Returns every feature of every row, shape (len(rows), len(NAMES))."""
    columns = [feature(context, rows) for feature in (*LEARNT.values(), *STATED.values())]
    return np.stack(columns, axis=1)


def standardise(matrix: Values) -> Values:
    """Centres and scales each learnt column within the list; a constant column becomes 0.

    The stated columns stay as they are: 0 means "does not answer at all", whoever else is in
    the list.
    """
    learnt = len(LEARNT)
    scaled = matrix.copy()
    head = scaled[:, :learnt]
    head -= head.mean(axis=0)
    deviation = head.std(axis=0)
    head /= np.where(deviation > 1e-6, deviation, 1)
    head[:, deviation <= 1e-6] = 0
    return scaled
