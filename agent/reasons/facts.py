"""Claims about the item: years, decades, lengths and other numbers."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence

from palate.agent.reasons.attitudes import MARK
from palate.agent.reasons.lexicon import DECADE_WORDS, NUMBER_WORDS
from palate.agent.reasons.titles import FIRST_MARK, Mention
from palate.agent.reasons.world import World, folded, year_of
from palate.domain import Claim, Item

_COUNT = (
    r"\d+(?:\.\d+)?|half an?|an?|one|two|three|four|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_LESS = r"under|below|less than|shorter than|within|at most|no more than|just under"
_MORE = r"over|more than|longer than|above|at least"
_ABOUT = r"about|around|nearly|almost|roughly|some|barely"
_LENGTH = re.compile(
    rf"(?:\b(?P<how>{_LESS}|{_MORE}|{_ABOUT})[\s-]+)?(?:"
    rf"\b(?P<hours>{_COUNT})[\s-]+(?:hours?|hrs?|h)\b(?P<half>\s+and\s+a\s+half)?"
    rf"(?:,?\s+(?:and\s+)?(?P<rest>\d+)[\s-]+min(?:ute)?s?\b)?"
    rf"|\b(?P<minutes>{_COUNT})[\s-]*min(?:ute)?s?\b"
    r"|\b(?P<and>an?|one|two) hours? and a half\b)",
    re.IGNORECASE,
)
_LENGTH_ZH = re.compile(
    r"(?P<how>不到|不足|少于|短于|超过|多于|大约|约|将近|近)?(?:(?P<minutes>\d+)\s*分钟"
    r"|(?P<hours>\d+(?:\.\d+)?|[一两二三四半])个?(?P<half>半)?(?:多)?小时)(?P<after>以内|之内|以上)?"
)
_DECADE = re.compile(
    r"(?P<century>20|21)世纪(?P<ten>\d)0年代|\b(?P<full>(?:18|19|20)\d)0'?s\b|'?\b(?P<short>\d)0'?s\b|(?P<full_zh>(?:19|20)\d)0年代"
    rf"|(?P<short_zh>\d)0年代|\b(?P<word>{'|'.join(k for k in DECADE_WORDS if k.isascii())})\b"
    rf"|(?P<word_zh>{'|'.join(k for k in DECADE_WORDS if not k.isascii())})年代",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.])(?P<year>1[89]\d\d|20\d\d)(?![\d.]\d)(?!\d)")
_YEAR_HOW = re.compile(
    r"\b(before|pre|until|older than|after|post|since|newer than)[\s-]+(?:the year )?$"
)
_YEAR_HOW_ZH = re.compile(r"^\s*年?(之前|以前|之后|以后)")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w])|\d+(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\d+")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    **dict.fromkeys("before pre until".split(), operator.lt), "older than": operator.lt,
    **dict.fromkeys("after post since".split(), operator.ge), "newer than": operator.gt,
    "之前": operator.lt, "以前": operator.lt, "之后": operator.ge, "以后": operator.ge,
}  # fmt: skip
_FEWER = re.compile(f"{_LESS}|不到|不足|少于|短于|以内|之内", re.IGNORECASE)
_GREATER = re.compile(f"{_MORE}|超过|多于|以上", re.IGNORECASE)


def number_claims(text: str, found: Sequence[Mention], world: World) -> Iterator[Claim]:
    """Checks lengths, decades, years, then every number that is left, in a masked sentence."""
    for pattern, check in (
        (_LENGTH, _length),
        (_LENGTH_ZH, _length),
        (_DECADE, _decade),
        (_YEAR, _year),
        (_NUMBER, _number),
    ):
        rest = list(text)
        for match in pattern.finditer(text):
            if match.group().strip():
                yield check(match, found, world)
                rest[match.start() : match.end()] = " " * (match.end() - match.start())
        text = "".join(rest)


def _length(match: re.Match[str], _: Sequence[Mention], world: World) -> Claim:
    said, groups = match.group().strip(), match.groupdict()
    minutes = _minutes(groups)
    how = f"{groups.get('how') or ''} {groups.get('after') or ''}".strip()
    real = world.runtime
    if real is None or folded(said) in world.told_words:
        return Claim(said, "length", folded(said) in world.told_words)
    if _FEWER.search(how):
        return Claim(said, "length", real <= minutes)
    if _GREATER.search(how):
        return Claim(said, "length", real >= minutes)
    loose = how or groups.get("minutes") is None
    return Claim(said, "length", abs(real - minutes) <= (10 if loose else 0))


def _minutes(groups: dict[str, str | None]) -> float:
    if groups.get("and"):
        return 60 * _value(groups["and"]) + 30
    if groups.get("minutes"):
        return _value(groups["minutes"])
    rest = float(groups.get("rest") or 0) + (30 if groups.get("half") else 0)
    return 60 * _value(groups["hours"]) + rest


def _value(text: str | None) -> float:
    word = (text or "").casefold()
    return float(NUMBER_WORDS[word]) if word in NUMBER_WORDS else float(word)


def _decade(match: re.Match[str], found: Sequence[Mention], world: World) -> Claim:
    groups = match.groupdict()
    word = groups["word"] or groups["word_zh"]
    full = groups["full"] or groups["full_zh"]
    if groups["century"]:
        full = f"{int(groups['century']) - 1}{groups['ten']}"
    short = (
        groups["short"]
        or groups["short_zh"]
        or (str(DECADE_WORDS[word.lower()] // 10) if word else "")
    )
    years = [year_of(item) for item in (world.candidate.item, *_beside(match, found, world))]
    decades = {str(year // 10) for year in years if year}
    held = full in decades if full else any(one.endswith(short) for one in decades)
    return Claim(match.group(), "year", held or f" {match.group().casefold()} " in world.own_words)


def _year(match: re.Match[str], found: Sequence[Mention], world: World) -> Claim:
    year, item = int(match["year"]), world.candidate.item
    named = _beside(match, found, world)
    if named:
        return Claim(match["year"], "year", any(year_of(one) == year for one in named))
    before = _YEAR_HOW.search(match.string[: match.start()].casefold())
    after = _YEAR_HOW_ZH.match(match.string[match.end() :])
    own = year_of(item)
    if (how := before or after) and own is not None:
        return Claim(match["year"], "year", _COMPARE[how[1]](own, year))
    return Claim(
        match["year"], "year", year == own or f" {year} " in world.told_words + world.asked_words
    )


def _beside(match: re.Match[str], found: Sequence[Mention], world: World) -> list[Item]:
    """Returns the items whose title stands right before a year, or right after "1979's"."""
    before = re.search(rf"({MARK})[\s(,!?.]*(?:from|of|in)?\s*$", match.string[: match.start()])
    after = re.match(rf"(?:'s|年的)?\s*({MARK})", match.string[match.end() :])
    mark = (before or after or [None, None])[1]
    if mark is None:
        return []
    ids = found[ord(mark) - FIRST_MARK].items
    return [world.known_items[i] for i in sorted(ids) if i in world.known_items]


def _number(match: re.Match[str], found: Sequence[Mention], world: World) -> Claim:
    number = float(match.group().replace(",", "."))
    ids = {item for mention in found for item in mention.items}
    rated = {world.entries[i].value for i in ids if i in world.entries}
    return Claim(match.group(), "number", number in world.numbers or number in rated)
