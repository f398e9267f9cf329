"""Calibration@k: how far a list's tags are from those of the person's history; lower is better.

``KL(p || q~)``, in nats, of the tags' shares in the history, ``p``, from those in the list, ``q``,
with ``q~ = 0.99 q + 0.01 p``; an item spreads its weight over its tags. Source: Steck, *Calibrated
recommendations*, RecSys 2018.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from palate.eval.metrics.beyond.shelf import Shelf, Shown

_MIXED = 0.01


def calibration(shown: Shown, shelf: Shelf) -> float:
    """Returns a value from 0 to ``-ln 0.01``; nan where list or history has no tags."""
    wanted, found = _shares(shown.past, shelf), _shares(shown.items, shelf)
    if not wanted or not found:
        return math.nan
    return sum(
        share * math.log(share / ((1 - _MIXED) * found.get(tag, 0.0) + _MIXED * share))
        for tag, share in wanted.items()
    )


def _shares(items: Iterable[str], shelf: Shelf) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in items:
        tags = shelf.tags.get(item, frozenset())
        for tag in tags:
            weights[tag] = weights.get(tag, 0.0) + 1 / len(tags)
    total = sum(weights.values())
    return {tag: weight / total for tag, weight in sorted(weights.items())}
