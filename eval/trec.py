"""TREC runs: ``CASE Q0 ITEM RANK SCORE TAG`` a line, the fields parted by blanks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from palate.errors import EvalError
from palate.eval.lines import open_lines

_FIELDS = 6


def is_trec(path: Path) -> bool:
    """Tells a TREC run from JSONL, by the first line that is not empty.

    Raises:
        EvalError: The file cannot be read.
    """
    for _, line in open_lines(path):
        if line.strip():
            return not line.lstrip(b"\xef\xbb\xbf \t").startswith(b"{")
    return False


def read_trec(path: Path) -> dict[str, tuple[str, ...]]:
    """Reads a run: case id -> item ids, the highest score first, the lower rank where they tie.

    Raises:
        EvalError: The first line that is wrong.
    """
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for number, case, item, rank, score in _rows(path):
        if item in found.setdefault(case, {}):
            raise EvalError(
                f"{path.name}, line {number}: {item!r} stands twice in {case!r}. Take one out."
            )
        found[case][item] = (-score, rank)
    return {case: tuple(sorted(items, key=items.__getitem__)) for case, items in found.items()}


def _rows(path: Path) -> Iterator[tuple[int, str, str, int, float]]:
    for number, line in open_lines(path):
        if not line.strip():
            continue
        try:
            parts = line.decode("utf-8-sig").split()
            case, _, item, rank, score, _ = parts
            row = (number, case, item, int(rank), float(score))
        except ValueError:
            raise EvalError(
                f"{path.name}, line {number}: no line of a TREC run. Write {_FIELDS} fields: CASE "
                "Q0 ITEM RANK SCORE TAG."
            ) from None
        if not math.isfinite(row[4]):
            raise EvalError(f"{path.name}, line {number}: the score {score!r} orders nothing.")
        yield row
