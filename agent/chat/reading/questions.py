"""Questions about the catalogue: "how many comedies from the 90s", "who directed Heat"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from palate.agent.chat.lexicon import LENGTHS

Asked = Literal["count", "most", "least", "field", "there", "mean", "list"]
_I = re.IGNORECASE
_COUNT = re.compile(r"\bhow many\b|\bnumber of\b|(?:有)?(?:多少|几)(?:部|个|本)?", _I)
_MEAN = re.compile(r"\baverage\b|\bmean (?:length|runtime|year)\b|平均", _I)
_EXTREME = re.compile(
    r"\b(?:what|which|who|name|tell me|show me|is)\b.*?\b(?:the )?(?P<word>longest|shortest"
    r"|newest|oldest|latest|"
    r"earliest|most recent|cheapest|most expensive)\b|^(?:the )?(?P<word2>longest|shortest"
    r"|newest|oldest)\b.*\?"
    r"|最(?P<zh>长|短|新|老|早|旧)的?",
    _I,
)
_FIELD = re.compile(
    r"\bwho (?P<did>directed|made|wrote|stars?|starred|acts?|acted|plays?|played|is|was|are)\b"
    r"|\b(?P<when>when was|what year|which year|when did|how old is)\b|\b(?P<long>how long(?: "
    r"is| was)?|what is the "
    r"(?:runtime|length))\b|\b(?P<about>what(?: is|'s|s) .{0,60}\babout|tell me (?:more )?about"
    r"|what happens in|plot of)\b"
    r"|\b(?P<where>where (?:is|was)|which country|what (?:language|country|genre))\b"
    r"|(?P<zh>谁导演的?|谁演的?|导演是谁|哪一?年|多长|讲什么|讲的是什么|关于什么)",
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
    """

    asked: Asked
    field: str = ""


def question_in(
    text: str, ranges: Mapping[str, tuple[float, float]], *, has_titles: bool
) -> Question | None:
    """Returns the question that a text asks about the catalogue, if it does.

    Args:
        text: What was said.
        ranges: Numeric fields of the catalogue.
        has_titles: Whether it names or points at an item.
    """
    length = next((name for name in LENGTHS if name in ranges), "")
    if _COUNT.search(text):
        return Question("count")
    if _MEAN.search(text):
        return Question("mean", "year" if "year" in text.lower() or "年" in text else length)
    extreme = _EXTREME.search(text)
    if extreme:
        return _extreme(extreme, length, ranges)
    if has_titles and (match := _FIELD.search(text)):
        return Question("field", _field(match, length))
    if has_titles and _THERE.search(text):
        return Question("there")
    return None


def _extreme(
    match: re.Match[str], length: str, ranges: Mapping[str, tuple[float, float]]
) -> Question | None:
    word = (match["word"] or match["word2"] or match["zh"]).lower()
    kind = _MOST.get(word) or _LEAST[word]
    price = next((name for name in ("price", "cost") if name in ranges), "")
    field = {"long": length, "new": "year", "dear": price}[kind]
    if field not in ranges:
        return None
    return Question("most" if word in _MOST else "least", field)


def _field(match: re.Match[str], length: str) -> str:
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
