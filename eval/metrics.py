"""Ranking metrics, computed by ir-measures, one value a case.

``NDCG @ 10`` makes a metric and prints as it was typed: ``NDCG@10``. Gains are linear in NDCG;
for the others an item is relevant if its gain is above 0.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from palate.errors import EvalError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: ir-measures takes whole gains. NDCG does not change when all gains grow alike, so gains are
#: counted in thousandths; a finer one would be lost and is refused.
_GRAIN = 1000
#: Cases handed over at once, so that the dictionaries of a long run do not pile up.
_CHUNK = 5000


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """A metric with its cut-off, such as ``NDCG@10``.

    Attributes:
        name: One of ``NDCG, Recall, MRR, HitRate``.
        k: How many of the first items count, at least 1.
    """

    name: str
    k: int

    def __post_init__(self) -> None:
        if self.name not in _MEASURES:
            raise EvalError(f"Unknown metric {self.name!r}. {_hint(self.name)}")
        if self.k < 1:
            raise EvalError(f"{self.name}@{self.k} looks at nothing. Use a cut-off of at least 1.")

    def __str__(self) -> str:
        return f"{self.name}@{self.k}"


@dataclass(frozen=True, slots=True)
class Family:
    """A metric that still lacks its cut-off: ``NDCG @ 10`` is a `Metric`."""

    name: str

    def __matmul__(self, k: int) -> Metric:
        return Metric(self.name, k)


#: Our names -> theirs. HitRate is called Success in information retrieval, MRR is the mean of RR.
_MEASURES = {"NDCG": "nDCG", "Recall": "R", "MRR": "RR", "HitRate": "Success"}

#: DCG@k / ideal DCG@k, DCG = sum of gain / log2(1 + rank) (Järvelin and Kekäläinen, 2002).
NDCG = Family("NDCG")
#: Share of the relevant items that stand among the first k.
Recall = Family("Recall")
#: 1 / rank of the first relevant item, 0 where it stands after k.
MRR = Family("MRR")
#: 1 where at least one relevant item stands among the first k, else 0.
HitRate = Family("HitRate")


def parse_metric(text: str) -> Metric:
    """Reads ``NDCG@10``; case does not matter.

    Raises:
        EvalError: An unknown name (with the nearest known one), or no whole cut-off.
    """
    name, _, k = text.strip().partition("@")
    known = {one.lower(): one for one in _MEASURES}.get(name.strip().lower())
    if known is None:
        raise EvalError(f"Unknown metric {text!r}. {_hint(name)}")
    if not k.strip().isascii() or not k.strip().isdigit() or len(k) > 9:
        raise EvalError(f"{text!r} has no cut-off. Write one, such as {known}@10.")
    return Metric(known, int(k))


def evaluate(
    metrics: Sequence[Metric],
    truths: Sequence[Mapping[str, float]],
    orders: Sequence[Sequence[str]],
) -> NDArray[np.float64]:
    """Scores orders against truths.

    Args:
        metrics: What to compute.
        truths: For each case item id -> gain, one gain at least above 0.
        orders: For each case distinct item ids, best first. An empty one scores 0.

    Returns:
        Shape (len(truths), len(metrics)).

    Raises:
        EvalError: A truth without a relevant item (it has no value: leave the case out and count
            it as unscored), a gain finer than a thousandth, or an item that stands twice.
    """
    import numpy as np

    if len(truths) != len(orders):
        raise EvalError(f"{len(orders)} orders for {len(truths)} cases. Give one order a case.")
    values = np.zeros((len(truths), len(metrics)))
    for start in range(0, len(truths), _CHUNK):
        part = slice(start, start + _CHUNK)
        _fill(values[part], metrics, truths[part], orders[part])
    return values


def _fill(
    values: NDArray[np.float64],
    metrics: Sequence[Metric],
    truths: Sequence[Mapping[str, float]],
    orders: Sequence[Sequence[str]],
) -> None:
    import ir_measures

    measures = {getattr(ir_measures, _MEASURES[one.name]) @ one.k: one for one in metrics}
    columns: dict[Metric, list[int]] = {}
    for column, metric in enumerate(metrics):
        columns.setdefault(metric, []).append(column)
    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    for row, (truth, order) in enumerate(zip(truths, orders, strict=True)):
        qrels[str(row)], run[str(row)] = _relabel(truth, order)
    found: Any = ir_measures.iter_calc(list(measures), qrels, run)
    for one in found:
        values[int(one.query_id), columns[measures[one.measure]]] = one.value


def _relabel(
    truth: Mapping[str, float], order: Sequence[str]
) -> tuple[dict[str, int], dict[str, float]]:
    """Names items by their place: an id with a NUL or a lone surrogate would not survive C.

    Scores are made from the places too. They decrease strictly, so no tie is left to the library,
    which would break it by name.
    """
    place = {item: index for index, item in enumerate(order)}
    if len(place) < len(order):
        raise EvalError("An item stands twice in an order. Let each stand once.")
    qrels = {
        f"d{place[item]}" if item in place else f"m{index}": _whole(gain)
        for index, (item, gain) in enumerate(truth.items())
    }
    if not any(gain > 0 for gain in qrels.values()):
        raise EvalError("A case without a relevant item has no value. Leave it out as unscored.")
    return qrels, {f"d{index}": float(len(order) - index) for index in range(len(order))}


def _whole(gain: float) -> int:
    thousandths = gain * _GRAIN
    whole = round(thousandths)
    if not 0 <= gain <= 1000 or abs(thousandths - whole) > 1e-6:
        raise EvalError(f"The gain {gain!r} cannot be used. Round it to 0.001, from 0 to 1000.")
    return whole


def _hint(name: str) -> str:
    lower = {one.lower(): one for one in _MEASURES}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    if near:
        return f"Did you mean {lower[near[0]]!r}?"
    return f"Known: {', '.join(f'{one}@k' for one in _MEASURES)}."
