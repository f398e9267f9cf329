"""Ranking metrics, one value a case.

Gains are linear in NDCG; for the others an item is relevant if its gain is above 0. They follow
from the places of the relevant items (`hits`); tests compare them with ir-measures, within 1e-9.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from palate.errors import EvalError
from palate.eval.metrics.auc import auc
from palate.eval.metrics.f1 import f1
from palate.eval.metrics.hits import Hits
from palate.eval.metrics.names import Metric, Precision, Recall

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Gains are whole thousandths, as in files of judgements whose gains are whole numbers.
_GRAIN = 1000
#: Cases looked at once, so that the lists of a long run do not pile up.
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
    for metric in metrics:
        if metric.beyond:
            raise EvalError(f"{metric} is no metric of what is right; ask `beyond` for it.")
    _check_gains(truths)
    values = np.zeros((len(truths), len(metrics)))
    for start in range(0, len(truths), _CHUNK):
        part = slice(start, start + _CHUNK)
        hits = Hits.of(truths[part], orders[part])
        for column, metric in enumerate(metrics):
            if metric.name == "F1":
                parts = hits.values(Precision @ metric.k), hits.values(Recall @ metric.k)
                values[part, column] = f1(*parts)
            elif metric.name != "AUC":
                values[part, column] = hits.values(metric)
    for column, metric in enumerate(metrics):
        if metric.name == "AUC":
            listed = candidates or [None] * len(truths)
            pairs = zip(truths, orders, listed, strict=True)
            values[:, column] = [auc(*one) for one in pairs]
    return values


def _check_gains(truths: Sequence[Mapping[str, float]]) -> None:
    for truth in truths:
        for gain in truth.values():
            if gain != 1:
                _check_gain(gain)


def _check_gain(gain: float) -> None:
    thousandths = gain * _GRAIN
    if not 0 <= gain <= 1000 or abs(thousandths - round(thousandths)) > 1e-6:
        raise EvalError(f"The gain {gain!r} cannot be used. Round it to 0.001, from 0 to 1000.")
