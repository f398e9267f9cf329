"""``fit``: from the event log to the prior's statistics and weights.

The weights are learnt from people's last items: their statistics are built from a log without
those items (the target must not vouch for itself), each target stands in a shuffled list among
sampled items, and afterwards the statistics are built once more from the whole log.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palate.domain import Action
from palate.retrieval.behaviour import Behaviour, learn_behaviour, save_behaviour
from palate.retrieval.factors import Factors
from palate.retrieval.features import Context, Values, feature_matrix
from palate.retrieval.files import drafted, replace_file
from palate.retrieval.forecast.learn import HeldOut, learn_forecasts
from palate.retrieval.forecast.model import Forecasts
from palate.retrieval.forecast.outcomes import log_answers
from palate.retrieval.forecast.stored import save_forecasts
from palate.retrieval.index import Index
from palate.retrieval.interactions import Interactions, build_interactions
from palate.retrieval.items import ItemTable
from palate.retrieval.prior import Prior, fit_prior, save_prior
from palate.retrieval.store import EventArrays, Store
from palate.retrieval.strength import RatingScale
from palate.settings import Settings

STATE = "fit.json"
#: People whose last items the weights are learnt from, how many of these, lists made of each,
#: and items beside each target.
MOST_PEOPLE = 3000
CUTS, SAMPLES = 2, 1
NEGATIVES = 19
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class FitReport:
    """What ``fit`` did."""

    items: int
    people: int
    events: int
    prior: Prior
    seconds: float


def fit(
    store: Store,
    index: Index,
    settings: Settings,
    *,
    without: Collection[tuple[str, str]] = (),
    seed: int = 0,
    foretelling: bool = True,
    progress: Callable[[str], None] | None = None,
) -> FitReport:
    """Builds the prior from the store's events and saves it beside the index.

    Args:
        store: Holds the events.
        index: Up to date; the files go into its folder.
        settings: Strengths of the actions.
        without: (user, item) pairs that must leave no trace in statistics or weights; those
            people's lists take no part in learning the weights either.
        seed: Of the choice of people and of the sampled items.
        foretelling: Learn predictions, too: most of the time goes into them.
        progress: Told the name of each step.

    Raises:
        OSError: The files cannot be written; those of the last fit stay.
    """
    started = time.perf_counter()
    tell = progress or (lambda _: None)
    tell("reading events")
    # Taken before reading: an event that arrives meanwhile makes the fit count as behind.
    version = store.event_version
    events = store.event_arrays()
    source = _Source(events, index.items, settings, store.rating_scale(), without, seed)
    learnt = _learn(source, tell, foretelling=foretelling)
    log, prior = learnt.log, learnt.prior
    with drafted(index.folder, STATE) as draft:
        if learnt.forecasts is not None:
            save_forecasts(learnt.forecasts, draft)
        save_behaviour(learnt.behaviour, draft)
        save_prior(prior, draft)
        _save_state(draft, version, index.items, without)
    people = int((log.lengths() > 0).sum())
    seconds = time.perf_counter() - started
    return FitReport(len(index.items), people, len(log.items), prior, seconds)


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


def _save_state(
    folder: Path, event_version: int, table: ItemTable, without: Collection[tuple[str, str]]
) -> None:
    state = {
        "event_version": event_version,
        "items": len(table),
        "without": pairs_digest(without),
    }
    replace_file(folder / STATE, json.dumps(state).encode())


def pairs_digest(pairs: Collection[tuple[str, str]]) -> str:
    """Returns a fingerprint of a set of pairs: their ids are not kept."""
    return hashlib.sha256(json.dumps(sorted(pairs)).encode()).hexdigest()


def fitted_without(folder: Path) -> str | None:
    """Returns the fingerprint of the pairs that the last fit left out; ``None`` without a fit."""
    without = _load_state(folder).get("without")
    return None if without is None else str(without)


def fitted_events(folder: Path) -> int | None:
    """Returns the store's event version at the last fit; ``None`` if there was none."""
    version = _load_state(folder).get("event_version")
    return version if isinstance(version, int) else None


def _load_state(folder: Path) -> dict[str, object]:
    """Returns what the last fit noted; nothing where there was none or the note is damaged."""
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


@dataclass(frozen=True, slots=True)
class LearntAside:
    """What a log teaches, kept in memory: for judging predictions."""

    table: ItemTable
    behaviour: Behaviour
    forecasts: Forecasts

    def foretell(
        self, action: Action, log: Interactions, answers: Values, place: int
    ) -> tuple[float, float]:
        """Foretells one meeting of a log from the person's past before it.

        Args:
            action: One that there is a leaning for.
            log: Any, over the same items.
            answers: Of its meetings, shape (n,).
            place: Of the meeting in the log.

        Returns:
            The prediction and the control's: the base rate or, for ratings, item and person bias.
        """
        target = self.forecasts.targets[action]
        start = int(log.start[log.user_of(place)])
        history = log.items[start:place].astype(np.intp)
        context = Context(self.table, self.behaviour, history, log.strength[start:place], {}, {})
        rows = np.array([log.items[place]], np.intp)
        value = self.forecasts.foretell(action, context, answers[start:place], rows).values[0]
        if action is not Action.RATE or target.leaning is None:
            return float(value), target.rate
        said = np.isfinite(answers[start:place])
        person = target.leaning.person(history[said], answers[start:place][said])
        bias = float(target.leaning.expected(rows)[0]) + person
        scale = self.forecasts.scale
        return float(value), float(np.clip(bias, scale.low, scale.high))


def learn_aside(
    events: EventArrays,
    table: ItemTable,
    settings: Settings,
    scale: RatingScale,
    *,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> LearntAside:
    """Learns from a part of a log what `fit` learns from all of it, and writes nothing.

    Args:
        events: The part.
        table: The items.
        settings: Strengths of the actions.
        scale: Of the ratings.
        seed: As of `fit`.
        progress: Told the name of each step.
    """
    source = _Source(events, table, settings, scale, (), seed)
    learnt = _learn(source, progress or (lambda _: None), foretelling=True)
    assert learnt.forecasts is not None
    return LearntAside(table, learnt.behaviour, learnt.forecasts)


@dataclass(frozen=True, slots=True)
class _Source:
    """What is learnt from."""

    events: EventArrays
    table: ItemTable
    settings: Settings
    scale: RatingScale
    without: Collection[tuple[str, str]]
    seed: int


@dataclass(frozen=True, slots=True)
class _Learnt:
    """What a log taught; ``forecasts`` where they were wanted."""

    log: Interactions
    prior: Prior
    behaviour: Behaviour
    forecasts: Forecasts | None


def _learn(source: _Source, tell: Callable[[str], None], *, foretelling: bool) -> _Learnt:
    events, table, without, seed = source.events, source.table, source.without, source.seed
    strengths = source.settings.strengths
    log = build_interactions(events, table.position, strengths, without=without)
    prior, held = _weights(log, table, {user for user, _ in without}, seed, tell)
    forecasts = None
    if foretelling:
        answers = log_answers(events, table.position, source.scale, without=without)
        forecasts = learn_forecasts(log, answers, table, source.scale, held, progress=tell)
    behaviour = learn_behaviour(log, start=_start(held), seed=seed, progress=tell)
    return _Learnt(log, prior, behaviour, forecasts)


def _start(held: HeldOut | None) -> Factors | None:
    """Factors to begin with: those of most of the log."""
    return held.behaviour.factors if held and len(held.behaviour.factors.bias) else None
