"""Cheap, dear, short and long, where nobody says how much.

What they mean is settled by what is in force (`palate.agent.chat.policy.thirds`), but for minutes,
of which everybody has an idea (`palate.agent.chat.reading.numbers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from palate.agent.chat.lexicon import LENGTHS, length_field, price_field
from palate.agent.chat.reading.found import Found, negated
from palate.agent.chat.state import Term

#: Kinds of a `Found` without a condition of its own: at the lower end, and at the upper.
LOW = {"cheap": "dear", "short": "long"}
HIGH = {high: low for low, high in LOW.items()}
_PRICES = re.compile(
    r"\b(?P<cheap>cheap(?:er|ly)?|inexpensive|affordable|budget(?! (?:is|of))|bargains?"
    r"|low[- ](?:cost|priced?)|less (?:expensive|pricey)|good value)\b"
    r"|\b(?P<dear>(?:more )?expensive|pric(?:e?y|ier)|premium|luxur(?:y|ious)|high[- ]end"
    r"|upmarket)\b"
    r"|(?P<cheap_zh>便宜一?[点些]?|实惠|(?:不要?|别)太?贵|不贵)|(?P<dear_zh>高端|高档|贵一?[点些])",
    re.IGNORECASE,
)
_PAGES = re.compile(
    r"\b(?P<short>short(?:er|ish)?|slim|thin|quick|brief)(?=\s+(?!stor)\w|\W*$)"
    r"|\b(?P<long>long(?:er)?|thick|fat|big)(?=\s+\w|\W*$)"
    r"|(?P<short_zh>短篇|短一?[点些]|薄一?[点些])|(?P<long_zh>长篇|长一?[点些]|厚一?[点些])",
    re.IGNORECASE,
)


def vague_in(text: str, ranges: Mapping[str, tuple[float, float]]) -> Iterator[Found]:
    """Yields where a text asks for one end of prices, or of numbers of pages.

    Args:
        text: What was said, titles taken out.
        ranges: Numeric fields of the catalogue.
    """
    if price_field(ranges):
        yield from _ends(text, _PRICES)
    if (length := length_field(ranges)) and length not in LENGTHS:
        yield from _ends(text, _PAGES)


def field_of(kind: str, ranges: Mapping[str, tuple[float, float]]) -> str:
    """Returns the field that a kind is about; empty where it is none of these kinds."""
    if kind in ("cheap", "dear"):
        return price_field(ranges)
    return length_field(ranges) if kind in ("short", "long") else ""


def _ends(text: str, pattern: re.Pattern[str]) -> Iterator[Found]:
    for match in pattern.finditer(text):
        name = match.lastgroup or ""
        kind = name.removesuffix("_zh")
        if kind == name and negated(text, match.start()):
            kind = (LOW | HIGH)[kind]
        yield Found(*match.span(), Term("", ""), kind)
