"""Collects items, one after another, into the columns of an `ItemTable`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from palate.domain import FieldValue, Item
from palate.retrieval.items import TAGS, Facet, ItemTable

if TYPE_CHECKING:
    from numpy.typing import NDArray


class FacetBuilder:
    """Grows a `Facet` row by row."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}
        self._columns: list[int] = []
        self._ends: list[int] = [0]

    def add(self, row: int, names: tuple[str, ...]) -> None:
        """Gives a row its names; rows come in ascending order and may be left out."""
        self._pad(row)
        columns = {self._index.setdefault(name, len(self._index)) for name in names if name}
        self._columns.extend(columns)
        self._ends.append(len(self._columns))

    def build(self, count: int) -> Facet:
        """Returns the facet over ``count`` rows, its names in alphabetical order."""
        self._pad(count)
        names = sorted(self._index)
        order = np.empty(len(names), dtype=np.int32)
        order[[self._index[name] for name in names]] = np.arange(len(names), dtype=np.int32)
        starts = np.array(self._ends, dtype=np.int64)
        columns = order[np.array(self._columns, dtype=np.int64)]
        owner = np.repeat(np.arange(count), np.diff(starts))
        return Facet(tuple(names), starts, columns[np.lexsort((columns, owner))])

    def repeats(self, count: int) -> bool:
        """Returns whether the names say something about groups of items, not about each."""
        return len(self._index) <= max(64, len(self._columns) // 2, count // 2)

    def _pad(self, row: int) -> None:
        self._ends.extend([len(self._columns)] * (row + 1 - len(self._ends)))


class TableBuilder:
    """Takes items in id order and makes their `ItemTable`."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._titles: list[str] = []
        self._tags = FacetBuilder()
        self._facets: dict[str, FacetBuilder] = {}
        self._numbers: dict[str, dict[int, float]] = {}

    def add(self, item: Item) -> None:
        """Appends one item.

        Raises:
            ValueError: It does not come after the last one in the order of code points.
        """
        row = len(self._ids)
        if self._ids and item.id <= self._ids[-1]:
            raise ValueError(f"items out of order: {item.id!r} after {self._ids[-1]!r}")
        self._ids.append(item.id)
        self._titles.append(item.title)
        self._tags.add(row, tuple(tag.strip().casefold() for tag in item.tags))
        for name, value in item.fields.items():
            self._field(row, name, value)

    def _field(self, row: int, name: str, value: FieldValue) -> None:
        if isinstance(value, bool):
            value = str(value)
        if isinstance(value, str | tuple):
            words = value if isinstance(value, tuple) else (value,)
            self._facets.setdefault(name, FacetBuilder()).add(row, words)
        elif math.isfinite(value):
            self._numbers.setdefault(name, {})[row] = float(value)

    def build(self, vectors: NDArray[np.float32], digests: NDArray[np.uint64]) -> ItemTable:
        """Returns the table.

        Args:
            vectors: Shape (n, d), a row for each item added.
            digests: Shape (n,).
        """
        count = len(self._ids)
        facets = {TAGS: self._tags.build(count)}
        for name, builder in sorted(self._facets.items()):
            # A field of mixed kinds is left to the exact check of each item.
            if name not in self._numbers and name != TAGS and builder.repeats(count):
                facets[name] = builder.build(count)
        numbers = {
            name: _column(values, count)
            for name, values in sorted(self._numbers.items())
            if name not in self._facets
        }
        return ItemTable(tuple(self._ids), tuple(self._titles), vectors, digests, numbers, facets)


def _column(values: Mapping[int, float], count: int) -> NDArray[np.float64]:
    column = np.full(count, np.nan)
    column[list(values)] = list(values.values())
    return column
