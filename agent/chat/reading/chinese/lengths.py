"""Lengths in Chinese: "一个半小时以内", "不到一百分钟", "120分钟左右", "别太长"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from palate.agent.chat.reading.chinese.denial import denied
from palate.agent.chat.reading.chinese.numerals import NUMERAL, number
from palate.agent.chat.reading.found import Found
from palate.agent.chat.reading.numbers import LONG, SHORT
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op

_UNDER = r"不到|不足|小于|少于|低于|短于|没到"
_WITHIN = (
    r"(?:不要|不能|不想|别|不可以|不)(?:再|要)?(?:超过|多于|超出|长于|超|多过)|最多|最长|顶多|至多"
    r"|控制在|只有|就|限"
)
_OVER = r"超过|多于|大于|长于|高于|不止"
_LEAST = r"至少|最少|最短|起码|不少于|不低于|不短于"
_N = NUMERAL
_TIME = (
    rf"(?:(?P<hours>{_N})个?(?P<half>半)?(?:小时|钟头|h\b|hours?\b)(?P<half2>半)?"
    rf"(?:零?(?P<rest>{_N})(?:分钟|分|min))?|(?P<only>半)个?(?:小时|钟头)"
    rf"|(?P<minutes>{_N})(?:来|多)?(?:分钟|分|min\b|mins\b))"
)
_LENGTH = re.compile(
    rf"(?P<cue>(?:时长|片长|长度|时间)?(?:(?P<within>{_WITHIN})|(?P<least>{_LEAST})"
    rf"|(?P<under>{_UNDER})"
    rf"|(?P<over>{_OVER})))?\s*(?:个?大概|大约|约|差不多|在)?\s*{_TIME}\s*(?:的|钟)?"
    r"(?P<tail>(?P<in>以内|之内|以下|内|之下)|(?P<out>以上|之上|往上)|(?P<about>左右|上下|前后"
    r"|差不多))?"
)
_VAGUE = re.compile(
    r"(?P<deny>(?:不要|不想看|别|不能|不用|没那么|不)(?:那么|这么|太|特别)*)(?P<not>长|短)(?!于|过)"
    r"|受不了太?(?P<hate>长|短)|(?<!最)(?P<short>越短越好|短片|短的|短小|短[1一]?[点些])"
    r"|(?<!最)(?P<long>长片|长的|长[1一]?[点些]|越(?P<most>长)越好)"
)
_TILL = re.compile(r"[到至~～-]")
#: How far "about" goes, in minutes.
_ABOUT = 15


def lengths_in(text: str, field: str) -> list[Found]:
    """Returns the conditions on length that a text states.

    Args:
        text: What was said, simplified, titles taken out.
        field: The catalogue's field of minutes.
    """
    told = list(_told(text, field))
    if told:
        # "别太长，两个小时以内": the number says how long.
        return [*told, *(_read(one) for one in _VAGUE.finditer(text))]
    return list(_vague(text, field))


def _read(match: re.Match[str]) -> Found:
    """Returns words that are read, and ask for nothing of their own."""
    return Found(*match.span(), Term("", ""), "number")


def _told(text: str, field: str) -> Iterator[Found]:
    taken = 0
    for match in _LENGTH.finditer(text):
        if match.start() < taken:
            continue
        minutes = _minutes(match)
        till = _TILL.match(text, match.end()) and _LENGTH.match(text, match.end() + 1)
        if till:
            low, high = sorted((minutes, _minutes(till)))
            bounds = (Constraint(field, Op.GE, low), Constraint(field, Op.LE, high))
            taken = till.end()
            term = Term("", f"{low} to {high} min", bounds)
            yield Found(match.start(), taken, term, "number")
            continue
        if match["about"]:
            bounds = (
                Constraint(field, Op.GE, minutes - _ABOUT),
                Constraint(field, Op.LE, minutes + _ABOUT),
            )
            term = Term("", f"about {minutes} min", bounds)
            yield Found(*match.span(), term, "number", f"{match.group()}\t{term.text}")
            continue
        op = _op(match)
        shown = f"{_SAID[op]} {minutes} min"
        yield Found(*match.span(), Term("", shown, (Constraint(field, op, minutes),)), "number")


_SAID = {Op.LE: "at most", Op.LT: "under", Op.GE: "at least", Op.GT: "over"}


def _op(match: re.Match[str]) -> Op:
    if match["within"]:
        return Op.LE
    if match["least"]:
        return Op.GE
    if match["under"]:
        return Op.LT
    if match["over"]:
        return Op.GT
    return Op.GE if match["out"] else Op.LE


def _minutes(match: re.Match[str]) -> int:
    if match["minutes"]:
        return round(number(match["minutes"]))
    hours = 0.5 if match["only"] else number(match["hours"])
    hours += 0.5 if match["half"] or match["half2"] else 0
    return round(hours * 60 + (number(match["rest"]) if match["rest"] else 0))


def _vague(text: str, field: str) -> Iterator[Found]:
    for match in _VAGUE.finditer(text):
        refused = match["not"] or match["hate"]
        deny = denied(text, *match.span()) if not refused else False
        short = (refused == "长") if refused else bool(match["short"]) != deny
        limit = (
            (LONG if refused == "长" else SHORT) if refused else SHORT if match["short"] else LONG
        )
        op = Op.LE if short else Op.GE
        shown = f"{_SAID[op]} {limit} min"
        bound = Constraint(field, op, limit)
        yield Found(*match.span(), Term("", shown, (bound,)), "number", f"{match.group()}\t{shown}")
