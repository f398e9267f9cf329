"""What people did together, and in which order: two sparse item x item matrices.

*Neighbours* are undirected: ``cos(i, j) = n_ij / sqrt((n_i + a) (n_j + a))`` over people who have
both. *Followers* are directed: how often j came shortly after i, lags up to ``LAGS`` weighted
``1 / lag``, over the same norm. ``a`` damps pairs seen once. Each row keeps its strongest entries,
so that a row is read in microseconds whatever the size of the catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from palate.retrieval.interactions import Interactions

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: Longer histories are cut to their newest part: the work grows with the square of it.
LONGEST = 1000
LAGS = 10
#: Damping of rare items, in people.
DAMPING = 2.0
#: Entries kept a row; a catalogue of up to this many items keeps all of them.
KEPT = 512
_DENSE_LIMIT = 6000
_BLOCK = 2048


def cosine_neighbours(interactions: Interactions) -> csr_matrix:
    """Returns the undirected matrix, shape (n_items, n_items), zero diagonal, float32 CSR."""
    people = interactions.newest(LONGEST).matrix()
    counts = np.asarray(people.sum(axis=0)).ravel()
    norm = 1 / np.sqrt(counts + DAMPING)
    return _in_blocks(people.T.tocsr(), people, norm, counts)


def _in_blocks(
    left: csr_matrix, right: csr_matrix, norm: NDArray[np.float32], counts: NDArray[np.float32]
) -> csr_matrix:
    from scipy.sparse import csr_matrix, diags, vstack

    n = left.shape[0]
    if n <= _DENSE_LIMIT and counts.sum() > 50 * n:
        dense = right.toarray()
        product = (dense.T @ dense) * norm[:, None] * norm[None, :]
        np.fill_diagonal(product, 0)
        return strongest(csr_matrix(product.astype(np.float32)), KEPT if n > KEPT * 8 else n)
    rows = []
    for start in range(0, n, _BLOCK):
        block = (left[start : start + _BLOCK] @ right).tocsr()
        block = diags(norm[start : start + _BLOCK]) @ block @ diags(norm)
        block = block.tolil() if block.nnz == 0 else block
        rows.append(strongest(_without_diagonal(block.tocsr(), start), KEPT))
    return vstack(rows, format="csr").astype(np.float32)


def _without_diagonal(block: csr_matrix, start: int) -> csr_matrix:
    row = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
    block.data[block.indices == row + start] = 0
    block.eliminate_zeros()
    return block


def followers(interactions: Interactions) -> csr_matrix:
    """Returns the directed matrix: row i, column j is how strongly j follows i."""
    from scipy.sparse import coo_matrix

    n = interactions.n_items
    items, user = interactions.items, interactions.user
    counts = np.bincount(items, minlength=n)
    norm = 1 / np.sqrt(counts + DAMPING)
    total = coo_matrix((n, n), dtype=np.float32).tocsr()
    for lag in range(1, LAGS + 1):
        same = user[:-lag] == user[lag:]
        before, after = items[:-lag][same], items[lag:][same]
        value = (norm[before] * norm[after] / lag).astype(np.float32)
        total = total + coo_matrix((value, (before, after)), shape=(n, n)).tocsr()
    return strongest(total.tocsr(), KEPT if n > KEPT * 8 else n)


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
