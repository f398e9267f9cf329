"""A few rows of a large sparse matrix: gathered once, then added up or looked into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Rows = NDArray[np.intp]
Values = NDArray[np.float32]


@dataclass(frozen=True)
class Entries:
    """The entries of some rows of a sparse matrix, one row after the other.

    SciPy's own slicing of a few rows costs more than everything that is done with them.

    Attributes:
        rows: How many entries each row has, shape (h,).
        columns: Column of each entry, shape (m,), ascending within a row.
        amounts: Value of each entry, shape (m,).
        size: Columns of the matrix.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.int32]
    amounts: Values
    size: int

    @classmethod
    def of(cls, matrix: csr_matrix, rows: Rows) -> Entries:
        """Gathers the entries of rows."""
        first, last = matrix.indptr[rows], matrix.indptr[rows + 1]
        spans = [slice(a, z) for a, z in zip(first.tolist(), last.tolist(), strict=True)]
        columns = [matrix.indices[span] for span in spans] or [np.zeros(0, np.int32)]
        amounts = [matrix.data[span] for span in spans] or [np.zeros(0, np.float32)]
        size = int(matrix.shape[1])
        return cls(last - first, np.concatenate(columns), np.concatenate(amounts), size)

    def spread(self, weights: Values) -> Values:
        """Returns ``weights @ rows`` as a dense vector; weights up to 0.001 are left out."""
        counted = np.where(weights > 1e-3, weights, 0).astype(np.float32)
        out = np.zeros(self.size, np.float32)
        np.add.at(out, self.columns, self.amounts * np.repeat(counted, self.rows))
        return out

    def at(self, columns: Rows) -> Values:
        """Returns some different columns of the rows, dense, shape (h, len(columns))."""
        place = np.full(self.size, -1, np.int32)
        place[columns] = np.arange(len(columns), dtype=np.int32)
        found = place[self.columns]
        met = np.flatnonzero(found >= 0)
        out = np.zeros((len(self.rows), len(columns)), np.float32)
        owner = np.repeat(np.arange(len(self.rows)), self.rows)
        out[owner[met], found[met]] = self.amounts[met]
        return out


def spread(matrix: csr_matrix, rows: Rows, weights: Values) -> Values:
    """Returns ``weights @ matrix[rows]`` as a dense vector, touching those rows only."""
    heavy = np.flatnonzero(weights > 1e-3)
    return Entries.of(matrix, rows[heavy]).spread(weights[heavy])
