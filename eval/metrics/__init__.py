"""Metrics: of what is right (`accuracy`) and of what is shown (`beyond`), one file each."""

from palate.eval.metrics.accuracy import evaluate
from palate.eval.metrics.names import (
    F1,
    MAP,
    MRR,
    NDCG,
    Family,
    HitRate,
    Metric,
    Precision,
    Recall,
    parse_metric,
)

__all__ = [
    "F1", "MAP", "MRR", "NDCG", "Family", "HitRate", "Metric", "Precision", "Recall", "evaluate",
    "parse_metric",
]  # fmt: skip
