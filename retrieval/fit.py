"""``fit``: from the event log to the prior's files, and what the last fit was made of."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from palate.retrieval.behaviour import save_behaviour
from palate.retrieval.files import drafted, replace_file
from palate.retrieval.forecast.stored import save_forecasts
from palate.retrieval.index import Index
from palate.retrieval.items import ItemTable
from palate.retrieval.learning import Source, learn
from palate.retrieval.prior import Prior, save_prior
from palate.retrieval.store import Store
from palate.settings import Settings

STATE = "fit.json"


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
    source = Source(events, index.items, settings, store.rating_scale(), without, seed)
    learnt = learn(source, tell, foretelling=foretelling)
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
