"""The sources of a pool: each names rows of the item table, best first.

A source is a function ``(context, allowed, limit) -> rows``; ``allowed`` masks the catalogue. What
each brings is decided here; how good it is, the prior decides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.features import Context, Rows, Values
from palate.retrieval.popularity import RARE
from palate.retrieval.top import best_rows

Mask = NDArray[np.bool_]
Source = Callable[[Context, Mask, int], Rows]


def _positive(values: Values, allowed: Mask, limit: int) -> Rows:
    rows = np.flatnonzero((values > 0) & allowed)
    return rows[best_rows(values[rows], limit)]


def _factors(context: Context, allowed: Mask, limit: int) -> Rows:
    if not len(context.behaviour.factors.bias) or not len(context.history):
        return np.zeros(0, np.intp)
    rows = np.flatnonzero(allowed & (context.behaviour.factors.place >= 0))
    return rows[best_rows(context.factors[rows], limit)]


def _first(order: Rows, fine: Callable[[Rows], Mask], limit: int) -> Rows:
    """Returns the first rows of an order that pass, without looking at more than it takes."""
    found: list[Rows] = []
    missing, start, size = limit, 0, 2 * limit
    while missing > 0 and start < len(order):
        part = order[start : start + size]
        passed = part[fine(part)][:missing]
        found.append(passed)
        missing, start, size = missing - len(passed), start + size, 4 * size
    return np.concatenate(found) if found else np.zeros(0, np.intp)


def _popular(context: Context, allowed: Mask, limit: int) -> Rows:
    return _first(context.behaviour.popularity.order, lambda rows: allowed[rows], limit)


def _fresh(context: Context, allowed: Mask, limit: int) -> Rows:
    """The newest items that hardly anybody has met: without this they would never be met."""
    people = context.behaviour.popularity.people
    order = context.table.newest_first
    return _first(order, lambda rows: allowed[rows] & (people[rows] < RARE), limit)


def _mapped(found: dict[int, float], allowed: Mask, limit: int) -> Rows:
    rows = [
        row for row in sorted(found, key=lambda r: -found[r]) if allowed[row] and found[row] > 0
    ]
    return np.array(rows[:limit], np.intp)


SOURCES: dict[str, tuple[Source, float]] = {
    "request": (lambda c, allowed, limit: _mapped(dict(c.asked), allowed, limit), 1.0),
    "wishes": (lambda c, allowed, limit: _mapped(dict(c.wished), allowed, limit), 0.3),
    "neighbours": (lambda c, allowed, limit: _positive(c.neighbours, allowed, limit), 0.4),
    "regression": (lambda c, allowed, limit: _positive(c.regression, allowed, limit), 0.3),
    "factors": (_factors, 0.3),
    "sequence": (lambda c, allowed, limit: _positive(c.sequence, allowed, limit), 0.3),
    "popular": (_popular, 0.2),
    "fresh": (_fresh, 0.05),
}


def gather(context: Context, allowed: Mask, size: int) -> dict[int, list[str]]:
    """Asks every source for its share of the pool.

    Args:
        context: Of the request.
        allowed: Shape (n,): rows that may be returned.
        size: Wished size of the pool; popular items fill what the others leave.

    Returns:
        Row -> names of the sources that brought it, in the order found.
    """
    found: dict[int, list[str]] = {}
    for name, (source, share) in SOURCES.items():
        for row in source(context, allowed, max(5, int(size * share))).tolist():
            found.setdefault(row, []).append(name)
    if len(found) < size:
        for row in _popular(context, allowed, size).tolist():
            if len(found) >= size:
                break
            found.setdefault(row, ["popular"])
    return found
