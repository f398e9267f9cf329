"""Constraints over the whole catalogue at once, where the arrays can decide them.

What arrays cannot decide lets every row pass here; the exact check of each item follows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from palate.domain import Constraint, Op
from palate.retrieval.constraints import Checker, as_number, wants_seen
from palate.retrieval.items import Facet, ItemTable

_COMPARE = {
    Op.EQ: np.equal,
    Op.LT: np.less,
    Op.LE: np.less_equal,
    Op.GT: np.greater,
    Op.GE: np.greater_equal,
}
_NEGATED = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN, Op.HAS_NOT: Op.HAS}


def allowed_rows(
    table: ItemTable, constraints: Sequence[Constraint], seen: Collection[str] = ()
) -> NDArray[np.bool_]:
    """Returns which rows may still meet every constraint, shape (n,)."""
    mask = np.ones(len(table), bool)
    for constraint in constraints:
        mask &= _one(table, constraint, seen)
    return mask


def _one(table: ItemTable, constraint: Constraint, seen: Collection[str]) -> NDArray[np.bool_]:
    if constraint.field == "seen":
        known = np.zeros(len(table), bool)
        known[table.rows(list(seen))] = True
        return known if wants_seen(constraint) else ~known
    if constraint.op in _NEGATED:
        positive = Constraint(constraint.field, _NEGATED[constraint.op], constraint.value)
        decided = _decide(table, positive)
        return np.ones(len(table), bool) if decided is None else ~decided
    decided = _decide(table, constraint)
    return np.ones(len(table), bool) if decided is None else decided


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
