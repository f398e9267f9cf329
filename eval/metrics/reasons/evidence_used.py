"""EvidenceUsed: share of the reasons that name something of the evidence behind their item.

A reason names a piece of evidence where it names one of its history items, tags or words. Reasons
of items without any evidence that could be named are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from palate.eval.metrics.reasons.told import Sentence, mean


def evidence_used(reasons: Sequence[Sentence]) -> float:
    """Returns a value in [0, 1]; nan where there is no evidence to use."""
    return mean([float(named > 0) for named, given in (one.used for one in reasons) if given])
