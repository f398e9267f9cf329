"""Metrics by name: ``NDCG @ 10`` makes one, and it prints as it was typed, ``NDCG@10``."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from palate.errors import EvalError

#: What is right among the first k, or in the whole order.
ACCURACY = ("NDCG", "Recall", "Precision", "F1", "HitRate", "MRR", "MAP", "AUC")
#: What is shown, right or not; see `palate.eval.metrics.beyond`.
BEYOND = (
    "Coverage", "Novelty", "Diversity", "Serendipity", "PopularityBias", "Calibration", "Gini",
)  # fmt: skip
#: How sure a line is, and how rightly; lower is better. See `palate.eval.metrics.probability`.
PROBABILITY = ("LogLoss", "Brier", "ECE")
NAMES = (*ACCURACY, *BEYOND, *PROBABILITY)
#: Those without a cut-off.
WHOLE = ("AUC", *PROBABILITY)


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """A metric with its cut-off, such as ``NDCG@10``.

    Attributes:
        name: One of `NAMES`.
        k: How many of the first items count, at least 1; 0 for those that look at all.
    """

    name: str
    k: int

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise EvalError(f"Unknown metric {self.name!r}. {_hint(self.name)}")
        if self.k < 1 and self.name not in WHOLE:
            raise EvalError(f"{self.name}@{self.k} looks at nothing. Use a cut-off of at least 1.")

    def __str__(self) -> str:
        return self.name if self.name in WHOLE else f"{self.name}@{self.k}"

    @property
    def beyond(self) -> bool:
        """Whether it looks at what is shown, and not at what was right."""
        return self.name in BEYOND

    @property
    def accuracy(self) -> bool:
        """Whether it asks what was right in an order; higher is better."""
        return self.name in ACCURACY


@dataclass(frozen=True, slots=True)
class Family:
    """A metric that still lacks its cut-off: ``NDCG @ 10`` is a `Metric`."""

    name: str

    def __matmul__(self, k: int) -> Metric:
        return Metric(self.name, k)


#: DCG@k / ideal DCG@k, DCG = sum of gain / log2(1 + rank) (Järvelin and Kekäläinen, 2002).
NDCG = Family("NDCG")
#: Share of the relevant items that stand among the first k.
Recall = Family("Recall")
#: 1 / rank of the first relevant item, 0 where it stands after k.
MRR = Family("MRR")
#: Share of relevant items among the first k places.
Precision = Family("Precision")
#: Harmonic mean of Precision@k and Recall@k (van Rijsbergen, 1979).
F1 = Family("F1")
#: Mean of Precision@r over the ranks r <= k of relevant items, by the number of all relevant ones.
MAP = Family("MAP")
#: 1 where at least one relevant item stands among the first k, else 0.
HitRate = Family("HitRate")


def parse_metric(text: str) -> Metric:
    """Reads ``NDCG@10``; case does not matter.

    Raises:
        EvalError: An unknown name (with the nearest known one), or no whole cut-off.
    """
    name, _, k = text.strip().partition("@")
    known = {one.lower(): one for one in NAMES}.get(name.strip().lower())
    if known is None:
        raise EvalError(f"Unknown metric {text!r}. {_hint(name)}")
    if known in WHOLE and not k:
        return Metric(known, 0)
    if known in WHOLE:
        raise EvalError(f"{known} looks at the whole order. Write it without a cut-off.")
    if not k.strip().isascii() or not k.strip().isdigit() or len(k) > 9:
        raise EvalError(f"{text!r} has no cut-off. Write one, such as {known}@10.")
    return Metric(known, int(k))


def _hint(name: str) -> str:
    lower = {one.lower(): one for one in NAMES}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    if near:
        return f"Did you mean {lower[near[0]]!r}?"
    known = (one if one in WHOLE else f"{one}@k" for one in NAMES)
    return f"Known: {', '.join(known)}."
