"""Rankings made elsewhere: a TREC run, or one JSON object a line.

``{"id": CASE, "order": [ITEM, ...]}``, or ``CASE Q0 ITEM RANK SCORE TAG`` with the fields parted by
blanks; a TREC run is ordered by score, as trec_eval does it, and by rank where scores are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from palate.errors import EvalError
from palate.eval.cases import item_id, repeated
from palate.eval.lines import json_lines
from palate.eval.trec import is_trec, read_trec


@dataclass(frozen=True, slots=True)
class Results:
    """Orders by case id. A case without one scores 0."""

    name: str
    orders: Mapping[str, tuple[str, ...]]


def read_results(path: Path, *, name: str | None = None) -> Results:
    """Reads a results file, JSONL or a TREC run, plain or gzip.

    Args:
        path: The file; further fields of a line are ignored.
        name: What to call it in tables; ``None`` takes the file's name.

    Raises:
        EvalError: The first thing that is wrong, with its line and field.
    """
    called = name or path.name.split(".")[0] or path.name
    if is_trec(path):
        return _not_empty(Results(called, read_trec(path)), path)
    orders: dict[str, tuple[str, ...]] = {}
    for number, record in json_lines(path):
        try:
            case, order = _one(record)
            if case in orders:
                raise EvalError(f"field 'id': {case!r} has an order already. Keep one of them.")
        except EvalError as error:
            raise EvalError(f"{path.name}, line {number}: {error}") from None
        orders[case] = order
    return _not_empty(Results(called, orders), path)


def _not_empty(found: Results, path: Path) -> Results:
    if not found.orders:
        raise EvalError(f"{path.name} holds no rankings. Write one a line, or leave the file out.")
    return found


def _one(record: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    listed = record.get("order")
    if not isinstance(listed, list):
        raise EvalError("field 'order' is no list. Write the item ids, best first.")
    order = tuple(item_id(one, "order") for one in listed)
    if (twice := repeated(order)) is not None:
        raise EvalError(f"field 'order': {twice!r} stands in it twice. Take one out.")
    return item_id(record.get("id"), "id"), order
