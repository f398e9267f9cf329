"""Numbers as they are written in Chinese: "一百二十", "两个半", "八零", "90"."""

from __future__ import annotations

import re

_DIGITS = {one: n for n, one in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
#: What a number is written with, for patterns.
NUMERAL = r"(?:\d+(?:\.\d+)?|[零〇一二两俩仨三四五六七八九十百千]+)"


def number(text: str) -> float:
    """Returns the value of a number that matches `NUMERAL`.

    Args:
        text: "120", "一百二", "九零" (digits in a row), "十".
    """
    if text[0].isdigit():
        return float(text)
    if not any(one in _UNITS for one in text):
        return float("".join(str(_DIGITS[one]) for one in text))
    total, digit, unit = 0, 0, 1
    for one in text:
        if one in _UNITS:
            unit = _UNITS[one]
            total += (digit or 1) * unit
            digit = 0
        else:
            digit = _DIGITS[one]
            unit = 1 if one in "零〇" else unit
    # "一百二" leaves out the tens.
    return float(total + digit * (unit // 10 if unit >= 100 else 1))


_WANTED = re.compile(
    rf"(?:推荐|推|来|给我|给|要|看|选|挑|列|找|换|只要|最多)(?:我|个"
    rf"|出)*\s*(?P<n>{NUMERAL})\s*(?:部|个(?!半|小时|钟)|本|条|款)"
    rf"|(?P<n2>{NUMERAL})(?:部|个|本)(?:就|也)?(?:够|好|行|可以|即可|足够)"
)


def wanted_zh(text: str) -> int:
    """Returns how many items a Chinese turn asks for; 0 where it does not say.

    "推荐一部" is how people ask for something to watch, and no number.
    """
    match = _WANTED.search(text)
    if match is None:
        return 0
    many = int(number(match["n"] or match["n2"]))
    return many if many > 1 or match["n2"] or "只" in text or "就" in match.group() else 0
