"""Genres, people, countries: the words of the catalogue's own tags and fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from palate.agent.chat.catalogue import Catalogue, Value
from palate.agent.chat.reading.found import Found, negated
from palate.agent.chat.reading.mistyped import meant_word
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op
from palate.retrieval.filler import is_filler
from palate.retrieval.words import fold

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONGEST = 5
#: Letters of a value that counts in small letters, too.
_SHORTEST = 3
_OR = re.compile(r"的?\s*(?:,\s*)?(?:or|/|或|或者|还是)\s*(?:a |an |some )?", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,|and|&|和|与)\s*(?:the )?", re.IGNORECASE)
_MADE_BY = re.compile(
    r"(?:\bby|\bdirected by|\bfrom director|\bdirector|导演是?)\s*$", re.IGNORECASE
)
_ACTED_BY = re.compile(
    r"\b(?:with|starring|stars|featuring|actor|actress|has|by actor)\s*$|主演是?$", re.IGNORECASE
)
_INTRODUCES = re.compile(
    r"\b(?:with|by|starring|featuring|directed by|from director|both)\s+"
    r"(?:(?:both |[a-z]+ ){1,3}(?:and|or|&)\s+)?$"
)
_NAME_BEFORE = re.compile(r"(?P<name>[A-Z][\w'’-]+)[ ]$")
_NAME_AFTER = re.compile(r"[ ](?P<name>[A-Z][\w'’-]+)")
#: Words that stand before a name with a capital only because they open a sentence.
_OPENING = frozenset(
    "no any anything something love loved hate hated prefer only starring directed director actor "
    "actress less but older newer early late try how old new classic young never without enough "
    "western comedy drama thriller horror".split()
)
#: Roles: which fields a cue means.
#: What asks for two genres at once.
_BOTH = ("rom com", "romcom")
_MAKERS = ("director", "directors", "author", "authors", "artist", "creator", "writer")
_PLAYERS = ("cast", "actors", "actor", "stars", "starring")


def kinds_in(text: str, catalogue: Catalogue) -> list[Found]:
    """Returns the conditions on tags, names and values that a text states, in its order."""
    found: list[Found] = []
    taken = 0
    words = list(_WORD.finditer(text))
    place = 0
    while place < len(words):
        one = _longest(text, words, place, catalogue)
        place += 1
        if one is not None and one.start >= taken:
            found.append(one)
            taken = one.end
            while place < len(words) and words[place].start() < taken:
                place += 1
    found += _wide(text, catalogue)
    return either(text, sorted(found, key=lambda one: one.start))


def _longest(
    text: str, words: Sequence[re.Match[str]], place: int, catalogue: Catalogue
) -> Found | None:
    for size in range(min(_LONGEST, len(words) - place), 0, -1):
        start, end = words[place].start(), words[place + size - 1].end()
        key = " ".join(_WORD.findall(fold(text[start:end].replace("-", " "))))
        key = key.removesuffix("'s").removesuffix("’s")
        one = _of_key(text, (start, end), key, catalogue)
        if one is not None:
            return one
    return None


def _of_key(text: str, span: tuple[int, int], key: str, catalogue: Catalogue) -> Found | None:
    said = text[span[0] : span[1]]
    for word in (key, key.removesuffix("s")):
        if word in catalogue.tags:
            return _tag(text, span, word, catalogue)
    held_value = key in catalogue.values and not _is_code(key, said)
    if held_value and (key != "english" or _in_english(text, span)):
        return _value(text, span, catalogue.values[key])
    held = catalogue.people.get(key)
    if held and " " in key:
        return _person(text, span, held)
    named = said[0].isupper() or (text.islower() and _introduced(text[: span[0]], key))
    if held and len(key) > 3 and named and (whole := _last_name(text, span, held)):
        return _person(text, whole, held)
    return None if held else _mistyped(text, span, key, catalogue)


def _introduced(before: str, key: str) -> bool:
    """Tells a last name in a text without capitals: "with pacino", "by hitchcock or wilder"."""
    return len(key) > 4 and bool(_INTRODUCES.search(before)) and not is_filler(key)


def _in_english(text: str, span: tuple[int, int]) -> bool:
    """Tells the language from "an English teacher"."""
    behind = re.match(
        r"[\s-]+(?:one|ones|films?|movies?|books?|language|speaking)\b", text[span[1] :]
    )
    return bool(behind or re.search(r"\bin\s+$", text[: span[0]]))


def _is_code(key: str, said: str) -> bool:
    """Tells a word of every sentence from a code that is spelled alike: "is" from Icelandic."""
    return len(key) < _SHORTEST and not said.isupper()


def _mistyped(text: str, span: tuple[int, int], key: str, catalogue: Catalogue) -> Found | None:
    """Reads a genre with a typing error in it, and says what it was taken for."""
    if " " in key or is_filler(key):
        return None
    plain = {word: tag for word, tag in catalogue.tags.items()
             if " " not in word and word not in catalogue.leaning}  # fmt: skip
    word = meant_word(key, plain)
    if word is None:
        return None
    found = _tag(text, span, word, catalogue)
    return found and replace(found, assumed=f"{text[span[0] : span[1]]}\t{found.term.text}")


def _last_name(text: str, span: tuple[int, int], held: Sequence[Value]) -> tuple[int, int] | None:
    """Returns where a person stands whose last name this is, "Leo" before "DiCaprio" included.

    ``None`` where it is part of somebody else's name: "John Ford" is not Harrison Ford.
    """
    own = [part for one in held for part in fold(one.value).split()]
    before, after = _NAME_BEFORE.search(text[: span[0]]), _NAME_AFTER.match(text[span[1] :])
    if after and not is_filler(after["name"]):
        return None
    if not before or is_filler(before["name"]) or fold(before["name"]) in _OPENING:
        return span
    called = any(part.startswith(fold(before["name"])) for part in own)
    return (before.start("name"), span[1]) if called else None


def _tag(text: str, span: tuple[int, int], key: str, catalogue: Catalogue) -> Found | None:
    tag = catalogue.tags[key]
    deny = negated(text, span[0])
    if key in catalogue.leaning:
        return None if deny else Found(*span, Term("", key, words=key, tags=(tag,)), "lean")
    op = Op.HAS_NOT if deny else Op.HAS
    both = catalogue.tags.get("romance") if key.replace("-", "").startswith(_BOTH) else None
    if both and deny:
        tag = both  # "no romcoms" is no word against other comedies
    elif both:
        bounds = (Constraint("tags", Op.HAS, both), Constraint("tags", Op.HAS, tag))
        return Found(*span, Term("", f"{both}, {tag}", bounds), "tag")
    shown = f"no {tag}" if deny else tag
    return Found(*span, Term("", shown, (Constraint("tags", op, tag),)), "tag")


def _value(text: str, span: tuple[int, int], value: Value) -> Found:
    deny = negated(text, span[0])
    bound = Constraint(value.field, Op.NE if deny else Op.EQ, value.value)
    shown = f"{value.field}: {'not ' if deny else ''}{value.value}"
    return Found(*span, Term("", shown, (bound,)), "value")


def _person(text: str, span: tuple[int, int], held: Sequence[Value]) -> Found:
    before = text[: span[0]].rstrip() + " "
    roles = _MAKERS if _MADE_BY.search(before.rstrip()) else _PLAYERS
    cued = _MADE_BY.search(before.rstrip()) or _ACTED_BY.search(before.rstrip())
    fitting = [one for one in held if cued and one.field in roles] or list(held)
    one = next((v for v in fitting if v.field in (*_PLAYERS, "director")), fitting[0])
    deny = negated(text, span[0])
    bound = Constraint(one.field, Op.NE if deny else Op.EQ, one.value)
    shown = f"{'not ' if deny else ''}{one.value} ({one.field})"
    return Found(*span, Term("", shown, (bound,)), "name")


def _wide(text: str, catalogue: Catalogue) -> Iterator[Found]:
    """Scripts without spaces: any occurrence of a name counts, the longest first."""
    if not _WIDE.search(text):
        return
    taken: list[tuple[int, int]] = []
    for word in sorted((w for w in catalogue.tags if _WIDE.search(w)), key=lambda w: -len(w)):
        for match in re.finditer(re.escape(word), text):
            if all(match.end() <= a or match.start() >= b for a, b in taken):
                taken.append(match.span())
                one = _tag(text, match.span(), word, catalogue)
                if one is not None:
                    yield one


def either(text: str, found: list[Found], word: re.Pattern[str] = _OR) -> list[Found]:
    """Joins "a comedy or a drama" into one condition that either meets.

    Args:
        text: What was said.
        found: Conditions, in its order.
        word: Matches what stands between two of them for "or".
    """
    joined: list[Found] = []
    for one in found:
        last = joined[-1] if joined else None
        between = text[last.end : one.start] if last is not None else ""
        if last is not None and _alike(last, one) and _joined(between, last, word):
            joined[-1] = _both(last, one)
        else:
            joined.append(one)
    return joined


def _joined(between: str, first: Found, word: re.Pattern[str]) -> bool:
    """Tells "or"; and "and" where no item could have both: films have one director."""
    made = first.term.constraints[0].field in ("director", "author")
    return bool(word.fullmatch(between) or (made and _AND.fullmatch(between)))


def _alike(first: Found, second: Found) -> bool:
    """Tells whether two conditions ask for a value of the same field."""
    if first.kind == "lean" or second.kind == "lean":
        return False
    if not (first.term.constraints and second.term.constraints):
        return False
    left, right = first.term.constraints[0], second.term.constraints[0]
    return left.field == right.field and {left.op, right.op} <= {Op.HAS, Op.EQ, Op.IN}


def _both(first: Found, second: Found) -> Found:
    values: list[str] = []
    for one in (first, second):
        value = one.term.constraints[0].value
        values += [str(part) for part in (value if isinstance(value, tuple) else (value,))]
    bound = Constraint(first.term.constraints[0].field, Op.IN, tuple(dict.fromkeys(values)))
    term = Term("", " or ".join(dict.fromkeys(values)), (bound,))
    return Found(first.start, second.end, term, first.kind)
