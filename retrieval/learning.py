"""What a log teaches: statistics, weights of the prior, and what predictions are made from.

The weights are learnt from people's last items: their statistics are built from a log without
those items (the target must not vouch for itself), each target stands in a shuffled list among
sampled items, and afterwards the statistics are built once more from the whole log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.behaviour import Behaviour, learn_behaviour
from palate.retrieval.factors import Factors
from palate.retrieval.features import Context, Values, feature_matrix
from palate.retrieval.forecast.learn import HeldOut, learn_forecasts
from palate.retrieval.forecast.model import Forecasts
from palate.retrieval.forecast.outcomes import log_answers
from palate.retrieval.interactions import Interactions, build_interactions
from palate.retrieval.items import ItemTable
from palate.retrieval.prior import Prior, fit_prior
from palate.retrieval.store import EventArrays
from palate.retrieval.strength import RatingScale
from palate.settings import Settings

#: People whose last items the weights are learnt from, how many of these, lists made of each,
#: and items beside each target.
MOST_PEOPLE = 3000
CUTS, SAMPLES = 2, 1
NEGATIVES = 19
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Source:
    """What is learnt from."""

    events: EventArrays
    table: ItemTable
    settings: Settings
    scale: RatingScale
    without: Collection[tuple[str, str]]
    seed: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a log taught; ``forecasts`` where they were wanted."""

    log: Interactions
    prior: Prior
    behaviour: Behaviour
    forecasts: Forecasts | None


def learn(source: Source, tell: Callable[[str], None], *, foretelling: bool) -> Learnt:
    """Learns from a log.

    Args:
        source: The log, and what it is about.
        tell: Told the name of each step.
        foretelling: Learn what predictions are made from, too.
    """
    events, table, without, seed = source.events, source.table, source.without, source.seed
    strengths = source.settings.strengths
    log = build_interactions(events, table.position, strengths, without=without)
    prior, held = _weights(log, table, {user for user, _ in without}, seed, tell)
    forecasts = None
    if foretelling:
        answers = log_answers(events, table.position, source.scale, without=without)
        forecasts = learn_forecasts(log, answers, table, source.scale, held, progress=tell)
    behaviour = learn_behaviour(log, start=_start(held), seed=seed, progress=tell)
    return Learnt(log, prior, behaviour, forecasts)


def _start(held: HeldOut | None) -> Factors | None:
    """Factors to begin with: those of most of the log."""
    return held.behaviour.factors if held and len(held.behaviour.factors.bias) else None


def _weights(
    log: Interactions,
    table: ItemTable,
    excluded: Collection[str],
    seed: int,
    tell: Callable[[str], None],
) -> tuple[Prior, HeldOut | None]:
    """Learns the weights; also returns the targets, and the statistics without them."""
    rng = np.random.default_rng(seed)
    people = _people(log, excluded, rng)
    if not len(people):
        return Prior(), None
    mask = np.ones(len(log.items), bool)
    for back in range(1, CUTS + 1):
        mask[log.start[people + 1] - back] = False
    behaviour = learn_behaviour(log.keep(mask), seed=seed, progress=tell)
    tell(f"learning the weights from {len(people)} people")
    met = np.flatnonzero(behaviour.popularity.people > 0)
    lists, targets = [], []
    for person in people.tolist() * SAMPLES:
        for back in range(1, CUTS + 1):
            made = training_list(log, table, behaviour, (person, back), met=met, rng=rng)
            if made is not None:
                lists.append(made[0])
                targets.append(made[1])
    places = np.flatnonzero(~mask)
    return fit_prior(lists, targets), HeldOut(behaviour, mask, places)


def _people(
    log: Interactions, excluded: Collection[str], rng: np.random.Generator
) -> NDArray[np.intp]:
    """People with enough of a past."""
    fine = log.lengths() >= _SHORTEST
    if excluded:
        fine &= ~np.isin(np.array(log.users), np.array(list(excluded)))
    # In random order: the lists kept aside are then of other people than those learnt from.
    return rng.permutation(np.flatnonzero(fine))[:MOST_PEOPLE]


def training_list(
    log: Interactions,
    table: ItemTable,
    behaviour: Behaviour,
    cut: tuple[int, int],
    *,
    met: NDArray[np.intp],
    rng: np.random.Generator,
) -> tuple[Values, int] | None:
    """Makes one list: an item that a person came to, shuffled among items sampled at random.

    Args:
        log: All interactions.
        table: The items.
        behaviour: Statistics that know nothing of the target.
        cut: Code of the person, and which of their last items is the target (1 the last).
        met: Rows that somebody has met: the others would be told apart by that alone.
        rng: Chooses and shuffles.

    Returns:
        The feature matrix and the row of the target in it; ``None`` where the target was
        disliked.
    """
    person, back = cut
    start, end = int(log.start[person]), int(log.start[person + 1]) - back
    target = log.items[end]
    if log.strength[end] < 0 or len(met) < 2:
        return None
    context = Context(
        table, behaviour, log.items[start:end].astype(np.intp), log.strength[start:end], {}, {}
    )
    others = rng.choice(met, min(NEGATIVES + 1, len(met)), replace=False)
    others = others[others != target][:NEGATIVES]
    rows = rng.permutation(np.append(others, target)).astype(np.intp)
    return feature_matrix(context, rows), int(np.flatnonzero(rows == target)[0])
