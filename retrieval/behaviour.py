"""What the event log teaches, as arrays over the item table: built by ``fit``, read by features."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.factors import Factors, learn_factors
from palate.retrieval.files import replace_file
from palate.retrieval.interactions import Interactions
from palate.retrieval.neighbours import Followers, cosine_neighbours, count_followers
from palate.retrieval.popularity import Popularity, count_popularity
from palate.retrieval.regression import Regression, learn_regression

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FILE, WEIGHTS = "behaviour.npz", "regression.npy"


@dataclass(frozen=True)
class Behaviour:
    """Statistics of the log.

    Attributes:
        neighbours: Undirected cosine, (n_items, n_items) CSR.
        followers: Directed counts.
        regression: Every item regressed on the others.
        factors: What comes next, learnt.
        popularity: Counts by item.
        n_events: Interactions behind all this.
    """

    neighbours: csr_matrix
    followers: Followers
    regression: Regression
    factors: Factors
    popularity: Popularity
    n_events: int


def learn_behaviour(
    log: Interactions,
    *,
    start: Factors | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Behaviour:
    """Builds every statistic from ordered interactions.

    Args:
        log: The interactions.
        start: Factors learnt from most of the same log: one more pass brings in the rest.
        seed: Of the factors.
        progress: Told the name of each step.
    """
    if start is not None:
        factors = learn_factors(log, start=start, epochs=1, seed=seed, progress=progress)
    else:
        factors = learn_factors(log, seed=seed, progress=progress)
    if progress:
        progress("counting what people do together")
    return Behaviour(
        cosine_neighbours(log),
        count_followers(log),
        learn_regression(log),
        factors,
        count_popularity(log),
        len(log.items),
    )


def save_behaviour(behaviour: Behaviour, folder: Path) -> None:
    """Writes ``behaviour.npz`` and ``regression.npy``, each all or nothing."""
    followers, regression = behaviour.followers, behaviour.regression
    factors, popularity = behaviour.factors, behaviour.popularity
    parts: dict[str, NDArray[np.generic]] = {
        "n_events": np.array(behaviour.n_events),
        "leaving": followers.leaving,
        "coming": followers.coming,
        "regression_place": regression.place,
        "regression_rows": regression.rows,
        "factors_place": factors.place,
        "factors_given": factors.given,
        "factors_next": factors.next,
        "factors_bias": factors.bias,
        "people": popularity.people,
        "late": popularity.late,
        "liked": popularity.liked,
    }
    parts |= _sparse_parts("neighbours", behaviour.neighbours)
    parts |= _sparse_parts("followers", followers.counts)
    _write(folder / WEIGHTS, lambda buffer: np.save(buffer, regression.weights))
    _write(folder / FILE, lambda buffer: np.savez(buffer, allow_pickle=False, **parts))


def _sparse_parts(name: str, matrix: csr_matrix) -> dict[str, NDArray[np.generic]]:
    return {
        f"{name}_data": matrix.data,
        f"{name}_indices": matrix.indices.astype(np.int32),
        f"{name}_indptr": matrix.indptr.astype(np.int64),
    }


def _write(path: Path, save: Callable[[io.BytesIO], None]) -> None:
    buffer = io.BytesIO()
    save(buffer)
    replace_file(path, buffer.getvalue())


@contextmanager
def _parts(file: BinaryIO) -> Iterator[Mapping[str, NDArray[Any]]]:
    from zipfile import BadZipFile

    try:
        with np.load(file, allow_pickle=False) as parts:
            yield parts
    except (BadZipFile, EOFError) as error:
        raise ValueError(f"{FILE} is damaged: {error}") from None


def load_behaviour(folder: Path) -> Behaviour:
    """Reads what ``save_behaviour`` wrote; the regression's weights are mapped, not read.

    Raises:
        OSError: A file is not there.
        ValueError: A file is not what was written.
        KeyError: A part is missing.
    """
    from scipy.sparse import csr_matrix

    weights = np.load(folder / WEIGHTS, mmap_mode="r", allow_pickle=False)
    # Opened here: NumPy would leave a file that is no archive open.
    with (folder / FILE).open("rb") as file, _parts(file) as parts:
        n = len(parts["people"])
        neighbours, followers = (
            csr_matrix(
                (parts[f"{name}_data"], parts[f"{name}_indices"], parts[f"{name}_indptr"]),
                shape=(n, n),
            )
            for name in ("neighbours", "followers")
        )
        if len(weights) != len(parts["regression_rows"]):
            raise ValueError(f"{WEIGHTS} does not belong to {FILE}")
        return Behaviour(
            neighbours,
            Followers(followers, parts["leaving"], parts["coming"]),
            Regression(parts["regression_place"], parts["regression_rows"], weights),
            Factors(*(parts[f"factors_{name}"] for name in ("place", "given", "next", "bias"))),
            Popularity(parts["people"], parts["late"], parts["liked"]),
            int(parts["n_events"]),
        )
