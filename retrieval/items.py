"""The indexed catalogue as arrays in this process: what scoring and filtering read.

Rows are in id order. A table never changes; an update writes a new one. Nothing here goes to
disk while recommending, and 100,000 items load in a fraction of a second because the vectors are
mapped, not read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.retrieval.files import FILE_MODE, private_folder, replace_file, sync_files
from palate.retrieval.top import best_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

TAGS = "tags"
#: Gathering this share of the rows costs as much as scoring all of them.
_DENSE_SHARE = 0.3


@dataclass(frozen=True)
class Facet:
    """Which item has which of a field's words.

    Attributes:
        names: The distinct values: tags case-folded, other fields as they are spelled.
        starts: Shape (n + 1,): row ``r`` owns ``columns[starts[r]:starts[r + 1]]``.
        columns: Positions in ``names``, ascending within a row.
    """

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    columns: NDArray[np.int32]

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Name -> its column."""
        return {name: column for column, name in enumerate(self.names)}

    @cached_property
    def matrix(self) -> csr_array:
        """The same as a sparse matrix of float32 ones, shape (n, len(names))."""
        from scipy.sparse import csr_array

        ones = np.ones(len(self.columns), dtype=np.float32)
        shape = (len(self.starts) - 1, len(self.names))
        return csr_array((ones, self.columns, self.starts), shape=shape)

    def having(self, columns: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Returns which rows have at least one of the chosen names.

        Args:
            columns: Shape (len(names),): the chosen ones.

        Returns:
            Shape (n,).
        """
        hits = np.concatenate(([0], np.cumsum(columns[self.columns], dtype=np.int64)))
        return np.asarray(hits[self.starts[1:]] > hits[self.starts[:-1]])

    def of(self, row: int) -> tuple[str, ...]:
        """Returns the names that a row has."""
        return tuple(self.names[c] for c in self.columns[self.starts[row] : self.starts[row + 1]])


@dataclass(frozen=True)
class ItemTable:
    """Immutable arrays over the n indexed items, in id order.

    Attributes:
        ids: Item ids, ascending.
        titles: Their titles.
        vectors: Shape (n, d), float32, unit rows (zero rows for items without words); mapped
            from the file, read-only.
        digests: Shape (n,), uint64: fingerprint of the embedded text of each row.
        numbers: Field -> shape (n,) float64, nan where missing. Only fields whose every value
            is a number, so that a comparison on the array is exact.
        facets: Field -> its words; ``tags``, and fields whose every value is text or a list
            and repeats from item to item.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    vectors: NDArray[np.float32]
    digests: NDArray[np.uint64]
    numbers: Mapping[str, NDArray[np.float64]]
    facets: Mapping[str, Facet]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """Item id -> its row."""
        return {item: row for row, item in enumerate(self.ids)}

    @property
    def tags(self) -> csr_array:
        """Sparse (n, n_tags) of ones."""
        return self.facets[TAGS].matrix

    @property
    def tag_names(self) -> tuple[str, ...]:
        """Case-folded tags, in the order of the columns of ``tags``."""
        return self.facets[TAGS].names

    @cached_property
    def year(self) -> NDArray[np.float64]:
        """The field ``year``, shape (n,); all nan in a catalogue without it."""
        found = self.numbers.get("year")
        return np.full(len(self), np.nan) if found is None else found

    @cached_property
    def newest_year(self) -> float:
        """The highest year of all; 0 in a catalogue without years."""
        return float(np.nanmax(self.year)) if np.isfinite(self.year).any() else 0.0

    @cached_property
    def newest_first(self) -> NDArray[np.intp]:
        """All rows, the newest year first, those without one last."""
        return np.argsort(-np.nan_to_num(self.year, nan=-1.0), kind="stable")

    @cached_property
    def worded(self) -> NDArray[np.bool_]:
        """Which rows have a vector at all, shape (n,)."""
        return np.asarray(np.einsum("ij,ij->i", self.vectors, self.vectors) > 0)

    def rows(self, ids: Sequence[str]) -> NDArray[np.intp]:
        """Returns the rows of those ids that the table has, in the order given."""
        found = (self.position.get(item) for item in ids)
        return np.array([row for row in found if row is not None], dtype=np.intp)

    def cosine(
        self, vector: NDArray[np.float32], rows: NDArray[np.intp] | None = None
    ) -> NDArray[np.float32]:
        """Returns the cosine of a vector with each of the rows (all, if none are named).

        Args:
            vector: Shape (d,), of any length; a zero vector gives zeros.
            rows: Row numbers, shape (m,).
        """
        length = float(np.linalg.norm(vector))
        unit = np.asarray(vector / length if length else vector, dtype=np.float32)
        if rows is None:
            return np.asarray(self.vectors @ unit)
        if rows.size > _DENSE_SHARE * len(self):
            return np.asarray((self.vectors @ unit)[rows])
        return np.asarray(self.vectors[rows] @ unit)

    def nearest(
        self,
        vector: NDArray[np.float32],
        limit: int,
        allowed: NDArray[np.bool_] | None = None,
    ) -> list[tuple[str, float]]:
        """Finds the nearest items exactly, by a scan.

        Args:
            vector: Shape (d,).
            limit: How many at most.
            allowed: Shape (n,): rows that may be returned; ``None`` for all.

        Returns:
            Ids with their cosine, best first; items without a vector are never among them.
        """
        if not vector.any():
            return []
        usable = self.worded if allowed is None else self.worded & allowed
        rows = np.flatnonzero(usable)
        scores = self.cosine(vector, None if rows.size == len(self) else rows)
        best = best_rows(scores, limit)
        return [(self.ids[rows[i]], float(scores[i])) for i in best]


def save_table(table: ItemTable, folder: Path) -> None:
    """Writes a table into a new folder; the file ``table.json`` comes last."""
    private_folder(folder)
    names = {field: list(facet.names) for field, facet in table.facets.items()}
    for order, facet in enumerate(table.facets.values()):
        _save(folder / f"facet{order}-starts.npy", facet.starts)
        _save(folder / f"facet{order}-columns.npy", facet.columns)
    for order, numbers in enumerate(table.numbers.values()):
        _save(folder / f"number{order}.npy", numbers)
    _save(folder / "vectors.npy", table.vectors)
    _save(folder / "digests.npy", table.digests)
    sync_files(folder)
    head = {
        "ids": table.ids,
        "titles": table.titles,
        "facets": names,
        "numbers": list(table.numbers),
    }
    replace_file(folder / "table.json", json.dumps(head).encode())


def load_table(folder: Path) -> ItemTable:
    """Reads a table.

    Raises:
        OSError: A file is missing.
        ValueError: A file is not what was written, or the files do not belong together.
        KeyError: ``table.json`` lacks a part.
    """
    head = json.loads((folder / "table.json").read_bytes())
    facets = {
        field: Facet(
            tuple(names),
            np.load(folder / f"facet{order}-starts.npy"),
            np.load(folder / f"facet{order}-columns.npy"),
        )
        for order, (field, names) in enumerate(head["facets"].items())
    }
    table = ItemTable(
        ids=tuple(head["ids"]),
        titles=tuple(head["titles"]),
        vectors=np.asarray(np.load(folder / "vectors.npy", mmap_mode="r")),
        digests=np.load(folder / "digests.npy"),
        numbers={
            field: np.load(folder / f"number{order}.npy")
            for order, field in enumerate(head["numbers"])
        },
        facets=facets,
    )
    _check(table)
    return table


def _check(table: ItemTable) -> None:
    lengths = {len(table.titles), len(table.vectors), len(table.digests)}
    lengths |= {len(numbers) for numbers in table.numbers.values()}
    lengths |= {len(facet.starts) - 1 for facet in table.facets.values()}
    if lengths != {len(table.ids)}:
        raise ValueError(f"the item table has parts of different lengths: {sorted(lengths)}")


def _save(path: Path, array: NDArray[Any]) -> None:
    np.save(path, np.ascontiguousarray(array), allow_pickle=False)
    path.chmod(FILE_MODE)
