"""One table of what stands beside the ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A table with a title, and what must be said of it.

    Attributes:
        heads: Of the columns after the first, which holds the names.
        rows: Name -> cells.
        first: Head of the first column.
    """

    title: str
    note: str
    heads: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    first: str = "variant"
