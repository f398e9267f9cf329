"""Amounts: "under $20", "10 to 15 euros", "at least 300 pages", "weight below 500", "20元以下"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from palate.agent.chat.lexicon import LENGTHS, price_field
from palate.agent.chat.reading.bounds import OVER, UNDER, op_of, shown_bound
from palate.agent.chat.reading.found import Found
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op

_SIGN = r"[$€£¥₹]|\b(?:usd|eur|gbp|rmb|cny)\b"
_MONEY = r"dollars?|euros?|bucks|pounds?|quid|yuan|rmb|usd|eur|gbp|[$€£¥₹]|元|块钱?|美元|欧元"
_AMOUNT = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?)(?!\d)"
_N = rf"(?P<n>{_AMOUNT})"
_TO = r"\s*(?:and|to|until|-|–|到|至)\s*"
#: One amount of money, with what is said of its side, if anything is.
_PRICE = re.compile(
    rf"(?:(?P<cue>{UNDER}|{OVER})\s*)?(?:(?P<about>around|about|roughly|approximately|ca\.?|大约|大概)"
    rf"\s*)?(?P<sign>{_SIGN})?\s*{_N}\s*(?P<word>(?:{_MONEY})(?![a-z]))?"
    r"(?P<tail>\s*or (?:less|under|cheaper)|\s*max(?:imum)?\b|\s*tops\b|\s*at most|以内|以下|之内"
    r"|\s*or more|以上|左右)?",
    re.IGNORECASE,
)
_BUDGET = re.compile(
    r"\b(?:budget (?:is|of)|spend|pay|afford)\s*(?:up to|about)?\s*$|预算是?\s*$", re.IGNORECASE
)
_BETWEEN = re.compile(
    rf"\b(?:(?P<between>between|from)\s+)?(?P<sign>{_SIGN})?\s*(?P<low>{_AMOUNT})\s*(?:{_MONEY})?"
    rf"{_TO}(?P<sign2>{_SIGN})?\s*(?P<high>{_AMOUNT})\s*(?P<word>(?:{_MONEY})(?![a-z]))?",
    re.IGNORECASE,
)
#: What makes a bare number no price.
_UNIT = re.compile(
    r"\s*-?(?:%|[kmcμ]?g\b|grams?|kilos?|ml\b|lit|[kmc]?m\b|inch|ft\b|oz\b|lbs?\b|watts?"
    r"|w\b|volts?|v\b|db\b|cups?|pieces?|pcs|pages?|stars?|reviews?|people|persons?|years?"
    r"|months?|weeks?|days?|hours?|hrs?\b|min(?:ute)?s?\b|sheets?|packs?|items?|x\b|[-–]\s*\d"
    r"|年|小时|分钟|克|升|人|岁|个)",
    re.IGNORECASE,
)
#: How far "around 50" reaches.
_AROUND = 0.2
_AT_MOST = re.compile(r"or (?:less|under|cheaper)|max|tops|at most|以内|以下|之内", re.IGNORECASE)


def amounts_in(text: str, ranges: Mapping[str, tuple[float, float]]) -> Iterator[Found]:
    """Yields conditions on prices and, by their names, on other numeric fields.

    A bare number ("under 300") is a price where the catalogue has prices and no lengths.

    Args:
        text: What was said, titles taken out.
        ranges: Numeric field of the catalogue -> its least and its highest value.
    """
    for name in ranges:
        if name != "year":
            yield from _named(text, name)
    price = price_field(ranges)
    if price:
        bare = not any(name in ranges for name in LENGTHS)
        yield from _between(text, price, bare)
        yield from _prices(text, price, bare)


def _named(text: str, field: str) -> Iterator[Found]:
    """Yields conditions that name their field: before the number, or after it as its unit."""
    name = re.escape(field).replace("_", "[ _-]?") + "s?"
    pattern = re.compile(
        rf"\b{name}\s*(?:is |of |should be |must be )?(?P<cue>{UNDER}|{OVER}|[<>]=?)"
        rf"\s*[$€£¥]?\s*{_N}"
        rf"|(?P<cue2>{UNDER}|{OVER})\s*{_N.replace('<n>', '<n2>')}\s*-?{name}\b",
        re.IGNORECASE,
    )
    for match in pattern.finditer(text):
        cue = (match["cue"] or match["cue2"]).lower()
        op = {"<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}.get(cue)
        op = op or op_of(cue, text[: match.start()])
        yield _found(match.span(), field, op, _value(match["n"] or match["n2"]))


def _between(text: str, field: str, bare: bool) -> Iterator[Found]:
    for match in _BETWEEN.finditer(text):
        money = match["sign"] or match["sign2"] or match["word"]
        if not money and not (bare and match["between"]):
            continue
        low, high = sorted((_value(match["low"]), _value(match["high"])))
        bounds = (Constraint(field, Op.GE, low), Constraint(field, Op.LE, high))
        shown = f"{_plain(field)} {low:g} to {high:g}"
        yield Found(*match.span(), Term("", shown, bounds), "number")


def _prices(text: str, field: str, bare: bool) -> Iterator[Found]:
    for match in _PRICE.finditer(text):
        money = match["sign"] or match["word"]
        asked = match["cue"] or match["tail"] or _BUDGET.search(text[: match.start()])
        counted = _UNIT.match(text[match.end("n") :])
        if not (money or (bare and asked and not counted)):
            continue
        value, tail = _value(match["n"]), (match["tail"] or "").strip().lower()
        if match["about"] or tail == "左右":
            yield _around(match.span(), field, value)
        elif match["cue"]:
            op = op_of(match["cue"].lower(), text[: match.start()])
            yield _found(match.span(), field, op, value)
        elif tail and not _AT_MOST.search(tail):
            yield _found(match.span(), field, Op.GE, value)
        else:
            yield _found(match.span(), field, Op.LE, value)


def _around(span: tuple[int, int], field: str, value: float) -> Found:
    low, high = value * (1 - _AROUND), value * (1 + _AROUND)
    bounds = (Constraint(field, Op.GE, _round(low)), Constraint(field, Op.LE, _round(high)))
    shown = f"{_plain(field)} {_round(low):g} to {_round(high):g}"
    return Found(*span, Term("", shown, bounds), "number", f"around {value:g}\t{shown}")


def _found(span: tuple[int, int], field: str, op: Op, value: float) -> Found:
    words = {Op.LT: "under", Op.LE: "at most", Op.GT: "over", Op.GE: "at least"}
    shown = shown_bound(field, words[op], value)
    return Found(*span, Term("", shown, (Constraint(field, op, value),)), "number")


def _value(number: str) -> float:
    """Reads "1,200.50" and, with a comma for the point, "12,50"."""
    thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", number)
    return float(number.replace(",", "" if thousands else "."))


def _round(value: float) -> float:
    return round(value, 2)


def _plain(field: str) -> str:
    return field.replace("_", " ")
