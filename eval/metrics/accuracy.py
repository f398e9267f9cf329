"""Ranking metrics, one value a case: ir-measures computes most of them.

Gains are linear in NDCG; for the others an item is relevant if its gain is above 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palate.errors import EvalError
from palate.eval.metrics.auc import auc
from palate.eval.metrics.f1 import f1
from palate.eval.metrics.names import NDCG, Metric, Precision, Recall

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: ir-measures takes whole gains. NDCG does not change when all gains grow alike, so gains are
#: counted in thousandths; a finer one would be lost and is refused.
_GRAIN = 1000
#: Our names -> theirs. HitRate is called Success in information retrieval, MRR is the mean of RR.
_MEASURES = {
    "NDCG": "nDCG", "Recall": "R", "MRR": "RR", "HitRate": "Success", "Precision": "P", "MAP": "AP",
}  # fmt: skip
#: Cases handed over at once, so that the dictionaries of a long run do not pile up.
_CHUNK = 5000


def evaluate(
    metrics: Sequence[Metric],
    truths: Sequence[Mapping[str, float]],
    orders: Sequence[Sequence[str]],
    candidates: Sequence[Sequence[str] | None] | None = None,
) -> NDArray[np.float64]:
    """Scores orders against truths.

    Args:
        metrics: What to compute.
        truths: For each case item id -> gain, one gain at least above 0.
        orders: For each case distinct item ids, best first. An empty one scores 0.
        candidates: For each case the items that were to be ordered; ``AUC`` needs them.

    Returns:
        Shape (len(truths), len(metrics)).

    Raises:
        EvalError: A truth without a relevant item (it has no value: leave the case out and count
            it as unscored), a gain finer than a thousandth, an item that stands twice, or
            ``AUC`` without candidates.
    """
    import numpy as np

    if len(truths) != len(orders):
        raise EvalError(f"{len(orders)} orders for {len(truths)} cases. Give one order a case.")
    values = np.zeros((len(truths), len(metrics)))
    needed = _needed(metrics)
    for start in range(0, len(truths), _CHUNK):
        part = slice(start, start + _CHUNK)
        found = np.zeros((len(truths[part]), len(needed)))
        _fill(found, needed, truths[part], orders[part])
        by_metric = dict(zip(needed, found.T, strict=True))
        for column, metric in enumerate(metrics):
            if metric.name == "F1":
                parts = by_metric[Precision @ metric.k], by_metric[Recall @ metric.k]
                values[part, column] = f1(*parts)
            elif metric.name != "AUC":
                values[part, column] = by_metric[metric]
    for column, metric in enumerate(metrics):
        if metric.name == "AUC":
            listed = candidates or [None] * len(truths)
            pairs = zip(truths, orders, listed, strict=True)
            values[:, column] = [auc(*one) for one in pairs]
    return values


def _needed(metrics: Sequence[Metric]) -> list[Metric]:
    """Returns the metrics that the library computes, those that others are made of included."""
    found: dict[Metric, None] = {}
    for metric in metrics:
        if metric.name == "F1":
            found |= {Precision @ metric.k: None, Recall @ metric.k: None}
        elif metric.name in _MEASURES:
            found[metric] = None
        elif metric.name != "AUC":
            raise EvalError(f"{metric} is no metric of what is right; ask `beyond` for it.")
    return list(found) or [NDCG @ 1]


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
