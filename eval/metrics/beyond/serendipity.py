"""Serendipity@k: share of the places that hold what is right and what popularity would not show.

``|relevant & shown - obvious| / k``, where the obvious are the k most popular of the candidates or,
in a whole catalogue, of what the person did not have. Source: Ge et al., *Beyond accuracy:
evaluating recommender systems by coverage and serendipity*, RecSys 2010.
"""

from __future__ import annotations

from heapq import nsmallest

from palate.eval.metrics.beyond.shelf import Shelf, Shown


def serendipity(shown: Shown, shelf: Shelf) -> float:
    """Returns a value in [0, 1]."""
    useful = [item for item in shown.items if item in shown.relevant]
    if not useful:
        return 0.0
    obvious = _obvious(shown, shelf)
    return sum(item not in obvious for item in useful) / shown.k


def _obvious(shown: Shown, shelf: Shelf) -> set[str]:
    past = set(shown.past)
    given = shown.candidates
    pool = given if given is not None else [item for item in shelf.people if item not in past]
    return set(nsmallest(shown.k, pool, key=lambda item: (-shelf.people.get(item, 0), item)))
