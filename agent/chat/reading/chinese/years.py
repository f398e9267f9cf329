"""Years in Chinese: "八十年代", "2000年前", "1980到1985年之间", "近十年的", "老片"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from palate.agent.chat.reading.chinese.denial import denied
from palate.agent.chat.reading.chinese.numerals import NUMERAL, number
from palate.agent.chat.reading.found import Found
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op

_YEAR = r"(?:18|19|20)\d{2}|[一二][九零〇八][零〇一二三四五六七八九]{2}"
_TEN = r"(?:18|19|20)\d0|\d0|[零〇一二两三四五六七八九][零〇十]"
_SIDE = (
    r"(?P<before>(?:以|之)前|(?:更|再)?早(?:的|些|一?点)|往前|前(?=的|拍|出|上|$|[，。、,就吧]))"
    r"|(?P<after>(?:以|之)后|以来|往后|至今|到现在|开始|起|后(?=的|拍|出|上|$|[，。、,就吧]))"
)
_BETWEEN = re.compile(rf"(?P<low>{_YEAR})年?(?:到|至|-|—|~|～|和)(?P<high>{_YEAR})年?(?:之间)?")
_DECADES = re.compile(
    rf"(?:(?:上个?|二十|20)世纪)?(?:(?P<one>{_TEN})(?:年代)?(?:[初中末早]期?)?[、到至/-]?(?P<two>{_TEN})年代(?:[初中末]期?)?"
    r"|(?P<from>[二三四五六七八九])(?P<till>[二三四五六七八九]十)年代)"
)
_DECADE = re.compile(
    rf"(?:(?:上个?|二十|20)世纪)?(?P<ten>{_TEN})年代(?:初期?|末期?|中期?|早期)?(?:{_SIDE})?"
)
_ONE = re.compile(
    rf"(?P<year>{_YEAR})年?(?:{_SIDE})|(?P<alone>{_YEAR})年(?!代)|(?P<short>\d{{2}})年(?=的|左右"
    rf"|前后|上映|拍|出)"
)
_CENTURY = re.compile(r"(?P<old>上个?世纪|(?:二十|20)世纪)|(?P<new>(?:二十一|21|本)世纪)")
_ABOUT = re.compile(r"左右|前后|上下|那会儿?|附近")
_LAST = re.compile(rf"(?:最?近|过去)(?P<n>{NUMERAL}|几)年")
_VAGUE = re.compile(
    r"(?P<young>(?:不要|别|不能|不想看)(?:太|那么)老)|(?P<aged>(?:不要|别|不想看)(?:太|那么)新)"
    r"|(?P<new>新片子?|新电影|新出的|最新的?|近年来?|最近(?:的|上映|出)|现代的|新一?点儿?的"
    r"|越新越好"
    r"|要新的)"
    r"|(?P<old>老电影|老片子?|(?<![最太更再])老的(?!婆|公|人|师)|黑白片|黑白的?电影|老掉牙|年代久远"
    r"|怀旧|经典(?:老|的?片|的?电影|黑色"
    r"|影片|作品|爱|喜|恐|科|战|西|悬)|上了年纪的片"
    r"|老一?点儿?的|以前的片子|越老越好)"
)


def years_in(text: str, span: tuple[float, float]) -> list[Found]:
    """Returns the conditions on years that a text states, none inside another.

    Args:
        text: What was said, simplified, titles taken out.
        span: The least and the highest year of the catalogue.
    """
    found: list[Found] = []
    for reader in (_between(text), _decades(text), _ones(text, span), _vague(text, span)):
        for one in reader:
            if all(one.end <= other.start or one.start >= other.end for other in found):
                found.append(one)
    return found


def _between(text: str) -> Iterator[Found]:
    for match in _BETWEEN.finditer(text):
        low, high = sorted((int(number(match["low"])), int(number(match["high"]))))
        yield _range(text, match.span(), low, high)


def _decades(text: str) -> Iterator[Found]:
    for match in _DECADES.finditer(text):
        one, two = match["one"] or f"{match['from']}十", match["two"] or match["till"]
        first, last = sorted((_decade(one), _decade(two)))
        yield _range(text, match.span(), first, last + 9)
    for match in _DECADE.finditer(text):
        first = _decade(match["ten"])
        if match["before"] or match["after"]:
            yield _side(text, match, first)
        else:
            yield _range(text, match.span(), first, first + 9)


def _decade(said: str) -> int:
    # "八十", "八零"; "零零" are the first years of a century.
    value = int(said) if said[0].isdigit() else int(number(said[0])) * 10
    return value if value > 1000 else value + (2000 if value < 20 else 1900)


def _ones(text: str, span: tuple[float, float]) -> Iterator[Found]:
    for match in _ONE.finditer(text):
        if match["year"]:
            yield _side(text, match, int(number(match["year"])))
            continue
        year = int(number(match["alone"])) if match["alone"] else _full(int(match["short"]), span)
        about = _ABOUT.match(text, match.end())
        span_ = (match.start(), about.end() if about else match.end())
        yield _range(text, span_, year - 2 * bool(about), year + 2 * bool(about))
    for match in _CENTURY.finditer(text):
        low, high = (1901, 2000) if match["old"] else (2001, 2100)
        yield _range(text, match.span(), low, high)
    for match in _LAST.finditer(text):
        years = 5 if match["n"] == "几" else int(number(match["n"]))
        yield _bound(text, match.span(), Op.GE, int(span[1]) - years + 1, assumed=True)


def _full(two: int, span: tuple[float, float]) -> int:
    return 1900 + two if 1900 + two + 100 > span[1] else 2000 + two


def _range(text: str, span: tuple[int, int], low: int, high: int) -> Found:
    named = f"the {low}s" if high == low + 9 and not low % 10 else f"{low} to {high}"
    named = str(low) if low == high else named
    if denied(text, *span):
        out = Constraint("year", Op.NOT_IN, tuple(map(str, range(low, high + 1))))
        return Found(*span, Term("", f"not from {named}", (out,)), "number")
    bounds = (Constraint("year", Op.GE, low), Constraint("year", Op.LE, high))
    if low == high:
        return Found(*span, Term("", f"from {named}", (Constraint("year", Op.EQ, low),)), "number")
    return Found(*span, Term("", f"from {named}", bounds), "number")


def _side(text: str, match: re.Match[str], year: int) -> Found:
    before = bool(match["before"]) != denied(text, *match.span())
    return _bound(text, match.span(), Op.LT if before else Op.GE, year)


def _bound(text: str, span: tuple[int, int], op: Op, year: int, *, assumed: bool = False) -> Found:
    shown = f"{_SAID[op]} {year}"
    said = f"{text[slice(*span)]}\t{shown}" if assumed else ""
    return Found(*span, Term("", shown, (Constraint("year", op, year),)), "number", said)


_SAID = {Op.LT: "before", Op.LE: "until", Op.GE: "since"}


def _vague(text: str, span: tuple[float, float]) -> Iterator[Found]:
    low, high = span
    for match in _VAGUE.finditer(text):
        kind = match.lastgroup or ""
        plain = kind in ("new", "old")
        new = (kind in ("new", "young")) != (plain and denied(text, *match.span()))
        year = int(high - (high - low) * 0.25) if kind == "new" else int((low + high) / 2)
        start, end = match.span()
        if kind == "old" and match.group().startswith("经典"):
            end = start + 2
        yield _bound(text, (start, end), Op.GE if new else Op.LE, year, assumed=True)
