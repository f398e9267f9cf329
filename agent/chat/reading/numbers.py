"""Years and lengths: "from the 90s", "shorter than two hours", "90年代"; amounts beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from palate.agent.chat.lexicon import LENGTHS
from palate.agent.chat.reading.amounts import amounts_in
from palate.agent.chat.reading.bounds import OVER, UNDER, op_of
from palate.agent.chat.reading.found import Found, negated
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op

#: What "short" and "long" are taken for, in minutes.
SHORT, LONG = 100, 150
_NUMBERS = {
    "one": 1, "an": 1, "a": 1, "two": 2, "three": 3, "four": 4, "half an": 0.5, "ninety": 90,
    "sixty": 60, "hundred": 100,
    "一个": 1, "一": 1, "两个": 2, "两": 2, "二": 2, "三个": 3, "三": 3,
    "半个": 0.5, "半": 0.5, "九十": 90,
}  # fmt: skip
_DECADES = {
    "twenties": 1920, "thirties": 1930, "forties": 1940, "fifties": 1950, "sixties": 1960,
    "seventies": 1970, "eighties": 1980, "nineties": 1990, "noughties": 2000,
    "二十": 1920, "三十": 1930, "四十": 1940, "五十": 1950, "六十": 1960, "七十": 1970,
    "八十": 1980, "九十": 1990,
}  # fmt: skip
_YEAR = r"(?P<year>(?:18|19|20)\d{2})"
_N = r"(?P<n>\d+(?:\.\d+)?|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_UNIT = r"\s*-?(?P<unit>hours?|hrs?|h\b|minutes?|mins?|min\b|m\b|个?小时|分钟)"
_HALF = r"(?P<half>\s+and a half)?"
_DECADE = re.compile(
    r"\b(?:(?:from|in|of|during)\s+)?(?:the\s+)?(?:early |late |mid[- ])?"
    r"(?:(?P<full>(?:18|19|20)\d0)\s?['’]?s|['’]?(?P<two>\d0)['’]?s|"
    r"(?P<word>" + "|".join(word for word in _DECADES if word.isascii()) + r"))\b"
    r"|(?P<full_zh>(?:19|20)\d0)年代|(?P<two_zh>\d0)年代|(?P<word_zh>[二三四五六七八九]十)年代",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?:between|from)\s+(?P<low>(?:18|19|20)\d{2})\s*(?:and|to|until|till|-|–)\s*"
    r"(?P<high>(?:18|19|20)\d{2})\b|(?P<low_zh>(?:19|20)\d{2})年?(?:到|至|-)(?P<high_zh>(?:19"
    r"|20)\d{2})年?",
    re.IGNORECASE,
)
_AFTER_DECADE = re.compile(r"\b(before|after|since|pre|post)[-\s]+(?:the\s+)?$", re.IGNORECASE)
_SIDE = re.compile(
    r"\b(?P<before>before|older than|earlier than|prior to|pre|until|up to)[-\s]+(?:the year\s+)?"
    + _YEAR + r"\b|\b(?P<after>after|newer than|later than|post|more recent than)[-\s]+"
    + _YEAR.replace("year", "year2") + r"\b|\b(?:(?P<since>since)\s+"
    + _YEAR.replace("year", "year3") + r"|from\s+" + _YEAR.replace("year", "year5")
    + r"\s*(?:on(?:wards?)?|and later|or later|and newer|till now|to now))\b"
    r"|(?P<year4>(?:18|19|20)\d{2})\s+or\s+(?P<side>later|newer|earlier|older)\b"
    r"|(?P<year_zh>(?:19|20)\d{2})年?(?P<side_zh>以前|之前|以后|之后)",
    re.IGNORECASE,
)  # fmt: skip
_IN_YEAR = re.compile(r"\b(?:in|of|from|from the year|made in|released in)\s+" + _YEAR + r"\b"
                      r"|(?P<year_zh>(?:19|20)\d{2})年的", re.IGNORECASE)  # fmt: skip
_LENGTH = re.compile(
    rf"(?P<cue>{UNDER}|{OVER})\s*{_N}{_HALF}{_UNIT}(?P<half2>\s+and a "
    rf"half)?(?:\s*(?P<rest>\d{{1,2}})"
    rf"\s*(?:minutes?|mins?|m)?\b)?|(?:\bonly have|\bhave only|\bi(?:'ve| have)(?: got)?(?: only)?"
    rf"|\bgot)\s+(?:about\s+|like\s+)?{_N.replace('<n>', '<n3>')}"
    rf"{_UNIT.replace('<unit>', '<unit3>')}"
    r"(?P<half3>\s+and a half)?"
    rf"|{_N.replace('<n>', '<n2>')}{_UNIT.replace('<unit>', '<unit2>')}"
    r"(?P<tail>\s*or (?:less|shorter|under)|\s*max(?:imum)?|\s*tops|\s*at most|以内|以下|之内"
    r"|\s*or (?:more|longer)|以上)",
    re.IGNORECASE,
)
_THING = (
    r"(?:film|movie|flick|one\b|release|stuff|thing|comed|drama|horror|thriller|western|action|romance"
    r"|romcom|sci|musical|myster|noir|documentar|animat|cartoon|adventure|fantas|epic|classic|book"
    r"|item|song|hollywood)"
)
#: A word of length or age counts where it is said of what is looked for: "short and funny", "an old
#: French film"; not in "a short story about" or "the long goodbye".
_OF_IT = rf"(?=(?:,?\s+[a-z-]+){{0,2}},?\s+{_THING}|\s+(?:and|but|or|yet)\b|[.,!?]|\s*$)"
_VAGUE = re.compile(
    rf"\b(?P<new>new|newer|recent|modern|latest){_OF_IT}"
    rf"|\b(?<!years )(?<!year )(?<!-)(?P<old>old|older|classic|vintage|black and white){_OF_IT}"
    rf"|\b(?<!in )(?P<short>short){_OF_IT}"
    rf"|\b(?<!how )(?<!as )(?<!so )(?P<long>long|epic length){_OF_IT}"
    r"|(?P<new_zh>新片|新电影|最新|近年|最近的)|(?P<old_zh>老电影|老片|经典)"
    r"|(?P<short_zh>短片|短一点的)",
    re.IGNORECASE,
)

#: "3 hours long" says how long already.
_MEASURED = re.compile(r"\b(?:hours?|hrs?|minutes?|mins?)[\s-]+$", re.IGNORECASE)


def numbers_in(text: str, ranges: Mapping[str, tuple[float, float]]) -> list[Found]:
    """Returns the conditions on numbers that a text states.

    Args:
        text: What was said, titles taken out.
        ranges: Numeric field of the catalogue -> its least and its highest value.
    """
    found: list[Found] = []
    readers = [_years(text)] if "year" in ranges else []
    length = next((name for name in LENGTHS if name in ranges), None)  # in minutes
    if length:
        readers.append(_lengths(text, length))
    readers.append(amounts_in(text, ranges))
    readers.append(_vague(text, ranges, length))
    for reader in readers:
        for one in reader:
            if all(one.end <= other.start or one.start >= other.end for other in found):
                found.append(one)
    return either(text, sorted(found, key=lambda one: one.start))


#: "from the 90s or the 80s".
_OR = re.compile(r"\s*,?\s*(?:or|/|或者?|还是)\s*(?:from |in )?(?:the )?", re.IGNORECASE)


def either(text: str, found: list[Found]) -> list[Found]:
    """Joins spans of years with "or" between them into one condition that either meets."""
    joined: list[Found] = []
    for one in found:
        last = joined[-1] if joined else None
        left, right = _span_of(last) if last else None, _span_of(one)
        if last and left and right and _OR.fullmatch(text[last.end : one.start]):
            years = sorted({*left, *right})
            shown = f"{last.term.text} or {one.term.text.removeprefix('from ')}"
            bound = Constraint("year", Op.IN, tuple(map(str, years)))
            joined[-1] = Found(last.start, one.end, Term("", shown, (bound,)), one.kind)
        else:
            joined.append(one)
    return joined


def _span_of(found: Found) -> list[int] | None:
    """Returns the years that a condition asks for, where it names them all."""
    held = {one.op: one.value for one in found.term.constraints if one.field == "year"}
    if held.keys() == {Op.GE, Op.LE}:
        return list(range(int(str(held[Op.GE])), int(str(held[Op.LE])) + 1))
    if held.keys() == {Op.EQ}:
        return [int(str(held[Op.EQ]))]
    if held.keys() == {Op.IN} and isinstance(years := held[Op.IN], tuple):
        return [int(year) for year in years]
    return None


def _years(text: str) -> Iterator[Found]:
    for match in _BETWEEN.finditer(text):
        low = int(match["low"] or match["low_zh"])
        high = int(match["high"] or match["high_zh"])
        yield _range(text, match.span(), min(low, high), max(low, high))
    for match in _DECADE.finditer(text):
        yield from _decade(text, match)
    for match in _SIDE.finditer(text):
        yield _side(match)
    for match in _IN_YEAR.finditer(text):
        year = int(match["year"] or match["year_zh"])
        yield _range(text, match.span(), year, year)


def _decade(text: str, match: re.Match[str]) -> Iterator[Found]:
    full, two = match["full"] or match["full_zh"], match["two"] or match["two_zh"]
    word = match["word"] or match["word_zh"]
    if full:
        start = int(full)
    elif two:
        start = (1900 if int(two) >= 20 else 2000) + int(two)
    else:
        start = _DECADES[word.lower()]
    side = _AFTER_DECADE.search(text[: match.start()])
    if side is None:
        yield _range(text, match.span(), start, start + 9)
        return
    earlier = side[1].lower() in ("before", "pre")
    bound = Constraint("year", Op.LT, start) if earlier else _at_least("year", start)
    term = Term("", f"{'before' if earlier else 'from'} {start}", (bound,))
    yield Found(side.start(), match.end(), term, "number")


#: "A musical, not a comedy, from the 1960s": what is said of the thing itself denies nothing.
_OWN = re.compile(r"(?:from|in|of|during|made|released)\b", re.IGNORECASE)


def _range(text: str, span: tuple[int, int], low: int, high: int) -> Found:
    apart = text[: span[0]].rstrip().endswith(",") and _OWN.match(text[span[0] :])
    if not apart and negated(text, span[0]):
        out = Constraint("year", Op.NOT_IN, tuple(str(year) for year in range(low, high + 1)))
        return Found(*span, Term("", f"not from {_named(low, high)}", (out,)), "number")
    bounds = (_at_least("year", low), Constraint("year", Op.LE, high))
    if low == high:
        bounds = (Constraint("year", Op.EQ, low),)  # type: ignore[assignment]
    return Found(*span, Term("", f"from {_named(low, high)}", bounds), "number")


def _named(low: int, high: int) -> str:
    if low == high:
        return str(low)
    return f"the {low}s" if high == low + 9 and not low % 10 else f"{low} to {high}"


def _at_least(field: str, value: float) -> Constraint:
    return Constraint(field, Op.GE, value)


def _side(match: re.Match[str]) -> Found:
    found = [
        match[name]
        for name in ("year", "year2", "year3", "year4", "year5", "year_zh")
        if match[name]
    ]
    year = int(found[0])
    side = (match["side"] or "").lower()
    zh = match["side_zh"] or ""
    if match["before"] or side in ("earlier", "older") or zh in ("以前", "之前"):
        inclusive = bool(side) or (match["before"] or "").lower() in ("until", "up to")
        bound = Constraint("year", Op.LE if inclusive else Op.LT, year)
        return Found(*match.span(), Term("", f"{'until' if inclusive else 'before'} {year}",
                     (bound,)), "number")  # fmt: skip
    after = bool(match["after"])
    bound = Constraint("year", Op.GT if after else Op.GE, year)
    return Found(
        *match.span(), Term("", f"{'after' if after else 'since'} {year}", (bound,)), "number"
    )


def _lengths(text: str, field: str) -> Iterator[Found]:
    for match in _LENGTH.finditer(text):
        number = match["n"] or match["n2"] or match["n3"]
        unit = match["unit"] or match["unit2"] or match["unit3"]
        value = _NUMBERS.get(number.lower())
        value = float(number) if value is None else value
        value += 0.5 if match["half"] or match["half2"] or match["half3"] else 0
        minutes = value * 60 if unit.lower()[0] == "h" or "小时" in unit else value
        minutes += float(match["rest"] or 0)
        cue = (match["cue"] or match["tail"] or "at most").strip().lower()
        more = cue in ("or more", "or longer", "以上")
        op = op_of("at least" if more else cue, text[: match.start()])
        shown = f"{'at least' if op in (Op.GE, Op.GT) else 'at most'} {minutes:g} min"
        if op in (Op.LT, Op.GT):
            shown = f"{'under' if op is Op.LT else 'over'} {minutes:g} min"
        bound = Constraint(field, op, int(minutes) if minutes.is_integer() else minutes)
        yield Found(*match.span(), Term("", shown, (bound,)), "number")


def _vague(
    text: str, ranges: Mapping[str, tuple[float, float]], length: str | None
) -> Iterator[Found]:
    for match in _VAGUE.finditer(text):
        kind = (match.lastgroup or "").removesuffix("_zh")
        deny = negated(text, match.start())
        if kind == "long" and _MEASURED.search(text[: match.start()]):
            continue
        if kind in ("new", "old") and "year" in ranges:
            low, high = ranges["year"]
            bound = int(high - (high - low) * 0.25) if kind == "new" else int((low + high) / 2)
            new = (kind == "new") != deny
            term = Constraint("year", Op.GE if new else Op.LE, bound)
            shown = f"{'since' if new else 'until'} {bound}"
        elif kind in ("short", "long") and length:
            short = (kind == "short") != deny
            limit = SHORT if kind == "short" else LONG
            term = Constraint(length, Op.LE if short else Op.GE, limit)
            shown = f"{'at most' if short else 'at least'} {limit} min"
        else:
            continue
        said = match.group().lower()
        yield Found(*match.span(), Term("", shown, (term,)), "number", f"{said}\t{shown}")
