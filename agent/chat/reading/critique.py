"""Critique of what was shown: "shorter", "less violent", "not that director", "something newer"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.lexicon import LENGTHS
from palate.agent.chat.reading.found import Found
from palate.agent.chat.state import Term
from palate.domain import Constraint, Item, Op

#: What a mood is searched by: a catalogue seldom says "violent".
MOODS = {
    "violent": "violent violence brutal bloody gore killing horror war",
    "violence": "violent violence brutal bloody gore horror war",
    "bloody": "bloody gore violent horror", "gory": "gore bloody violent horror",
    "brutal": "brutal violent cruel horror",
    "sad": "sad tragic grief death tears", "depressing": "bleak grim tragic despair",
    "dark": "dark bleak grim", "bleak": "bleak grim despair", "heavy": "heavy grim harrowing",
    "serious": "serious solemn", "slow": "slow quiet meditative", "boring": "slow quiet",
    "weird": "strange surreal weird", "strange": "strange surreal weird", "sexy": "sex erotic",
    "loud": "explosions loud action", "silly": "silly slapstick goofy", "cheesy": "sentimental "
        "cheesy",
    "sentimental": "sentimental tears", "romantic": "love romance", "intense": "intense tense",
    "complicated": "complex puzzle twist", "funny": "funny comic laugh", "light": "light funny "
        "warm",
    "lighter": "light funny warm cheerful", "lighthearted": "light funny warm cheerful",
    "cheerful": "cheerful warm funny", "darker": "dark bleak grim", "tense": "tense suspense",
    "quiet": "quiet gentle slow", "fast": "fast action chase", "clever": "clever smart puzzle",
    "emotional": "moving tender heart", "uplifting": "hope warm triumph", "warm": "warm tender "
        "kind",
    "暴力": "violent violence brutal bloody gore horror war",
    "血腥": "bloody gore violent horror",
    "悲伤": "sad tragic grief", "沉重": "heavy grim bleak", "轻松": "light funny warm cheerful",
}  # fmt: skip
#: Moods that lean to a genre, where the catalogue has it.
_LEANS = {
    "light": "comedy", "lighter": "comedy", "lighthearted": "comedy", "cheerful": "comedy",
    "silly": "comedy", "轻松": "comedy", "romantic": "romance", "sentimental": "romance",
    "tense": "thriller", "intense": "thriller",
}  # fmt: skip
_LESS = re.compile(
    r"\b(?:less|not (?:so|too|as|that|very)|without(?: so much| too much| any)?|fewer|nothing"
    r"(?: too| so)?|no|not|too|tone down the|hates?|dislikes?|can['’]?t stand|avoid"
    r"|sick of|tired of|bored of)\s+(?P<word>[a-z]{3,14})\b|不要太?(?P<zh>..)"
    r"|别太(?P<zh2>..)"
    r"|太(?P<zh3>..)了|少点(?P<zh4>..)|(?P<zh5>暴力|血腥)少一点",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:more|much more|a bit|something|a little)\s+(?P<word>[a-z]{3,14})\b"
    r"|\b(?P<er>lighter|darker)\b|(?P<zh>轻松)一?点",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"\b(?:(?P<short>shorter)|(?P<long>longer)|(?P<new>newer|more recent|more modern|fresher)"
    r"|(?P<old>older|more classic))\b(?!\s+than\s+(?:\d|an?\b|one|two|three|half))"
    r"|(?P<short_zh>短一?[点些]|更短)|(?P<long_zh>长一?[点些]|更长)|(?P<new_zh>新一?[点些]|更新)"
    r"|(?P<old_zh>老一?[点些]|更老)",
    re.IGNORECASE,
)
_THAT_PERSON = re.compile(
    r"\b(?:not|no|without|anyone but|never|different|another|other than)\s+(?:by\s+|from\s+"
    r"|with\s+)?"
    r"(?P<that>that|this|the same|her|his|the)?\s*(?P<role>director|actor|actress|cast|author"
    r"|writer|star)s?\b"
    r"|不要这个(?P<role_zh>导演|演员)|换个(?P<role_zh2>导演|演员)",
    re.IGNORECASE,
)
_SAME_PERSON = re.compile(
    r"\b(?:same|that|this)\s+(?P<role>director|actor|actress|author|writer|star)\b"
    r"(?=.*\b(?:again|more|else|please)|\s*[.!?]?$)|\bby the same (?P<role2>director|author|writer)"
    r"|同一个(?P<role_zh>导演|演员)",
    re.IGNORECASE,
)
_ROLES = {
    "director": ("director", "directors"), "导演": ("director", "directors"),
    "actor": ("cast", "actors", "stars"), "actress": ("cast", "actors", "stars"),
    "cast": ("cast", "actors", "stars"), "star": ("cast", "actors", "stars"),
    "演员": ("cast", "actors", "stars"), "author": ("author", "authors", "writer"),
    "writer": ("writer", "writers", "author"),
}  # fmt: skip


def critique_in(
    text: str, catalogue: Catalogue, about: Sequence[Item], pointed: Sequence[Item]
) -> list[Found]:
    """Returns the conditions that a critique of the last slate makes.

    Args:
        text: What was said, titles taken out.
        catalogue: Its vocabulary.
        about: What was shown last, best first.
        pointed: Items that the text names or points at.
    """
    found = list(_moods(text, catalogue))
    found += _compared(text, catalogue.numbers, list(pointed) or list(about))
    found += _persons(text, list(pointed) or list(about[:1]))
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return kept


def _moods(text: str, catalogue: Catalogue) -> Iterator[Found]:
    for match in _LESS.finditer(text):
        word = next((group for group in match.groups() if group), "").lower()
        if word in MOODS and word not in catalogue.tags:
            shown = f"less {word}" if word.isascii() else f"少{word}"
            yield Found(*match.span(), Term("", shown, words=MOODS[word], likes=False), "mood")
        elif word in catalogue.tags and word not in catalogue.leaning:
            tag = catalogue.tags[word]
            bound = Constraint("tags", Op.HAS_NOT, tag)
            yield Found(*match.span(), Term("", f"no {tag}", (bound,)), "tag")
    for match in _MORE.finditer(text):
        word = next((group for group in match.groups() if group), "").lower()
        if word in MOODS and word not in catalogue.tags:
            leant = catalogue.tags.get(_LEANS.get(word, ""))
            tags = (leant,) if leant else ()
            yield Found(*match.span(), Term("", word, words=MOODS[word], tags=tags), "mood")


def _compared(
    text: str, ranges: Mapping[str, tuple[float, float]], about: Sequence[Item]
) -> Iterator[Found]:
    length = next((name for name in LENGTHS if name in ranges), "")
    for match in _COMPARED.finditer(text):
        kind = (match.lastgroup or "").removesuffix("_zh")
        field = length if kind in ("short", "long") else "year"
        values = [
            float(v) for item in about if isinstance(v := item.fields.get(field), int | float)
        ]
        if not values or field not in ranges:
            continue
        middle = int(median(values))
        op = Op.LT if kind in ("short", "old") else Op.GT
        shown = f"{_SAID[kind]} {middle}" + (" min" if field == length else "")
        bound = Constraint(field, op, middle)
        whose = about[0].title if len(about) == 1 else ""
        yield Found(
            *match.span(), Term("", shown, (bound,)), "number",
            f"{match.group().lower()}\t{shown}" + (f"\t{whose}" if whose else ""),
        )  # fmt: skip


_SAID = {"short": "under", "long": "over", "new": "after", "old": "before"}


def _persons(text: str, about: Sequence[Item]) -> Iterator[Found]:
    for pattern, op in ((_THAT_PERSON, Op.NE), (_SAME_PERSON, Op.EQ)):
        for match in pattern.finditer(text):
            role = next(
                group for name, group in match.groupdict().items() if "role" in name and group
            )
            for item in about[:1]:
                yield from person_of(match, item, role.lower(), op)


def person_of(match: re.Match[str], item: Item, role: str, op: Op) -> Iterator[Found]:
    """Yields the condition on the person who had a part in an item, for or against them."""
    for field in _ROLES[role]:
        value = item.fields.get(field)
        names = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
        if names:
            name = names[0]
            shown = f"{'not ' if op is Op.NE else ''}{name} ({field})"
            term = Term("", shown, (Constraint(field, op, name),))
            yield Found(
                *match.span(), term, "name", f"{match.group().lower()}\t{shown}\t{item.title}"
            )
            return
