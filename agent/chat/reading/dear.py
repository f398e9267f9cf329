"""Cheap and dear, where nobody says how much: what they mean is settled by what is in force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from palate.agent.chat.lexicon import price_field
from palate.agent.chat.reading.found import Found, negated
from palate.agent.chat.state import Term

#: Kinds of a `Found` without a condition of its own: see `palate.agent.chat.policy.pricing`.
CHEAP, DEAR = "cheap", "dear"
_SAID = re.compile(
    r"\b(?P<cheap>cheap(?:er|ly)?|inexpensive|affordable|budget(?! (?:is|of))|bargains?"
    r"|low[- ](?:cost|priced?)|less (?:expensive|pricey)|good value)\b"
    r"|\b(?P<dear>(?:more )?expensive|pric(?:e?y|ier)|premium|luxur(?:y|ious)|high[- ]end"
    r"|upmarket)\b"
    r"|(?P<cheap_zh>便宜一?[点些]?|实惠|(?:不要?|别)太?贵|不贵)|(?P<dear_zh>高端|高档|贵一?[点些])",
    re.IGNORECASE,
)


def dearness_in(text: str, ranges: Mapping[str, tuple[float, float]]) -> Iterator[Found]:
    """Yields where a text asks for something cheap, or dear; nothing without prices.

    Args:
        text: What was said, titles taken out.
        ranges: Numeric fields of the catalogue.
    """
    if not price_field(ranges):
        return
    for match in _SAID.finditer(text):
        kind = CHEAP if (match.lastgroup or "").startswith(CHEAP) else DEAR
        if match.lastgroup and not match.lastgroup.endswith("zh") and negated(text, match.start()):
            kind = DEAR if kind == CHEAP else CHEAP
        yield Found(*match.span(), Term("", ""), kind)
