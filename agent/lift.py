"""The lift cap: how far a model that has read strangers' text may raise an item.

Whoever can write a title can write an instruction into it. The cap bounds what such an instruction
can gain: ``final place >= prior place - cap`` for every item, whatever the model answered.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence


def hold_down(wanted: Sequence[str], place: Mapping[str, int], cap: int) -> list[str]:
    """Returns the order nearest to the wanted one in which nothing is lifted too far.

    Each place takes, of the items that may stand there, the one that is wanted highest: unit jobs
    with release times. Giving a place to any other item ``z`` and swapping the two later on removes
    at least one inverted pair and never breaks a bound, so this is the one order with the fewest
    pairs inverted (Kendall's distance). There is always such an item: ``t + cap + 1`` items, or
    all of them, may stand at place ``t``, and ``t`` are gone.

    Args:
        wanted: Every item once, best first.
        place: Item -> its place by the prior, from 0, without gaps.
        cap: Places, at least 0; 0 leaves the prior's order.
    """
    waiting = sorted(range(len(wanted)), key=lambda spot: place[wanted[spot]], reverse=True)
    free: list[int] = []
    found: list[str] = []
    for now in range(len(wanted)):
        while waiting and place[wanted[waiting[-1]]] - cap <= now:
            heapq.heappush(free, waiting.pop())
        found.append(wanted[heapq.heappop(free)])
    return found
