"""Finds the titles that a sentence names, among those that it may know.

A title may be written without its year, its article or its accents, in lower case, with ``II`` for
``2``, or by its first part where that ends in a number ("Terminator 2: Judgment Day"). "Rocky II"
is no mention of "Rocky", and neither is "Body Heat" one of "Heat".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from palate.agent.reasons.lexicon import PLAIN
from palate.domain import Item

_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "&": "and"})
_ROMAN = {"II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_NUMERALS = {str(number): roman for roman, number in _ROMAN.items()}
_ARTICLES = "the|a|an|le|la|les|l'|il|el|der|die|das|los|las"
_LAST_ARTICLE = re.compile(rf"^(.*), ({_ARTICLES})$", re.IGNORECASE)
_FIRST_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S{2})", re.IGNORECASE)
_PART = re.compile(r"^(.{3,}?)[:,]? episode\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^(.*\s(?:\d+|[IVX]+)): ")
#: What makes a longer title of the one before: a numeral, "Part Two", a colon and a capital.
_GOES_ON = re.compile(
    r"^(?:\s+(?:\d{1,2}|II|III|IV|V|VI{1,3}|IX)\b(?!\s*%)|\s+[Pp]art\b|:\s+[A-Z])"
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FIRST_MARK = 0xE000
#: No sentence names more of a title than this, and looking for it takes time by the character.
LONGEST_TITLE = 400


@dataclass(frozen=True, slots=True)
class Mention:
    """A title in a sentence: where, and which items are called so."""

    start: int
    end: int
    items: frozenset[str]
    text: str


def level(text: str) -> str:
    """Returns text with plain quotes, dashes and letters, its case kept."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_SAME))
    kept = "".join(c for c in plain if not 200 <= unicodedata.combining(c) <= 240)
    return unicodedata.normalize("NFC", kept)


def aliases(title: str) -> set[str]:
    """Returns the ways in which people write a title."""
    text = level(title[:LONGEST_TITLE]).strip()
    bare = re.sub(r"\s*\([^)]*\)", "", text).strip() or text
    other = re.findall(r"\((?:a\.?k\.?a\.?\s*)?([^)\d][^)]*)\)", text)
    found = {text, bare, *other}
    for name in list(found):
        turned = _LAST_ARTICLE.sub(r"\2 \1", name)
        found |= {turned, _FIRST_ARTICLE.sub("", turned)}
    if _PART.match(bare):
        found |= {_PART.match(bare)[1], *bare.split(" - ")[1:]}  # type: ignore[index]
    if numbered := _NUMBERED.match(bare):
        found.add(numbered[1])
    if " or:" in bare:
        found.add(bare.split(" or:")[0])
    return {name.strip(" :,") for name in found if name.strip(" :,")}


def alias_table(items: Iterable[Item]) -> dict[str, frozenset[str]]:
    """Returns alias -> ids of the items that are called so."""
    table: dict[str, set[str]] = {}
    for item in items:
        for alias in aliases(item.title):
            table.setdefault(alias, set()).add(item.id)
    return {alias: frozenset(ids) for alias, ids in table.items()}


def mentions(sentence: str, table: Mapping[str, frozenset[str]]) -> list[Mention]:
    """Finds titles in a levelled sentence, the longest first where they overlap.

    Returns:
        In the order of the sentence, without overlaps.
    """
    taken: list[Mention] = []
    for alias in sorted(table, key=lambda one: (-len(one), one)):
        for start, end in _places(alias, sentence):
            free = all(end <= one.start or start >= one.end for one in taken)
            if free and _is_meant(alias, sentence, start, end):
                taken.append(Mention(start, end, table[alias], sentence[start:end]))
    return sorted(taken, key=lambda one: one.start)


def masked(sentence: str, found: Iterable[Mention]) -> str:
    """Replaces the n-th mention, its quotes included, by one private character."""
    parts, last = [], 0
    for number, mention in enumerate(found):
        parts += [sentence[last : mention.start], chr(FIRST_MARK + number)]
        last = mention.end
    text = "".join([*parts, sentence[last:]])
    return re.sub(r"[\"'《「『“]([\ue000-\uefff])(?:\s*\(\d{4}\))?[,.]?[\"'》」』”]", r"\1", text)


def _places(alias: str, sentence: str) -> Iterator[tuple[int, int]]:
    for match in re.finditer(_pattern(alias), sentence, re.IGNORECASE):
        yield match.span()


def _pattern(alias: str) -> str:
    tokens = re.findall(r"\w+", alias)
    if not tokens:
        return re.escape(alias)
    body = r"[\W_]{1,3}".join(_token(token) for token in tokens)
    return body if _WIDE.search(alias) else rf"(?<![\w']){body}(?!\w)"


def _token(token: str) -> str:
    twin = str(_ROMAN.get(token.upper(), "")) or _NUMERALS.get(token, "")
    return f"(?:{re.escape(token)}|{twin})" if twin else re.escape(token)


def _is_meant(alias: str, sentence: str, start: int, end: int) -> bool:
    """Tells a title from the same words in another sense."""
    before, text, after = sentence[:start], sentence[start:end], sentence[end:]
    if before[-1:] in ("\"'《「『") and before and after[:1] in ("\"'》」』") and after:
        return True
    if _GOES_ON.match(after):
        return False
    if _WIDE.search(alias):
        # Two characters may be any word.
        return len(alias) > 2 or bool(re.search(r"喜欢的?$|看过的?$|爱看的?$", before))
    if re.search(r"\W", alias.replace("'", "")):
        return True
    if alias.casefold() in PLAIN and (text.islower() or re.search(r"(?:^|[.!?]\s+)$", before)):
        return False
    # "heat" may be heat: only after "you liked" is it the film in lower case.
    liked = re.search(r"you(?:'ve| have)? (?:\w+ly )?\w+ed (?:both )?$|\band $", before)
    return not text[:1].islower() or alias[:1].islower() or (len(alias) > 2 and bool(liked))
