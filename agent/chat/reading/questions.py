"""Questions about the catalogue: "how many comedies from the 90s", "who directed Heat"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from palate.agent.chat.lexicon import length_field, price_field
from palate.agent.chat.reading.called import asks_there

Asked = Literal[
    "kinds", "count", "most", "least", "field", "there", "mean", "which", "holds", "values"
]
_I = re.IGNORECASE
_COUNT = re.compile(r"\bhow many\b|\bnumber of\b|(?:有)?(?:多少|几)(?:部|个|本)?", _I)
_KINDS = re.compile(
    r"\b(?:what|which) (?:genres?|categories|(?:kinds?|sorts?|types?) of (?:films?|movies?"
    r"|books?|things|stuff))\b.*\b(?:have|got|there|available|offer|know)\b",
    _I,
)
_MEAN = re.compile(
    r"\bon average\b|\b(?:what|how)\b.*\baverage\b|\b(?:average|mean) (?:length|run(?:ning )?time"
    r"|year|price|cost|age)\b|平均", _I,
)  # fmt: skip
_SUPERLATIVE = "longest|shortest|newest|oldest|latest|earliest|most recent|cheapest|most expensive"
#: The slate last shown, as a question speaks of it.
_OF_SHOWN = (
    r"(?:of|among|amongst|from|out of|in|on)\s+(?:all\s+)?(?:(?:of\s+)?(?:those|these|them|what you"
    r" (?:showed|suggested|listed)|your (?:list|suggestions|picks|recommendations))|(?:the|this"
    r"|that) (?:list|ones?|lot|bunch|slate)|the (?:two|three|four|five|six|seven|eight|nine|ten))\b"
)
_EXTREME = re.compile(
    rf"\b(?:what|which|who|name|tell me|show me|is)\b.*?\b(?:the )?(?P<word>{_SUPERLATIVE})\b"
    rf"|^(?:the )?(?P<word2>{_SUPERLATIVE})\b(?:.*\?|(?: one)?\s+{_OF_SHOWN}.*)"
    r"|最(?P<zh>长|短|新|老|早|旧)的?",
    _I,
)
_AMONG = re.compile(_OF_SHOWN, _I)
#: "Which (one) is the longest?" asks of what lies on the table; "the longest film" of everything.
_BARE = re.compile(
    rf"(?:and |so |ok(?:ay)?[, ]+)*(?:which|what)(?: one)?(?:'s| is| was) (?:the )?"
    rf"(?:{_SUPERLATIVE})(?: one)?[\s?.!]*",
    _I,
)
#: "Which of them are comedies?", "are any of those from the 90s?"
_WHICH_SHOWN = re.compile(
    rf"\b(?:which(?: ones?)?|any|how many|is (?:one|any)|are (?:some|any)|one)\s+{_OF_SHOWN}"
    r"|\b(?:are|do|were|is|does|did|have|has) (?:they|these|those|any of (?:them|these|those))\b",
    _I,
)
_FIELD = re.compile(
    r"\bwho (?P<did>directed|made|wrote|stars?|starred|acts?|acted|plays?|played|is|was|are)\b"
    r"|\bwho(?:['’]?s| all(?: is)?) (?P<cast>in|starring|acting|playing)\b"
    r"|\b(?P<when>when was|what year|which year|when did|how old is)\b|\b(?P<long>how long(?: "
    r"is| was)?|what is the "
    r"(?:runtime|length))\b|\b(?P<about>what(?: is|'s|s) .{0,60}\babout|tell me (?:more )?about"
    r"|what happens in|plot of)\b"
    r"|\b(?P<where>where (?:is|was)|which country|what (?:language|country|genre))\b"
    r"|(?P<zh>谁导演的?|谁演的?|导演是谁|哪一?年|多长|讲什么|讲的是什么|关于什么)",
    _I,
)
#: "Is the first one a comedy?", "does it have Tom Hanks in it?"
_HOLDS = re.compile(
    r"^\s*(?:(?:and|but|so|ok(?:ay)?|hm+)[\s,]+)*(?:is|isn['’]?t|was|are|were|does|did|has|do)\b",
    _I,
)
_THERE = re.compile(
    r"\b(?:do you (?:have|know)|have you got|is there|are there|does the catalogue have|is "
    r".{1,60} in (?:the|your) "
    r"(?:catalogue|catalog|list|collection))\b|有没有|有.{1,12}吗",
    _I,
)
_MOST = {"longest": "long", "newest": "new", "latest": "new", "most recent": "new",
         "most expensive": "dear", "长": "long", "新": "new"}  # fmt: skip
_LEAST = {"shortest": "long", "oldest": "new", "earliest": "new", "cheapest": "dear", "短": "long",
          "老": "new", "早": "new", "旧": "new"}  # fmt: skip
_ROLE = {
    "directed": "director", "made": "director", "wrote": "writer", "stars": "cast", "star": "cast",
    "starred": "cast", "acts": "cast", "act": "cast", "acted": "cast", "plays": "cast",
    "play": "cast", "played": "cast", "is": "cast", "was": "cast", "are": "cast",
}  # fmt: skip
_ZH = {"导演": "director", "演": "cast", "年": "year", "长": "length", "讲": "text", "关于": "text"}


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the catalogue answers.

    Attributes:
        asked: What is wanted: a count, an extreme, a field of one item, whether it is there.
        field: The field it is about; empty where it is about none.
        shown: Whether it is about the slate last shown, and not the whole catalogue.
    """

    asked: Asked
    field: str = ""
    shown: bool = False


def question_in(
    text: str,
    ranges: Mapping[str, tuple[float, float]],
    *,
    has_titles: bool,
    bounds: bool = False,
) -> Question | None:
    """Returns the question that a text asks about the catalogue, if it does.

    Args:
        text: What was said.
        ranges: Numeric fields of the catalogue.
        has_titles: Whether it names or points at an item.
        bounds: Whether it states a condition.
    """
    length = length_field(ranges)
    if bounds and _WHICH_SHOWN.search(text):
        return Question("which", shown=True)
    if _KINDS.search(text):
        return Question("kinds")
    if _COUNT.search(text):
        return Question("count")
    if _MEAN.search(text):
        return Question("mean", _mean_of(text.lower(), ranges))
    extreme = _EXTREME.search(text)
    if extreme:
        found = _extreme(extreme, length, ranges)
        return found and replace(found, shown=_asks_of_shown(text))
    if has_titles and (match := _FIELD.search(text)):
        return Question("field", _field(match, length))
    if has_titles and bounds and _HOLDS.match(text):
        return Question("holds")
    if has_titles and (_THERE.search(text) or asks_there(text)):
        return Question("there")
    return None


def _mean_of(text: str, ranges: Mapping[str, tuple[float, float]]) -> str:
    if "year" in text or "年" in text:
        return "year"
    return price_field(ranges) if re.search(r"price|cost", text) else length_field(ranges)


def _asks_of_shown(text: str) -> bool:
    return bool(_AMONG.search(text) or _BARE.fullmatch(text.strip()))


def _extreme(
    match: re.Match[str], length: str, ranges: Mapping[str, tuple[float, float]]
) -> Question | None:
    word = (match["word"] or match["word2"] or match["zh"]).lower()
    kind = _MOST.get(word) or _LEAST[word]
    field = {"long": length, "new": "year", "dear": price_field(ranges)}[kind]
    if field not in ranges:
        return None
    return Question("most" if word in _MOST else "least", field)


def _field(match: re.Match[str], length: str) -> str:
    if match["cast"]:
        return "cast"
    if match["did"]:
        return _ROLE[match["did"].lower()]
    if match["when"]:
        return "year"
    if match["long"]:
        return length
    if match["about"]:
        return "text"
    if match["where"]:
        words = match["where"].lower()
        return "language" if "language" in words else "tags" if "genre" in words else "country"
    found = next((field for word, field in _ZH.items() if word in match["zh"]), "text")
    return length if found == "length" else found
