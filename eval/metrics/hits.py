"""The places of what is relevant, and the metrics that follow from them, many cases at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from palate.errors import EvalError
from palate.eval.metrics.names import Metric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Hits:
    """Relevant items that orders hold, all cases in one flat list: by case, and then by place.

    Attributes:
        row: Which case, shape (hits,).
        place: In its order, 0 is best; shape (hits,).
        gain: Above 0, shape (hits,).
        relevant: Relevant items of each case, found or not, at least 1; shape (cases,).
        owner, rank, best: The gains of all relevant items as the ideal order has them: the case,
            the place and the gain, shape (all relevant items,).
    """

    row: NDArray[np.int64]
    place: NDArray[np.int64]
    gain: NDArray[np.float64]
    relevant: NDArray[np.int64]
    owner: NDArray[np.int64]
    rank: NDArray[np.int64]
    best: NDArray[np.float64]

    @classmethod
    def of(cls, truths: Sequence[Mapping[str, float]], orders: Sequence[Sequence[str]]) -> Hits:
        """Looks up every relevant item in its order.

        Raises:
            EvalError: An item stands twice in an order, or a truth has no gain above 0.
        """
        import numpy as np

        found: list[tuple[int, int, float]] = []
        ideal: list[tuple[int, int, float]] = []
        for number, (truth, order) in enumerate(zip(truths, orders, strict=True)):
            gains = [gain for gain in truth.values() if gain > 0]
            _check(gains, order)
            gains.sort(reverse=True)
            ideal += [(number, rank, gain) for rank, gain in enumerate(gains)]
            found += [(number, place, truth[order[place]]) for place in _places(truth, order)]
        row, place, gain = _columns(found)
        owner, rank, best = _columns(ideal)
        relevant = np.bincount(owner, minlength=len(truths))
        return cls(row, place, gain, relevant, owner, rank, best)

    def values(self, metric: Metric) -> NDArray[np.float64]:
        """Returns a metric of every case, shape (cases,); see `names` for the formulas."""
        found: NDArray[np.float64] = _FORMULAS[metric.name](self, metric.k)
        return found

    def summed(
        self, row: NDArray[np.int64], weights: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Sums weights, or counts, by case; shape (cases,)."""
        import numpy as np

        return np.bincount(row, weights, len(self.relevant)).astype(float)


def _places(truth: Mapping[str, float], order: Sequence[str]) -> list[int]:
    """Returns the places of the relevant items, the best first."""
    wanted = {item for item, gain in truth.items() if gain > 0}
    return [place for place, item in enumerate(order) if item in wanted]


def _check(gains: Sequence[float], order: Sequence[str]) -> None:
    if len(set(order)) < len(order):
        raise EvalError("An item stands twice in an order. Let each stand once.")
    if not gains:
        raise EvalError("A case without a relevant item has no value. Leave it out as unscored.")


def _columns(
    rows: Sequence[tuple[int, int, float]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    import numpy as np

    first, second, third = zip(*rows, strict=True) if rows else ((), (), ())
    whole = np.int64
    return np.array(first, whole), np.array(second, whole), np.array(third, float)


def _hits(hits: Hits, k: int) -> NDArray[np.float64]:
    return hits.summed(hits.row[hits.place < k])


def _ndcg(hits: Hits, k: int) -> NDArray[np.float64]:
    import numpy as np

    shown, ideal = hits.place < k, hits.rank < k
    reached = hits.gain[shown] / np.log2(hits.place[shown] + 2)
    best = hits.best[ideal] / np.log2(hits.rank[ideal] + 2)
    return hits.summed(hits.row[shown], reached) / hits.summed(hits.owner[ideal], best)


def _recall(hits: Hits, k: int) -> NDArray[np.float64]:
    return _hits(hits, k) / hits.relevant


def _precision(hits: Hits, k: int) -> NDArray[np.float64]:
    return _hits(hits, k) / k


def _hit_rate(hits: Hits, k: int) -> NDArray[np.float64]:
    return (_hits(hits, k) > 0).astype(float)


def _nth(hits: Hits) -> NDArray[np.int64]:
    """Returns which hit of its case each is, from 1: hits stand by case, and then by place."""
    import numpy as np

    first = np.searchsorted(hits.row, hits.row, side="left")
    found: NDArray[np.int64] = np.arange(len(hits.row)) - first + 1
    return found


def _mrr(hits: Hits, k: int) -> NDArray[np.float64]:
    counted = (hits.place < k) & (_nth(hits) == 1)
    return hits.summed(hits.row[counted], 1 / (hits.place[counted] + 1))


def _map(hits: Hits, k: int) -> NDArray[np.float64]:
    shown = hits.place < k
    precisions = _nth(hits)[shown] / (hits.place[shown] + 1)
    return hits.summed(hits.row[shown], precisions) / hits.relevant


_FORMULAS = {
    "NDCG": _ndcg, "Recall": _recall, "Precision": _precision, "HitRate": _hit_rate, "MRR": _mrr,
    "MAP": _map,
}  # fmt: skip
