"""Claims about genres: of the item, of the person's taste, or of another title in the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from palate.agent.reasons.attitudes import MARK
from palate.agent.reasons.lexicon import GENRES, GENRES_ZH
from palate.agent.reasons.titles import FIRST_MARK, Mention
from palate.agent.reasons.world import World, folded, genre_of, genres_of
from palate.domain import Claim

_DENIED = re.compile(
    r"\b(?:no|not|without|never|isn't|free of|non|rather than|instead of)\b[\w\s,-]{0,18}$"
)
_DENIED_ZH = re.compile(r"(?:不是|没有|并非|无)[^，。]{0,4}$")
_WANTED = re.compile(
    r"\b(?:you|your)\s+(?:\w+\s+)?(?:asked?|want(?:ed)?|wish(?:ed)?|request(?:ed)?|look(?:ing)?|seek"
    r"|search)\b[^.;!?]*$|(?:fans?|lovers?|people who \w+) (?:of )?[\w\s-]{0,12}$"
    r"|你(?:想要?|要求|希望|要的)[^。！？]*$",
    re.IGNORECASE,
)
_AVOIDED = re.compile(
    r"\byou (?:\w+ )?(?:avoid|dislike|hate|skip)\w*\b[^.;!?,]*$|你(?:不喜欢|讨厌)[^。，]*$"
)
_PLURALS = "comedies|mysteries|biographies|families|fantasies"


def genre_claims(
    text: str, found: Sequence[Mention], likes: Sequence[tuple[int, int]], world: World
) -> Iterator[Claim]:
    """Checks every genre in a masked sentence.

    Args:
        text: The sentence.
        found: The mentions behind its marks.
        likes: Spans that say what the person likes.
        world: What is known.
    """
    for match in _pattern(world).finditer(text):
        genre = genre_of(match.group())
        liked = any(start <= match.start() < end for start, end in likes)
        yield Claim(match.group(), "genre", _holds(genre, match, liked, found, world))


def _holds(
    genre: str, match: re.Match[str], liked: bool, found: Sequence[Mention], world: World
) -> bool:
    before, word = match.string[: match.start()], folded(match.group())
    own = genre in world.own_genres or word in world.own_words or _own_zh(match.group(), world)
    if _AVOIDED.search(before):
        return genre in world.distastes
    if _DENIED.search(before.casefold()) or _DENIED_ZH.search(before):
        return genre not in world.own_genres
    if liked:
        return genre in world.tastes or word in world.asked_words
    if _WANTED.search(before):
        return own or genre in world.tastes or word in world.asked_words
    other = _of_mention(match, found)
    if other is not None:
        return own or any(genre in genres_of(world.known_items[i]) for i in other.items)
    return own


def _own_zh(word: str, world: World) -> bool:
    return not word.isascii() and word in world.own_words


def _of_mention(match: re.Match[str], found: Sequence[Mention]) -> Mention | None:
    """Returns the title that "the horror of X", "X's horror" or "the horror film X" is about."""
    after = re.match(
        rf"(?:\s+(?:of|in|film|movie|classic|from))?\s*({MARK})", match.string[match.end() :]
    )
    before = re.search(rf"({MARK})(?:'s|的)\s*(?:\w+\s+){{0,2}}$", match.string[: match.start()])
    mark = after or before
    return found[ord(mark[1]) - FIRST_MARK] if mark else None


def _pattern(world: World) -> re.Pattern[str]:
    tags = {tag for item in world.known_items.values() for tag in item.tags}
    tags |= {lean.tag for lean in world.profile.tags}
    names = {name.casefold() for name in (*GENRES, *tags) if re.search(r"[a-z]", name.casefold())}
    wide = sorted({*GENRES_ZH, *(tag for tag in tags if not tag.isascii())}, key=len, reverse=True)
    latin = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    forms = rf"(?<![\w-])(?:{latin}|{_PLURALS})(?:s|es)?(?!\w)"
    return re.compile("|".join([forms, *map(re.escape, wide)]), re.IGNORECASE)
