"""What "the second one" and "that director" point at: places in the last slate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
#: "I've seen 1 and 3", "more like 2": bare numbers behind a word that takes a film.
_PLACES = re.compile(
    r"\b(?:seen|saw|watched|liked?|loved?|hated?|know|like|why|compare|between|not|is|was|take|pick"
    r"|choose|directed|stars in|starring in|about|(?:better|longer|shorter|newer|older),?)\s+"
    r"(?P<list>#?\d{1,2}(?:(?:\s*,\s*|\s+(?:and|or|vs\.?|to)"
    r"\s+|\s*&\s*)#?\d{1,2})*)\b(?!\s*(?:[-%:]|hours?|hrs?|h\b|min|years?|yo\b|films?|movies?|more"
    r"|others?|of|or (?:more|less|so)|out|stars?|people|times?|days?|kids|[a-z]+s\b))",
    re.IGNORECASE,
)
_SHOWN = (
    r"(?:(?:what|which|that|the (?:ones|films|movies|books|things|stuff)(?: that)?|those|these)?\s*"
    r"(?:you|u)(?:['’]ve| have)?(?: just)? (?:showed|shown|show|suggested|recommended|listed|gave|"
    r"picked|offered)(?: (?:me|us))?|your (?:suggestions|recommendations|picks|list|ideas|choices))"
)
_THOSE = r"(?:those|these|them|(?:the|your) (?:lot|bunch|list|suggestions|picks|recommendations))"
_ALL = re.compile(
    rf"\b(?:all|both|none|neither|any|not one|not a single one|every one|each|either)\s+(?:of\s+)?"
    rf"(?:{_THOSE}|{_SHOWN})\b|\b(?:nothing|not a thing|everything|none|all)\s+{_SHOWN}\b"
    r"|\b(?:them|those|these) all\b|\bthe whole (?:list|lot|bunch)\b"
    r"|\b(?:they|those|these)(?=(?:['’]re| are| look| seem| sound| were)? all\b)"
    r"|这些都|都看过",
    re.IGNORECASE,
)
#: The slate without "all": it is meant where somebody judges it, "I hate these", "those are bad".
_JUDGED = re.compile(
    rf"\b(?:hate|hated|dislike|like|liked|love|loved|want|into|keen on|seen|saw|watched|know|not)"
    rf"\s+(?:of\s+)?(?P<them>{_THOSE}|{_SHOWN})(?=\s*(?:[.,;!?]|$|but\b|and\b|at all|already|either"
    rf"|much|very))|\b(?P<they>they|{_THOSE}|{_SHOWN})(?:['’]re| are| look| seem| sound| were)"
    r"\s+(?:not |n['’]t |too |so |just |really |pretty |very |kind of |a bit |quite )*(?:bad|awful"
    r"|terrible|horrible|boring|dull|rubbish|crap|lame|good|great|wrong|stupid|dreadful|uninteresting"
    r"|my (?:thing|taste|style)|for me)\b",
    re.IGNORECASE,
)
_ONLY_NONE = re.compile(
    r"\s*(?:no|nope|nah|sorry|hmm+|ugh|well)?[\s,.!]*(?:(?:i like |i want )?none|neither|not any"
    r"|(?:i )?(?:don['’]?t|do not) (?:like|want) any|not (?:one|a single one))(?: of (?:it|that))?"
    r"(?: (?:please|thanks|really|appeals?|works?))*[\s.!]*",
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
    found += _by_numbers(text, shown)
    for start, end in _whole_slate(text):
        if all(end <= one.start or start >= one.end for one in found):
            found.append(Reference(start, end, tuple(shown)))
    if not found and (none := _ONLY_NONE.fullmatch(text)):
        found.append(Reference(*_word(none, text), tuple(shown)))
    if not found:
        for match in _THAT.finditer(text):
            found.append(Reference(*match.span(), (shown[0],)))
    return sorted(found, key=lambda one: one.start)


def _by_numbers(text: str, shown: Sequence[str]) -> Iterator[Reference]:
    for match in _PLACES.finditer(text):
        spots = [int(digits) for digits in re.findall(r"\d+", match["list"])]
        if all(0 < spot <= len(shown) for spot in spots):
            yield Reference(*match.span("list"), tuple(shown[spot - 1] for spot in spots))


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


_SPOT = re.compile(r"none|neither|any|not (?:one|a)", re.IGNORECASE)


def _word(match: re.Match[str], text: str) -> tuple[int, int]:
    """Returns where the word for the whole slate stands: what is said before it counts, too."""
    spot = _SPOT.search(text, match.start())
    return spot.span() if spot else match.span()


def _whole_slate(text: str) -> Iterator[tuple[int, int]]:
    """Yields where the slate as a whole is spoken of."""
    for match in _ALL.finditer(text):
        yield match.span()
    for match in _JUDGED.finditer(text):
        yield match.span("them" if match["them"] else "they")
