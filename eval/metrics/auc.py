"""AUC of a case: the share of its (relevant, other) pairs of candidates in the right order.

Candidates that an order leaves out stand below all others and level with one another; a level pair
counts half (Hanley and McNeil, 1982).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from palate.errors import EvalError


def auc(
    truth: Mapping[str, float], order: Sequence[str], candidates: Sequence[str] | None
) -> float:
    """Returns the AUC of an order; 0 where it is empty, as of every metric.

    Args:
        truth: Item id -> gain; relevant above 0.
        order: Item ids, best first.
        candidates: What was to be ordered.

    Raises:
        EvalError: There are no candidates, or only relevant ones: no pair to judge.
    """
    if candidates is None:
        raise EvalError("AUC judges all candidates of a case, and this case lists none.")
    relevant = {item for item in candidates if truth.get(item, 0) > 0}
    others = len(candidates) - len(relevant)
    if not relevant or not others:
        raise EvalError("AUC needs a relevant candidate and another one in each case.")
    if not order:
        return 0.0
    right, above, placed = 0.0, 0, set[str]()
    for item in order:
        placed.add(item)
        if item in relevant:
            right += others - above
        else:
            above += 1
    left = len(relevant - placed)
    right += left * (others - above) / 2
    return right / (len(relevant) * others)
