"""What people did together, and in which order: two sparse item x item matrices.

*Neighbours* are undirected: ``cos(i, j) = n_ij / sqrt(n_i n_j + a)`` over people who have both.
*Followers* are directed: how much more often j came at most ``WINDOW`` items after i than chance
would have it, ``log((c_ij + 2) / (e_ij + 2))`` with ``e_ij = c_i. c_.j / c``. Each row keeps its
strongest entries, so that a row is read in microseconds whatever the size of the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.interactions import Interactions

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Rows = NDArray[np.intp]
#: Longer histories are cut to their newest part: the work grows with the square of it.
LONGEST = 1000
WINDOW = 3
#: Damping of rare pairs, in squared people.
DAMPING = 25.0
#: Entries kept a row; a catalogue of up to this many items keeps all of them.
KEPT = 512
_DENSE_LIMIT = 6000
_BLOCK = 2048


def cosine_neighbours(interactions: Interactions) -> csr_matrix:
    """Returns the undirected matrix, shape (n_items, n_items), zero diagonal, float32 CSR."""
    people = interactions.newest(LONGEST).matrix()
    counts = np.asarray(people.sum(axis=0), np.float32).ravel()
    return _in_blocks(people.T.tocsr(), people, counts)


def _in_blocks(left: csr_matrix, right: csr_matrix, counts: NDArray[np.float32]) -> csr_matrix:
    """Multiplies block by block: the whole product of a large catalogue does not fit."""
    from scipy.sparse import csr_matrix, vstack

    n = left.shape[0]
    if n <= _DENSE_LIMIT and counts.sum() > 50 * n:
        dense = right.toarray()
        product = (dense.T @ dense) / np.sqrt(np.outer(counts, counts) + DAMPING)
        np.fill_diagonal(product, 0)
        return strongest(csr_matrix(product.astype(np.float32)), kept_of(n))
    rows = []
    for start in range(0, n, _BLOCK):
        block = _without_diagonal((left[start : start + _BLOCK] @ right).tocsr(), start)
        row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr)) + start
        block.data = block.data / np.sqrt(counts[row] * counts[block.indices] + DAMPING)
        rows.append(strongest(block, KEPT))
    return csr_matrix(vstack(rows, format="csr"), dtype=np.float32)


def kept_of(n: int) -> int:
    """Returns how many entries a row keeps; a small catalogue keeps all."""
    return KEPT if n > 8 * KEPT else n


def _without_diagonal(block: csr_matrix, start: int) -> csr_matrix:
    row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    block.data[block.indices == row + start] = 0
    block.eliminate_zeros()
    return block


@dataclass(frozen=True)
class Followers:
    """Directed counts, ready to be turned into lifts.

    Attributes:
        counts: ``log(1 + c_ij / 2)`` as CSR, shape (n_items, n_items).
        leaving: ``c_i.``, shape (n_items,).
        coming: ``c_.j / c``, shape (n_items,).
    """

    counts: csr_matrix
    leaving: NDArray[np.float32]
    coming: NDArray[np.float32]

    def lift(
        self, spread: NDArray[np.float32], given: Rows, weights: NDArray[np.float32], rows: Rows
    ) -> NDArray[np.float32]:
        """Returns ``sum_i w_i log((c_ij + 2) / (e_ij + 2))`` for each row j.

        Args:
            spread: ``weights @ counts[given]``, shape (n_items,).
            given: Items of the history, shape (h,).
            weights: Theirs, shape (h,).
            rows: Items asked about, shape (m,).
        """
        chance = np.log1p(np.outer(self.leaving[given], self.coming[rows]) / 2)
        return np.asarray(spread[rows] - weights @ chance, np.float32)


def count_followers(interactions: Interactions) -> Followers:
    """Counts what comes at most ``WINDOW`` items after what."""
    from scipy.sparse import coo_matrix

    n = interactions.n_items
    items, user = interactions.items, interactions.user
    before, after = [], []
    for lag in range(1, WINDOW + 1):
        same = user[:-lag] == user[lag:]
        before.append(items[:-lag][same])
        after.append(items[lag:][same])
    first, second = np.concatenate(before), np.concatenate(after)
    ones = np.ones(len(first), np.float32)
    counts = coo_matrix((ones, (first, second)), shape=(n, n)).tocsr()
    counts.data = np.log1p(counts.data / 2)
    return Followers(
        strongest(counts, kept_of(n)),
        np.bincount(first, minlength=n).astype(np.float32),
        (np.bincount(second, minlength=n) / max(len(second), 1)).astype(np.float32),
    )


def strongest(matrix: csr_matrix, kept: int) -> csr_matrix:
    """Returns the matrix with only the ``kept`` largest entries of each row."""
    from scipy.sparse import csr_matrix

    lengths = np.diff(matrix.indptr)
    if lengths.max(initial=0) <= kept:
        matrix.sort_indices()
        return matrix
    row = np.repeat(np.arange(matrix.shape[0]), lengths)
    order = np.lexsort((-matrix.data, row))
    place = np.arange(len(order)) - matrix.indptr[:-1][row]
    chosen = order[place < kept]
    result = csr_matrix(
        (matrix.data[chosen], (row[chosen], matrix.indices[chosen])), shape=matrix.shape
    )
    result.sort_indices()
    return result
