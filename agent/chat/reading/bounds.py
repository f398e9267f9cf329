"""Words for the side of a number: "under", "at least", "not over"."""

from __future__ import annotations

import re

from palate.agent.chat.lexicon import unit_of
from palate.domain import Op

UNDER = (
    r"under|below|less than|shorter than|cheaper than|no longer than|not longer than|at most"
    r"|max(?:imum)?(?: of)?|up to|within|no more than|not more than|not over|isn't over|fewer than"
    r"|不超过|少于|短于|低于|最多"
)
OVER = (
    r"over|above|more than|longer than|more expensive than|at least|min(?:imum)?(?: of)?"
    r"|no less than|超过|多于|至少|长于|高于"
)
_STRICT = frozenset(
    (
        "under", "below", "less than", "shorter than", "cheaper than", "fewer than", "少于", "短于",
        "低于", "over", "above", "more than", "longer than", "more expensive than", "超过", "多于",
        "长于", "高于",
    )
)  # fmt: skip
_DENIED = re.compile(r"\b(?:not|nothing|no|never)\s+$|不要?$", re.IGNORECASE)


def op_of(cue: str, before: str) -> Op:
    """Returns the comparison that a cue means.

    Args:
        cue: One of `UNDER` or `OVER`, in small letters.
        before: The text in front of it: "nothing over" is at most.
    """
    over, strict = bool(re.fullmatch(OVER, cue)), cue in _STRICT
    if over and _DENIED.search(before):
        return Op.LE
    if over:
        return Op.GT if strict else Op.GE
    return Op.LT if strict else Op.LE


def shown_bound(field: str, side: str, amount: float) -> str:
    """Returns a bound as it is shown: "price under 20", "at most 90 min", "after 1980"."""
    unit = unit_of(field)
    named = "" if unit or field == "year" else f"{field.replace('_', ' ')} "
    return f"{named}{side} {amount:g}{unit}"
