"""Claims by capitalised words: people in their roles, places, titles that nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from palate.agent.reasons.attitudes import MARK
from palate.agent.reasons.lexicon import COUNTRIES_ZH, DEMONYMS, DESCRIBES, MAKES_NAME, PLAIN
from palate.agent.reasons.titles import FIRST_MARK, Mention
from palate.agent.reasons.world import World, folded, genre_of
from palate.domain import Claim

_UPPER = "A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f"
_LETTER = "A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
_WORD = rf"[{_UPPER}][{_LETTER}'.-]*"
_NAME = re.compile(
    rf"(?<![{_LETTER}'])(?:{_WORD}(?:\s+(?:(?:of|the|de|la|del|von|van|du)\s+){{1,2}}(?={_WORD}))?\s*)+"
)
_SINGLE = re.compile(_WORD)
_START = re.compile(r"(?:^|[.!?:;]\s*|[\"'(]\s*|-\s)$")
_ROLE = re.compile(
    r"(?P<director>\b(?:directed|helmed|filmed) by|\bdirectors?\b|\bfrom the mind of|导演|执导)"
    r"|(?P<cast>\b(?:starring|stars|featuring|acted by|played by)|\bstar\b|主演)"
    r"|(?P<writer>\b(?:written|authored) by|\b(?:author|writer)\b|作者|编剧)",
    re.IGNORECASE,
)
#: Between "starring" and a name there are only other names.
# Atomic, since "AAAA" could be cut into names in exponentially many ways.
_NAMES_ONLY = re.compile(rf"^(?>\s*(?:is|are|was|as|by|and|,|:|{_WORD}))*+\s*$")
_AFTER = re.compile(
    r"^(?:'s)?\s*(?:(?P<director>directs|directed|direction|执导|导演)|(?P<cast>stars?\b|plays\b|主演)"
    r"|(?P<writer>writes|wrote|编剧))"
)
# A joining word is no part of a name: where both could match, a row of them takes forever.
_ZH_NAME = "(?:(?![和与])[\u4e00-\u9fff·]){2,6}?"
_ZH_NAMES = f"{_ZH_NAME}(?:[和与、]{_ZH_NAME})*"
_ZH_ROLE = re.compile(
    f"(?P<names>(?:(?![由是的和与])[\u4e00-\u9fff·]){{2,6}}(?:[和与、]{_ZH_NAME})*?)"
    "(?P<role>执导|导演的|主演|编剧)"
    f"|(?P<role_is>导演|主演|编剧)[是为：:]?(?![的和])(?P<names_are>{_ZH_NAMES})(?=[的，。、；]|$)"
)
_ZH_ROLES = {"执导": "director", "导演": "director", "主演": "cast", "编剧": "writer"}
_LIKE_A_NAME = re.compile(r"-?(?:like|esque|style)$")


def name_claims(text: str, found: Sequence[Mention], world: World) -> Iterator[Claim]:
    """Checks the names in a masked sentence."""
    for start, name in _names(text, world):
        role = _role(text, start, start + len(name))
        yield Claim(name, "name", _known(name, role, _owner(text, start, name, found), world))
    for match in _ZH_ROLE.finditer(text):
        role = _ZH_ROLES[(match["role"] or match["role_is"])[:2]]
        for said in re.split("[和与、]", match["names"] or match["names_are"]):
            yield Claim(said, "name", _known_zh(said, role, world))
    for country, names in COUNTRIES_ZH.items():
        if country in text:
            known = world.own_words + world.asked_words
            held = country in known or any(f" {name} " in known for name in names.split("|"))
            yield Claim(country, "name", held)


def _names(text: str, world: World) -> Iterator[tuple[int, str]]:
    for match in _NAME.finditer(text):
        start, name = match.start(), match.group().rstrip()
        if _START.search(text[:start]) and _ordinary_start(name, text, match.end(), world):
            word = _SINGLE.match(name)
            assert word is not None
            rest = name[word.end() :]
            start, name = start + len(name) - len(rest.lstrip()), rest.lstrip()
        if folded(name).strip() not in world.people:
            start, name = _without_plain(start, name)
        if name:
            yield start, re.sub(r"'s?$|[.'-]+$", "", name)


def _ordinary_start(name: str, text: str, end: int, world: World) -> bool:
    """Tells whether the first word of a sentence has its capital from that alone."""
    words = name.split()
    first = re.sub(r"'s$", "", words[0].strip("'.-")).casefold()
    ordinary = first in PLAIN or genre_of(first) != first or first in world.vocabulary
    after = text[len(text[:end].rstrip()) :]
    acts = words[0].endswith("'s") or bool(MAKES_NAME.match(after))
    if ordinary or (DESCRIBES.search(first) and not acts):
        return True
    if _LIKE_A_NAME.search(first):
        return first.replace("-", " ").split()[0] in PLAIN
    alone = len(words) == 1 and not re.match(rf"\s*{MARK}", after)
    return alone and not acts and not re.match(r"\s+(?:and|also)\b", after)


def _without_plain(start: int, name: str) -> tuple[int, str]:
    """Takes ordinary words off both ends: "Because You Liked" names nothing."""
    while name:
        first = re.match(r"\S+\s*", name)
        assert first is not None
        if not _is_plain(first.group().strip()):
            break
        start, name = start + first.end(), name[first.end() :]
    while name and _is_plain(name.split()[-1]) and len(name.split()) > 1:
        name = name[: name.rfind(name.split()[-1])].rstrip()
    return start, name


def _is_plain(word: str) -> bool:
    low = word.strip("'.-").casefold()
    return low in PLAIN or low.removesuffix("'s") in PLAIN or (len(low) == 1 and low in "ai")


def _known(name: str, role: str | None, owner: Mention | None, world: World) -> bool:
    words = folded(name).strip()
    if not words:
        return True
    if words in DEMONYMS:
        ids = owner.items if owner else frozenset([world.candidate.item.id])
        asked = f" {words} " in world.asked_words
        return asked or any(world.is_from(words, world.known_items[i]) for i in ids)
    if words in world.people:
        return role is None or words in world.in_role(role)
    if f" {words} " in world.asked_words:
        return True
    if genre_of(name) != name.casefold():
        return True  # checked as a genre
    return f" {words} " in world.told_words


def _role(text: str, start: int, end: int) -> str | None:
    after = _AFTER.match(text[end:])
    if after:
        return after.lastgroup
    before = re.split(r"[.;!?]|\blike\b|\brecalls\b|" + MARK, text[:start])[-1][-80:]
    roles = [match for match in _ROLE.finditer(before) if _NAMES_ONLY.match(before[match.end() :])]
    return roles[-1].lastgroup if roles else None


def _owner(text: str, start: int, name: str, found: Sequence[Mention]) -> Mention | None:
    """Returns the title that an adjective stands right before: "the French X"."""
    after = re.match(rf"(?:\s+\w+)?\s+({MARK})", text[start + len(name) :])
    return found[ord(after[1]) - FIRST_MARK] if after else None


def _known_zh(said: str, role: str, world: World) -> bool:
    name = said.replace("·", "")
    return any(person.replace(" ", "") == name for person in world.in_role(role))
