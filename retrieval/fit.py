"""``fit``: from the event log to the prior's statistics and weights.

The weights are learnt from people's last items: their statistics are built from a log without
those items (the target must not vouch for itself), each target stands in a shuffled list among
sampled items, and afterwards the statistics are built once more from the whole log.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.behaviour import Behaviour, learn_behaviour, save_behaviour
from palate.retrieval.features import Context, Values, feature_matrix
from palate.retrieval.files import replace_file
from palate.retrieval.index import Index
from palate.retrieval.interactions import Interactions, build_interactions
from palate.retrieval.items import ItemTable
from palate.retrieval.prior import Prior, fit_prior, save_prior
from palate.retrieval.store import Store
from palate.settings import Settings

STATE = "fit.json"
#: People whose last item the weights are learnt from, and items beside each target.
MOST_LISTS = 4000
NEGATIVES = 19
_SHORTEST = 5


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
        progress: Told the name of each step.

    Raises:
        OSError: The files cannot be written.
    """
    started = time.perf_counter()
    tell = progress or (lambda _: None)
    tell("reading events")
    # Taken before reading: an event that arrives meanwhile makes the fit count as behind.
    version = store.event_version
    log = build_interactions(
        store.event_arrays(), index.items.position, settings.strengths, without=without
    )
    prior = _weights(log, index.items, {user for user, _ in without}, seed, tell)
    tell("counting what people do together")
    save_behaviour(learn_behaviour(log), index.folder)
    save_prior(prior, index.folder)
    _save_state(index.folder, version, index.items)
    people = int((log.lengths() > 0).sum())
    seconds = time.perf_counter() - started
    return FitReport(len(index.items), people, len(log.items), prior, seconds)


def _weights(
    log: Interactions,
    table: ItemTable,
    excluded: Collection[str],
    seed: int,
    tell: Callable[[str], None],
) -> Prior:
    rng = np.random.default_rng(seed)
    people = _people(log, excluded, rng)
    if not len(people):
        return Prior()
    tell("counting without the last items")
    last = log.start[people + 1] - 1
    mask = np.ones(len(log.items), bool)
    mask[last] = False
    behaviour = learn_behaviour(log.keep(mask))
    tell(f"learning the weights from {len(people)} people")
    lists, targets = [], []
    for person in people:
        matrix, target = training_list(log, table, behaviour, int(person), rng)
        lists.append(matrix)
        targets.append(target)
    return fit_prior(lists, targets)


def _people(
    log: Interactions, excluded: Collection[str], rng: np.random.Generator
) -> NDArray[np.intp]:
    """People with enough of a past whose last item was not disliked."""
    lengths = log.lengths()
    last = np.maximum(log.start[1:] - 1, 0)
    fine = lengths >= _SHORTEST
    if len(log.items):
        fine &= log.strength[last] >= 0
    fine &= ~np.isin(np.array(log.users), np.array(list(excluded))) if excluded else True
    people = np.flatnonzero(fine)
    return np.sort(rng.permutation(people)[:MOST_LISTS])


def training_list(
    log: Interactions,
    table: ItemTable,
    behaviour: Behaviour,
    person: int,
    rng: np.random.Generator,
) -> tuple[Values, int]:
    """Makes one list: a person's last item, shuffled among items sampled at random.

    Returns:
        The feature matrix, and the row of the target in it.
    """
    start, end = int(log.start[person]), int(log.start[person + 1])
    target = log.items[end - 1]
    context = Context(
        table, behaviour, log.items[start : end - 1].astype(np.intp),
        log.strength[start : end - 1], {}, {},
    )  # fmt: skip
    others = rng.choice(len(table), min(NEGATIVES, len(table) - 1), replace=False)
    rows = rng.permutation(np.append(others[others != target], target)).astype(np.intp)
    return feature_matrix(context, rows), int(np.flatnonzero(rows == target)[0])


def _save_state(folder: Path, event_version: int, table: ItemTable) -> None:
    state = {"event_version": event_version, "items": len(table)}
    replace_file(folder / STATE, json.dumps(state).encode())


def fitted_events(folder: Path) -> int | None:
    """Returns the store's event version at the last fit; ``None`` if there was none."""
    try:
        return int(json.loads((folder / STATE).read_text(encoding="utf-8"))["event_version"])
    except (OSError, ValueError, KeyError):
        return None
