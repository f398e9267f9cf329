"""Fusion of the prior with a model's opinion.

    score(i) = log P_prior(i) + weight * u(i)

where ``u`` is the model's log-utility of the item: its log-probabilities where the ranker has them,
else those of a Plackett-Luce model read off its order, ``u(rank r of m) = -log(r)``, centred. Items
that the model left out share the utility of the places that it left open: an opinion about some
says nothing about which of the others is best.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from palate.agent.lift import hold_down
from palate.domain import Candidate, Opinion, RankBy


def utilities(opinion: Opinion, pool: Sequence[str]) -> dict[str, float]:
    """Returns the model's centred log-utility of each item of the pool.

    Args:
        opinion: Its order may be partial.
        pool: Item ids that the model was shown.
    """
    if opinion.logprobs:
        floor = min(opinion.logprobs.values()) - 1e-6
        raw = {item: opinion.logprobs.get(item, floor) for item in pool}
    else:
        raw = _from_ranks(opinion.order, pool)
    mean = sum(raw.values()) / max(len(raw), 1)
    return {item: value - mean for item, value in raw.items()}


def _from_ranks(order: Sequence[str], pool: Sequence[str]) -> dict[str, float]:
    placed = {item: -math.log(rank) for rank, item in enumerate(order, start=1)}
    open_places = [-math.log(rank) for rank in range(len(placed) + 1, len(pool) + 1)]
    shared = sum(open_places) / len(open_places) if open_places else 0.0
    return {item: placed.get(item, shared) for item in pool}


def fuse(
    candidates: Sequence[Candidate],
    opinion: Opinion,
    *,
    shown: Sequence[str],
    weight: float,
    rank_by: RankBy,
    lift_cap: int | None = None,
) -> dict[str, float]:
    """Scores every candidate; those that the model was not shown come after those it was.

    Args:
        candidates: Best prior first.
        opinion: The model's.
        shown: Item ids that the model was shown: the first ones by the prior.
        weight: Of the opinion, at least 0.
        rank_by: ``prior`` and ``model`` force one of the two.
        lift_cap: Places that an item may stand above its prior rank; ``None`` for no bound.

    Returns:
        Item id -> score, strictly decreasing in the final order, which is the dict's order.
    """
    utility = utilities(opinion, shown)
    prior = {candidate.item.id: candidate.prior for candidate in candidates}
    place = {item: rank for rank, item in enumerate(prior)}
    prior_share, model_share = {"prior": (1, 0), "model": (0, 1), "fused": (1, weight)}[rank_by]

    def score(item: str) -> float:
        return prior_share * prior[item] + model_share * utility[item]

    window = sorted(shown, key=lambda item: (-score(item), place[item]))
    rest = [item for item in prior if item not in utility]
    wanted = {item: score(item) for item in window} | {item: prior[item] for item in rest}
    order = list(wanted) if lift_cap is None else hold_down(list(wanted), place, lift_cap)
    return descending((item, wanted[item]) for item in order)


def descending(scored: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Returns the scores of an order, lowered where they would not fall along it."""
    found: dict[str, float] = {}
    last = math.inf
    for item, score in scored:
        # Where scores are large, the next number below is more than a billionth away.
        last = min(score, last - 1e-9, math.nextafter(last, -math.inf))
        found[item] = last
    return found


def ranked(scores: Mapping[str, float]) -> tuple[str, ...]:
    """Returns ids, best first."""
    return tuple(scores)
