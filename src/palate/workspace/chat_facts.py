"""What the store says of the items that meet conditions: how many, which, with which values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from palate.agent.chat.desk import Facts
from palate.domain import Constraint, Item
from palate.retrieval.constraints import Checker
from palate.retrieval.masks import Decided, allowed_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from palate.retrieval.pool import Retriever


def ids_of(retriever: Retriever, constraints: Sequence[Constraint]) -> list[str]:
    """Returns the ids of the items that meet all constraints."""
    ids = retriever.index.items.ids
    return [ids[row] for row in _met(retriever, constraints).tolist()]


def values_of(
    retriever: Retriever, field: str, constraints: Sequence[Constraint]
) -> list[tuple[str, int]]:
    """Returns the values of a field of words and how many items have each, the commonest first.

    Args:
        retriever: Over the catalogue.
        field: One that holds words.
        constraints: What an item must meet to count.
    """
    counts: Counter[str] = Counter()
    for item in retriever.items(ids_of(retriever, constraints)).values():
        value = item.fields.get(field, ())
        if isinstance(value, str | tuple):
            counts.update((value,) if isinstance(value, str) else value)
    return counts.most_common()


def _met(retriever: Retriever, constraints: Sequence[Constraint]) -> NDArray[np.intp]:
    """Returns the rows of the items that meet all constraints."""
    table = retriever.index.items
    decided = Decided(table)
    rows = np.flatnonzero(allowed_rows(table, constraints, known=decided))
    if any(one.field == "seen" or decided.of(one) is None for one in constraints):
        items = retriever.items([table.ids[row] for row in rows.tolist()])
        checker = Checker(tuple(constraints))
        rows = np.array([r for r in rows.tolist() if _holds(checker, items, table.ids[r])], np.intp)
    return rows


def facts_of(
    retriever: Retriever, constraints: Sequence[Constraint], field: str, *, least: bool, n: int
) -> Facts:
    """Answers from the store: how many items meet constraints, and which have most of a field.

    Args:
        retriever: Over the catalogue.
        constraints: All must hold; items are read where arrays cannot tell.
        field: A numeric field to order by; by how many met them without one.
        least: Order from the lowest value.
        n: How many items to return.
    """
    table, rows = retriever.index.items, _met(retriever, constraints)
    values = table.numbers.get(field)
    order = retriever.behaviour.popularity.people if values is None else values
    known = rows[np.isfinite(order[rows])] if values is not None else rows
    ranked = known[np.argsort(order[known] if least else -order[known], kind="stable")][:n]
    chosen = retriever.items([table.ids[row] for row in ranked.tolist()])
    if values is None or not len(known):
        return Facts(len(rows), tuple(chosen.values()))
    low, high = np.quantile(values[known], (1 / 3, 2 / 3), method="nearest").tolist()
    return Facts(len(rows), tuple(chosen.values()), float(values[known].mean()), (low, high))


def _holds(checker: Checker, items: Mapping[str, Item], item: str) -> bool:
    return item in items and checker.holds(items[item])
