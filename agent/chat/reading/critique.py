"""Critique of what was shown: "shorter", "less violent", "not that director", "something newer"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.lexicon import length_field, price_field
from palate.agent.chat.moods import Mood, mood_of, mood_term
from palate.agent.chat.reading.bounds import shown_bound
from palate.agent.chat.reading.found import Found, apart, negated
from palate.agent.chat.state import Term
from palate.domain import Constraint, Item, Op

_LESS = re.compile(
    r"\b(?:less|not (?:so|too|as|that|very)|without(?: so much| too much| any)?|fewer|nothing"
    r"(?: too| so)?|no|not|too|tone down the|hates?|dislikes?|can['’]?t stand|avoid"
    r"|sick of|tired of|bored of)\s+(?P<word>[a-z-]{3,14})\b|不要太?(?P<zh>..)"
    r"|别太(?P<zh2>..)"
    r"|太(?P<zh3>..)了|少点(?P<zh4>..)|(?P<zh5>暴力|血腥)少一点",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:more|much more|a bit|something|a little)\s+(?P<word>[a-z-]{3,14})\b"
    r"|\b(?P<er>[a-z]{3,10}er)\b|(?P<zh>轻松)一?点",
    re.IGNORECASE,
)
_MILDER = re.compile(
    r"less|not (?:so|too|as|that|very)|too|fewer|tone down|太|别太|少", re.IGNORECASE
)
#: "A dark thriller", "a light and warm film": a mood in front of what it is said of.
_BEFORE_KIND = re.compile(
    r"\b(?P<word>[a-z-]{3,14})(?=(?:,|,? and|,? but)?(?: [a-z-]+,?)?\s+(?P<kind>[a-z]+))",
    re.IGNORECASE,
)
_KINDS = re.compile(r"(?:films?|movies?|flicks?|ones?|books?|stories|story|stuff)", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:(?P<short>shorter)|(?P<long>longer)|(?P<new>newer|more recent|more modern|fresher)"
    r"|(?P<old>older|more classic)|(?P<cheap>cheaper|less expensive|more affordable)"
    r"|(?P<dear>pricier|more expensive|more upmarket))\b"
    r"(?!\s+than\s+(?:\d|an?\b|one|two|three|half))"
    r"|(?<!not )(?<!n't )\btoo (?:(?P<short_too>long)|(?P<long_too>short)|(?P<new_too>old|dated)"
    r"|(?P<old_too>new|recent|modern)|(?P<cheap_too>expensive|pricey|dear))\b"
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
    found = list(_moods(text, catalogue, about))
    found += _compared(text, catalogue.numbers, list(pointed) or list(about))
    found += _persons(text, list(pointed) or list(about[:1]))
    return apart(found)


def _moods(text: str, catalogue: Catalogue, about: Sequence[Item]) -> Iterator[Found]:
    for match in _LESS.finditer(text):
        word = _word_of(match)
        mood = mood_of(word)
        tag = None if word in catalogue.leaning else catalogue.tags.get(word)
        # "Less scary" of what is on the table: milder, whereas "nothing scary" is no horror.
        if mood and (tag is None or (about and _MILDER.match(match.group()))):
            shown = f"less {word}" if word.isascii() else f"少{word}"
            yield _mood(match, mood, shown, catalogue, about, likes=False)
        elif tag is not None:
            bound = Constraint("tags", Op.HAS_NOT, tag)
            yield Found(*match.span(), Term("", f"no {tag}", (bound,)), "tag")
    for match in _MORE.finditer(text):
        word = _word_of(match)
        mood, tag = mood_of(word), catalogue.tags.get(word)
        # Where all of them are comedies, "funnier" asks for more than one more comedy.
        if mood and (tag is None or (about and all(tag in item.tags for item in about))):
            yield _mood(match, mood, word, catalogue, about, likes=True)
    yield from _before_kinds(text, catalogue)


def _before_kinds(text: str, catalogue: Catalogue) -> Iterator[Found]:
    """Yields the moods of "a light comedy": of the whole catalogue, not of what was shown."""
    for match in _BEFORE_KIND.finditer(text):
        word, kind = match["word"].lower(), match["kind"].lower()
        mood = mood_of(word)
        of_kind = kind in catalogue.tags or bool(_KINDS.fullmatch(kind))
        if mood and of_kind and word not in catalogue.tags and not negated(text, match.start()):
            yield _mood(match, mood, word, catalogue, (), likes=True)


def _word_of(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group), "").lower()


def _mood(
    match: re.Match[str], mood: Mood, shown: str, catalogue: Catalogue, about: Sequence[Item],
    *, likes: bool,
) -> Found:  # fmt: skip
    than = tuple(item.id for item in about)
    term = mood_term(mood, shown, catalogue.tags, than, likes=likes)
    return Found(*match.span(), term, "mood", match.group().lower())


def _compared(
    text: str, ranges: Mapping[str, tuple[float, float]], about: Sequence[Item]
) -> Iterator[Found]:
    for match in _COMPARED.finditer(text):
        kind = (match.lastgroup or "").split("_")[0]
        yield from compared(match, kind, ranges, about, match.group().lower())


_SAID = {
    "short": "under", "long": "over", "new": "after", "old": "before", "cheap": "under",
    "dear": "over",
}  # fmt: skip


def compared(
    match: re.Match[str], kind: str, ranges: Mapping[str, tuple[float, float]],
    about: Sequence[Item], said: str,
) -> Iterator[Found]:  # fmt: skip
    """Yields the bound that a comparison with some items makes: the middle of theirs.

    Args:
        match: Where it stands.
        kind: ``"short"``, ``"long"``, ``"new"``, ``"old"``, ``"cheap"`` or ``"dear"``.
        ranges: Numeric fields of the catalogue.
        about: The items; nothing is yielded where none has the field.
        said: The words, as the person is told what they were taken for.
    """
    length, price = length_field(ranges), price_field(ranges)
    field = {"short": length, "long": length, "cheap": price, "dear": price}.get(kind, "year")
    values = [float(v) for item in about if isinstance(v := item.fields.get(field), int | float)]
    if not values or field not in ranges:
        return
    middle = round(median(values), 2) if field == price else int(median(values))
    op = Op.LT if kind in ("short", "old", "cheap") else Op.GT
    shown = shown_bound(field, _SAID[kind], middle)
    whose = f"\t{about[0].title}" if len(about) == 1 else ""
    term = Term("", shown, (Constraint(field, op, middle),))
    yield Found(*match.span(), term, "number", f"{said}\t{shown}{whose}")


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
