"""Prices in Chinese: "100元以内", "不超过五十块", "至少200元"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from palate.agent.chat.reading.chinese.numerals import NUMERAL, number
from palate.agent.chat.reading.found import Found
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op

_PRICE = re.compile(
    rf"(?:(?P<under>不(?:要|能)?(?:超过|高于)|少于|低于|最多|便宜过)|(?P<over>超过|高于|至少"
    rf"|不低于))?\s*"
    rf"[¥￥]?(?P<n>{NUMERAL})\s*(?:元|块钱?|人民币)(?P<tail>以内|以下|之内|内|以上|起)?"
)


def prices_in(text: str, field: str) -> Iterator[Found]:
    """Yields the conditions on a price that a text states.

    Args:
        text: What was said, simplified.
        field: The catalogue's field of prices.
    """
    for match in _PRICE.finditer(text):
        if not (match["under"] or match["over"] or match["tail"]):
            continue
        least = bool(match["over"]) or match["tail"] in ("以上", "起")
        amount = number(match["n"])
        shown = f"{field} {'at least' if least else 'at most'} {amount:g}"
        bound = Constraint(field, Op.GE if least else Op.LE, amount)
        yield Found(*match.span(), Term("", shown, (bound,)), "number")
