"""What "the second one" and "that director" point at: places in the last slate."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "last": -1, "top": 1, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
    "九": 9, "十": 10,
}  # fmt: skip
_WORDS = "|".join(sorted((w for w in _ORDINALS if w.isascii()), key=len, reverse=True))
_PLACE = re.compile(
    rf"\b(?:the\s+)?(?P<word>{_WORDS})(?:\s+(?P<more>one|two|three|film|movie|book|item|pick"
    rf"|suggestion))?\b"
    r"(?!\s+(?:time|half|part|of all))|(?:\bnumber|\bno\.|#)\s*(?P<digit>\d{1,2})\b"
    r"|第(?P<zh>[一二三四五六七八九十]|\d{1,2})[部个本条]?",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:all|both|none|neither|any)\s+(?:of\s+)?(?:those|these|them)\b|\bthem all\b"
    r"|这些都|都看过",
    re.IGNORECASE,
)
_THAT = re.compile(
    r"\b(?:that|this)\s+(?:one|film|movie|book|item)\b|那部|这部|那个|这个", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reference:
    """Words that point at items of the last slate."""

    start: int
    end: int
    items: tuple[str, ...]


def references_in(text: str, shown: Sequence[str]) -> list[Reference]:
    """Returns what a text points at; nothing where nothing was shown.

    Args:
        text: What was said.
        shown: Item ids of the last slate.
    """
    if not shown:
        return []
    found: list[Reference] = []
    for match in _PLACE.finditer(text):
        items = _items(match, shown)
        if items:
            found.append(Reference(*match.span(), items))
    for match in _ALL.finditer(text):
        found.append(Reference(*match.span(), tuple(shown)))
    if not found:
        for match in _THAT.finditer(text):
            found.append(Reference(*match.span(), (shown[0],)))
    return sorted(found, key=lambda one: one.start)


def _items(match: re.Match[str], shown: Sequence[str]) -> tuple[str, ...]:
    if match["word"]:
        word = match["word"].lower()
        place = _ORDINALS[word]
        many = {"two": 2, "three": 3}.get((match["more"] or "").lower())
        if many:
            return tuple(shown[-many:] if place < 0 else shown[:many])
        if word == "top" and not match["more"]:
            return ()
    else:
        given = match["digit"] or match["zh"]
        place = int(given) if given.isdigit() else _ORDINALS[given]
    if place < 0:
        return (shown[-1],)
    return (shown[place - 1],) if 0 < place <= len(shown) else ()
