"""Constraints over the whole catalogue at once, where the arrays can decide them.

What arrays cannot decide lets every row pass here; the exact check of each item follows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from palate.domain import Constraint, Op
from palate.retrieval.constraints import NEGATIVE, Checker, as_number, wants_seen
from palate.retrieval.items import Facet, ItemTable

_COMPARE = {
    Op.EQ: np.equal,
    Op.LT: np.less,
    Op.LE: np.less_equal,
    Op.GT: np.greater,
    Op.GE: np.greater_equal,
}
#: Constraints whose rows are kept, at a byte an item.
_KEPT = 64


def allowed_rows(
    table: ItemTable,
    constraints: Sequence[Constraint],
    seen: Collection[str] = (),
    known: Decided | None = None,
) -> NDArray[np.bool_]:
    """Returns which rows may still meet every constraint, shape (n,).

    Args:
        table: The items.
        constraints: All must hold.
        seen: Item ids that the person already knows.
        known: What was decided of this table before; it is added to.
    """
    decided = known if known is not None else Decided(table)
    mask = np.ones(len(table), bool)
    for constraint in constraints:
        if constraint.field == "seen":
            mask &= _seen(table, constraint, seen)
        elif (one := decided.of(constraint)) is not None:
            mask &= one
    return mask


def _seen(table: ItemTable, constraint: Constraint, seen: Collection[str]) -> NDArray[np.bool_]:
    known = np.zeros(len(table), bool)
    known[table.rows(list(seen))] = True
    return known if wants_seen(constraint) else ~known


class Decided:
    """Which rows of a table meet a constraint; people ask for the same ones again and again."""

    def __init__(self, table: ItemTable) -> None:
        self._table = table
        self._kept: OrderedDict[object, NDArray[np.bool_] | None] = OrderedDict()

    def of(self, constraint: Constraint) -> NDArray[np.bool_] | None:
        """Returns the rows that may meet a constraint, shape (n,); ``None`` for all of them."""
        # 1 and True are equal, and yet not the same thing to compare with.
        key = (constraint, type(constraint.value))
        if key not in self._kept:
            decided = self._decide(constraint)
            self._kept[key] = decided
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            return decided
        return self._kept[key]

    def _decide(self, constraint: Constraint) -> NDArray[np.bool_] | None:
        if constraint.op not in NEGATIVE:
            return _decide(self._table, constraint)
        positive = Constraint(constraint.field, NEGATIVE[constraint.op], constraint.value)
        decided = _decide(self._table, positive)
        return None if decided is None else ~decided


def _decide(table: ItemTable, constraint: Constraint) -> NDArray[np.bool_] | None:
    """Returns exactly the rows where a positive constraint holds; ``None`` if undecidable."""
    numbers = table.numbers.get(constraint.field)
    if numbers is not None and (value := as_number(constraint.value)) is not None:
        compare = _COMPARE.get(constraint.op)
        return None if compare is None else np.asarray(compare(numbers, value))
    facet = table.facets.get(constraint.field)
    if facet is not None and constraint.op in (Op.EQ, Op.IN, Op.HAS):
        return facet.having(_chosen(facet, constraint))
    return None


def _chosen(facet: Facet, constraint: Constraint) -> NDArray[np.bool_]:
    """Checks each distinct name once, by the same code that checks items."""
    from palate.domain import Item

    checker = Checker((Constraint("it", constraint.op, constraint.value),))
    return np.array(
        [checker.holds(Item("", "", fields={"it": name})) for name in facet.names], bool
    )
