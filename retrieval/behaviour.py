"""What the event log teaches, as arrays over the item table: built by ``fit``, read by features."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from palate.retrieval.files import replace_file
from palate.retrieval.interactions import Interactions
from palate.retrieval.neighbours import cosine_neighbours, followers
from palate.retrieval.popularity import Popularity, count_popularity

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FILE = "behaviour.npz"


@dataclass(frozen=True)
class Behaviour:
    """Statistics of the log.

    Attributes:
        neighbours: Undirected cosine, (n_items, n_items) CSR.
        followers: Directed, row i holds what comes after i.
        popularity: Counts by item.
        n_events: Interactions behind all this.
    """

    neighbours: csr_matrix
    followers: csr_matrix
    popularity: Popularity
    n_events: int


def learn_behaviour(interactions: Interactions) -> Behaviour:
    """Builds every statistic from ordered interactions."""
    return Behaviour(
        cosine_neighbours(interactions),
        followers(interactions),
        count_popularity(interactions),
        len(interactions.items),
    )


def save_behaviour(behaviour: Behaviour, folder: Path) -> None:
    """Writes ``behaviour.npz``, all or nothing."""
    parts = {"n_events": np.array(behaviour.n_events)}
    for name in ("neighbours", "followers"):
        matrix = getattr(behaviour, name)
        parts |= {
            f"{name}_data": matrix.data,
            f"{name}_indices": matrix.indices.astype(np.int32),
            f"{name}_indptr": matrix.indptr.astype(np.int64),
        }
    for name in ("people", "late", "liked"):
        parts[name] = getattr(behaviour.popularity, name)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **parts)
    replace_file(folder / FILE, buffer.getbuffer())


def load_behaviour(folder: Path) -> Behaviour:
    """Reads ``behaviour.npz``.

    Raises:
        OSError: It is not there.
        ValueError: It is not what was written.
        KeyError: It lacks a part.
    """
    from scipy.sparse import csr_matrix

    with np.load(folder / FILE, allow_pickle=False) as parts:
        n = len(parts["people"])
        matrices = [
            csr_matrix(
                (parts[f"{name}_data"], parts[f"{name}_indices"], parts[f"{name}_indptr"]),
                shape=(n, n),
            )
            for name in ("neighbours", "followers")
        ]
        popularity = Popularity(parts["people"], parts["late"], parts["liked"])
        return Behaviour(*matrices, popularity, int(parts["n_events"]))
