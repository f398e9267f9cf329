"""What is in force, in the language of the talk.

A term carries its English words from where it was read; in Chinese its constraints are worded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from palate.agent.chat.lexicon import unit_of
from palate.agent.reasons.genres_zh import genre_word
from palate.agent.reasons.places_zh import place_word
from palate.domain import Constraint, FieldValue, Op
from palate.retrieval.constraints import NEGATIVE, as_number

__all__ = ["genre_word", "worded", "worded_constraint"]

if TYPE_CHECKING:
    from palate.agent.chat.state import Term

#: Fields of places, whose values have Chinese names.
PLACES = ("country", "language")
_HAN = re.compile(r"[\u3400-\u9fff]")
_FIELDS = {
    "director": "导演", "directors": "导演", "cast": "主演", "actors": "主演", "stars": "主演",
    "author": "作者", "authors": "作者", "writer": "作者", "artist": "艺术家", "country": "国家",
    "language": "语言", "brand": "品牌", "publisher": "出版社", "price": "价格", "cost": "价格",
    "pages": "页数", "category": "类别",
}  # fmt: skip
_YEARS = {
    Op.LT: "{}年之前", Op.LE: "{}年及以前", Op.GT: "{}年之后", Op.GE: "{}年以来",
    Op.EQ: "{}年", Op.NE: "不要{}年",
}  # fmt: skip
_BOUNDS = {
    Op.LT: "少于{}", Op.LE: "不超过{}", Op.GT: "超过{}", Op.GE: "至少{}",
    Op.EQ: "{}", Op.NE: "不是{}",
}  # fmt: skip
#: How the reader words a wish against something, and the same in Chinese.
_AGAINST = {"not: ": "不要：", "less ": "少一点：", "no ": "不要"}


def worded(term: Term, language: str) -> str:
    """Returns a term as it is shown.

    Args:
        term: What is in force.
        language: Of the talk, BCP 47.
    """
    if not language.startswith("zh"):
        return term.text
    if term.constraints and not _HAN.search(term.text):  # a region is told by its own name
        return "，".join(_parts(term.constraints))
    for english, chinese in _AGAINST.items():
        if not term.likes and term.text.startswith(english):
            return chinese + term.text.removeprefix(english)
    return term.text


_ENGLISH = {
    Op.LT: "under {}", Op.LE: "at most {}", Op.GT: "over {}", Op.GE: "at least {}",
    Op.EQ: "{}", Op.NE: "not {}",
}  # fmt: skip
_ENGLISH_YEARS = {
    Op.LT: "before {}", Op.LE: "until {}", Op.GT: "after {}", Op.GE: "since {}",
    Op.EQ: "from {}", Op.NE: "not from {}",
}  # fmt: skip


def worded_constraint(one: Constraint, language: str) -> str:
    """Returns one constraint as a person would say it: "under 120 min", "at most 1961"."""
    if language.startswith("zh"):
        return _one(one)
    values = tuple(_plain(v) for v in (one.value if isinstance(one.value, tuple) else (one.value,)))
    said = " or ".join(values)
    if one.field == "tags":
        return ("no " if one.op in NEGATIVE else "") + said
    forms = _ENGLISH_YEARS if one.field == "year" else _ENGLISH
    if as_number(one.value) is not None and one.op in forms:
        return forms[one.op].format(said + unit_of(one.field))
    return f"{one.field} {'not ' if one.op in NEGATIVE else ''}{said}"


def _parts(constraints: Sequence[Constraint]) -> list[str]:
    """Returns each constraint's words; the two ends of a span of years are one."""
    said: list[str] = []
    for field, group in groupby(constraints, lambda one: one.field):
        held = list(group)
        span = {one.op: one.value for one in held}
        if field == "year" and span.keys() == {Op.GE, Op.LE}:
            said.append(_span(_plain(span[Op.GE]), _plain(span[Op.LE])))
        elif span.keys() == {Op.GE, Op.LE}:
            unit = unit_of(field, "zh")
            named = "" if unit else _FIELDS.get(field, field)
            said.append(f"{named}{_plain(span[Op.GE])}至{_plain(span[Op.LE])}{unit}")
        else:
            said += [_one(one) for one in held]
    return said


def _one(one: Constraint) -> str:
    values = tuple(_plain(v) for v in (one.value if isinstance(one.value, tuple) else (one.value,)))
    denied = "不要" if one.op in NEGATIVE else ""
    if one.field == "tags":
        return denied + "或".join(genre_word(tag, "zh") for tag in values)
    if one.field == "year" and len(values) > 1 and all(map(str.isdecimal, values)):
        return denied + "或".join(_span(*ends) for ends in _runs(values))
    if one.field == "year" and one.op in _YEARS:
        return _YEARS[one.op].format(*values)
    name = _FIELDS.get(one.field, one.field)
    if as_number(one.value) is not None and one.op in _BOUNDS:
        unit = unit_of(one.field, "zh")
        return ("" if unit else name) + _BOUNDS[one.op].format(values[0] + unit)
    shown = "或".join(place_word(value, "zh") for value in values)
    if one.field in PLACES and denied:
        return denied + shown
    return f"{name}{denied or '：'}{shown}"


def _plain(value: FieldValue) -> str:
    number = as_number(value)
    return str(value) if number is None else f"{number:g}"


def _runs(years: Sequence[str]) -> list[tuple[str, str]]:
    """Returns the ends of each run of years that follow one another, a decade at a time."""
    runs: list[tuple[str, str]] = []
    for year in years:
        if runs and int(year) == int(runs[-1][1]) + 1 and int(year) % 10:
            runs[-1] = (runs[-1][0], year)
        else:
            runs.append((year, year))
    return runs


def _span(low: str, high: str) -> str:
    if low == high:
        return f"{low}年"
    if low.endswith("0") and high == f"{low[:-1]}9":
        return f"{low}年代"
    return f"{low}至{high}年"
