"""A length that is named and not bounded: "a 2 hour film", "about 90 minutes"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from palate.agent.chat.lexicon import LENGTHS
from palate.agent.chat.reading.found import Found
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op

#: How far a length may be from the one that is named, in minutes.
_NEAR = 15
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "ninety": 90, "sixty": 60}
_N = r"(?P<n>\d+(?:\.\d+)?|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_LENGTH = re.compile(
    rf"\b(?:(?P<about>about|around|roughly|approximately|like|some)\s+)?{_N}[\s-]*"
    r"(?P<unit>hours?|hrs?|minutes?|mins?)(?P<half>\s+and a half)?"
    r"(?P<kind>[\s-]*(?:long\b|(?:[a-z]+ )?(?:film|movie|flick|one|comed|drama|thriller|horror"
    r"|western|documentar)[a-z]*))?",
    re.IGNORECASE,
)  # fmt: skip


def lengths_near(text: str, ranges: Mapping[str, tuple[float, float]]) -> Iterator[Found]:
    """Yields the lengths that a text names, each with some minutes to both sides.

    Args:
        text: What was said; what bounds a length ("under two hours") was read before.
        ranges: Numeric fields of the catalogue.
    """
    field = next((name for name in LENGTHS if name in ranges), None)
    for match in _LENGTH.finditer(text):
        if field is None or not (match["about"] or match["kind"]):
            continue
        value = _WORDS.get(match["n"].lower()) or float(match["n"])
        value += 0.5 if match["half"] else 0
        minutes = round(value * 60 if match["unit"].lower().startswith("h") else value)
        low, high = max(1, minutes - _NEAR), minutes + _NEAR
        bounds = (Constraint(field, Op.GE, low), Constraint(field, Op.LE, high))
        shown = f"{low} to {high} min"
        said = text[match.start() : match.end("half" if match["half"] else "unit")]
        end = match.end("half" if match["half"] else "unit")
        yield Found(match.start(), end, Term("", shown, bounds), "number", f"{said}\t{shown}")
