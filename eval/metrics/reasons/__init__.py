"""Reasons: whether their claims hold, whether they use the evidence, how much they repeat.

All have a value a case, nan where a case has none. They say nothing of whether an order is right,
and need no judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from palate.eval.metrics.reasons.evidence_used import evidence_used
from palate.eval.metrics.reasons.length import length
from palate.eval.metrics.reasons.own_words import own_words
from palate.eval.metrics.reasons.repetition import repetition
from palate.eval.metrics.reasons.sameness import Sameness
from palate.eval.metrics.reasons.supported import supported
from palate.eval.metrics.reasons.told import Sentence

#: Metrics of the reasons of one case by themselves.
PER_CASE: Mapping[str, Callable[[Sequence[Sentence]], float]] = {
    "SupportedClaims": supported, "OwnWords": own_words, "EvidenceUsed": evidence_used,
    "ReasonRepetition": repetition, "ReasonWords": length,
}  # fmt: skip
#: The metric that needs the reasons of all people.
SAMENESS = "ReasonSameness"
#: In the order of the tables.
NAMES = (
    "SupportedClaims", "OwnWords", "EvidenceUsed", "ReasonRepetition", SAMENESS, "ReasonWords",
)  # fmt: skip

__all__ = ["NAMES", "PER_CASE", "SAMENESS", "Sameness", "Sentence"]
