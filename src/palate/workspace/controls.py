"""The controls of a run, over the events of a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from palate.domain import Recommender
from palate.eval.bm25 import BM25
from palate.eval.controls import Identity, ItemKNN, Popularity, Random

if TYPE_CHECKING:
    from palate.workspace.palate import Palate


#: Those that tables call otherwise than configurations do.
_CALLED = {"bm25": "BM25", "item-knn": "item-kNN"}


def control_names(names: Sequence[str]) -> list[str]:
    """Returns what tables call controls."""
    return [_CALLED.get(name, name) for name in names]


def make_controls(palate: Palate, names: Sequence[str], seed: int) -> list[Recommender]:
    """Makes controls by name.

    Args:
        palate: The snapshot.
        names: Such as ``popularity``; the oracle is the harness's own.
        seed: Of the random control.
    """
    events = palate.store.event_arrays()
    makers: dict[str, Callable[[], Recommender]] = {
        "random": lambda: Random(seed, items=events.items),
        "identity": lambda: Identity(events.items),
        "popularity": lambda: Popularity(events),
        "bm25": lambda: BM25(palate.store.all_items(), events),
        "item-knn": lambda: ItemKNN(events),
        "prior": lambda: palate.recommender("prior"),
    }
    return [makers[name]() for name in names]
