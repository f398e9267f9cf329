"""Kinds, people, countries and languages that a Chinese turn asks for or denies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from palate.agent.chat.catalogue import Catalogue, Value
from palate.agent.chat.reading.chinese.denial import denied
from palate.agent.chat.reading.chinese.people import GIVEN, PEOPLE
from palate.agent.chat.reading.chinese.slips import slips_in
from palate.agent.chat.reading.found import Found, free
from palate.agent.chat.state import Term
from palate.agent.reasons.places_zh import COUNTRIES, LANGUAGES, REGIONS
from palate.agent.reasons.wishes_zh import SUBJECTS
from palate.domain import Constraint, Op
from palate.retrieval.words import fold

_HAN = re.compile(r"[\u3400-\u9fff]")
#: What people are asked to have done, for the field that is meant.
_MADE = re.compile(r"\s*(?:导演|导|执导|拍|的作品)")
_PLAYED = re.compile(r"\s*(?:主演|演|出演|参演)")


#: Whom a film is about, and no country that made it: "意大利黑手党".
_ABOUT = re.compile(
    "|".join([*sorted(SUBJECTS, key=len, reverse=True), "人(?!的)", "队长", "往事"])
)


def kinds_in(text: str, catalogue: Catalogue) -> list[Found]:
    """Returns the conditions on tags, people, countries and languages, none inside another.

    Args:
        text: What was said, simplified, titles taken out.
        catalogue: Its vocabulary.
    """
    found: list[Found] = []
    for reader in (
        _people(text, catalogue), _languages(text, catalogue), _regions(text, catalogue),
        _countries(text, catalogue), _tags(text, catalogue), slips_in(text, catalogue.tags),
    ):  # fmt: skip
        for one in reader:
            if free(found, one.start, one.end):
                found.append(one)
    return found


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _tags(text: str, catalogue: Catalogue) -> Iterator[Found]:
    # What only leans to a kind is searched for: "太空" is seldom all science fiction.
    words = {
        word: tag for word, tag in catalogue.tags.items()
        if _HAN.search(word) and word not in SUBJECTS
    }  # fmt: skip
    for word in _longest_first(words):
        for match in re.finditer(re.escape(word) + _PLOT * (word == "剧情"), text):
            tag = words[word]
            deny = denied(text, *match.span())
            bound = Constraint("tags", Op.HAS_NOT if deny else Op.HAS, tag)
            shown = f"no {tag}" if deny else tag
            yield Found(*match.span(), Term("", shown, (bound,)), "tag")


#: "剧情" is the plot, too: "剧情紧凑" asks for no drama.
_PLOT = r"(?=片|类|题材|电影|的?(?:$|[，。！？、/])|或|和|跟|也|都|不要|吧)"


def _people(text: str, catalogue: Catalogue) -> Iterator[Found]:
    for match in re.finditer(r"[\u3400-\u9fff]{2,}", text):
        yield from _named_in(text, match, catalogue)
    for name in _longest_first(PEOPLE):
        pattern = re.escape(name).replace("·", "[·•.・ ]?")
        for match in re.finditer(pattern if "·" in name else GIVEN + pattern, text):
            held = catalogue.people.get(_key(PEOPLE[name]))
            if held:
                yield _of_person(text, match.span(), held)


def _named_in(text: str, run: re.Match[str], catalogue: Catalogue) -> Iterator[Found]:
    """Yields the people whom the catalogue itself names in Chinese characters."""
    for size in range(4, 1, -1):
        for start in range(run.start(), run.end() - size + 1):
            held = catalogue.people.get(text[start : start + size])
            if held:
                yield _of_person(text, (start, start + size), held)


def _key(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(name)))


def _of_person(text: str, span: tuple[int, int], held: tuple[Value, ...]) -> Found:
    behind = text[span[1] :]
    makers = [one for one in held if one.field.startswith(("director", "writer", "author"))]
    players = [one for one in held if one not in makers]
    one = next(iter(players or makers))
    if makers and not _PLAYED.match(behind) and (_MADE.match(behind) or not players):
        one = makers[0]
    deny = denied(text, *span)
    told: tuple[Value, ...] = (one,)
    if deny and not (_PLAYED.match(behind) or _MADE.match(behind)):
        told = (*players, *makers)  # "不要伍迪·艾伦的": neither before the camera nor behind it
    op = Op.NE if deny else Op.EQ
    bounds = tuple(Constraint(part.field, op, part.value) for part in told)
    shown = f"{'not ' if deny else ''}{one.value} ({one.field})"
    return Found(*span, Term("", shown, bounds), "name")


def _languages(text: str, catalogue: Catalogue) -> Iterator[Found]:
    for word in _longest_first(LANGUAGES):
        value = catalogue.values.get(LANGUAGES[word])
        for match in re.finditer(f"(?:说|讲)?{word}(?:对白|配音|发音)?", text):
            # Of subtitles the catalogue says nothing.
            if value is not None and not re.match(r"字幕", text[match.end() :]):
                yield _of_value(text, match.span(), value)


def _countries(text: str, catalogue: Catalogue) -> Iterator[Found]:
    for word in _longest_first(COUNTRIES):
        names = COUNTRIES[word].split("|")
        value = next((catalogue.values[n] for n in names if n in catalogue.values), None)
        for match in re.finditer(word, text):
            told = not _ABOUT.match(text, match.end())
            if value is not None and value.field != "language" and told:
                yield _of_value(text, match.span(), value)


def _of_value(text: str, span: tuple[int, int], value: Value) -> Found:
    deny = denied(text, *span)
    bound = Constraint(value.field, Op.NE if deny else Op.EQ, value.value)
    shown = f"{value.field}: {'not ' if deny else ''}{value.value}"
    return Found(*span, Term("", shown, (bound,)), "value")


def _regions(text: str, catalogue: Catalogue) -> Iterator[Found]:
    for word, names in REGIONS.items():
        held = [catalogue.values[n] for n in names.split("|") if n in catalogue.values]
        values = tuple(dict.fromkeys(one.value for one in held if one.field == "country"))
        for match in re.finditer(word, text):
            if values:
                op = Op.NOT_IN if denied(text, *match.span()) else Op.IN
                shown = f"不要{word}" if op is Op.NOT_IN else f"国家：{word}"
                bound = Constraint("country", op, values)
                yield Found(*match.span(), Term("", shown, (bound,)), "value")
