"""Several orders of the same items made one: Borda, Kemeny, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray


def borda(orders: Sequence[Sequence[str]], items: Sequence[str]) -> dict[str, float]:
    """Returns item -> mean place from 0 (first), negated; items that an order leaves out share the
    places that it leaves open.

    Source: J.-C. de Borda, 1781; for permutations of a prompt, arXiv 2310.07712.
    """
    total = dict.fromkeys(items, 0.0)
    for order in orders:
        shared = (len(order) + len(items) - 1) / 2
        place = {item: float(rank) for rank, item in enumerate(order)}
        for item in items:
            total[item] -= place.get(item, shared)
    return {item: value / max(len(orders), 1) for item, value in total.items()}


def kemeny(orders: Sequence[Sequence[str]], items: Sequence[str]) -> tuple[str, ...]:
    """Returns an order with few disagreements: sum over orders of Kendall's distance.

    Starts from Borda's order and moves single items while that helps: the result is no worse than
    Borda's, and optimal among its neighbours (the exact one is NP-hard).
    """
    scores = borda(orders, items)
    order = sorted(items, key=lambda item: -scores[item])
    wins = _wins(orders, order)
    places = list(range(len(order)))
    while _moved(places, wins):
        pass
    return tuple(order[place] for place in places)


def _wins(orders: Sequence[Sequence[str]], items: Sequence[str]) -> NDArray[np.float64]:
    """wins[i, j]: in how many orders i stands before j; a draw counts nothing."""
    code = {item: index for index, item in enumerate(items)}
    wins = np.zeros((len(items), len(items)))
    for order in orders:
        rank = np.full(len(items), float(len(items)))
        rank[[code[item] for item in order]] = np.arange(len(order))
        wins += rank[:, None] < rank[None, :]
    return wins


def _moved(places: list[int], wins: NDArray[np.float64]) -> bool:
    """Makes the first single move that lowers the disagreement."""
    for here, item in enumerate(places):
        others = [*places[:here], *places[here + 1 :]]
        # Cost of standing at each place: those before who lose to it, those behind who win.
        before = np.concatenate([[0.0], np.cumsum(wins[item, others])])
        behind = np.concatenate([np.cumsum(wins[others, item][::-1])[::-1], [0.0]])
        cost = before + behind
        best = int(np.argmin(cost))
        if cost[best] < cost[here] - 1e-9:
            places[:] = [*others[:best], item, *others[best:]]
            return True
    return False


def agreement(orders: Sequence[Sequence[str]]) -> float:
    """Returns the mean Kendall tau between the orders, over the items that both hold; 1 for one."""
    taus = [tau for a, b in combinations(orders, 2) if (tau := _tau(a, b)) is not None]
    return sum(taus) / len(taus) if taus else 1.0


def _tau(one: Sequence[str], other: Sequence[str]) -> float | None:
    place = {item: rank for rank, item in enumerate(other)}
    ranks = [place[item] for item in one if item in place]
    pairs = len(ranks) * (len(ranks) - 1) // 2
    if not pairs:
        return None
    same = sum(a < b for a, b in combinations(ranks, 2))
    return 2 * same / pairs - 1
