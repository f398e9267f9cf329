"""Checks a model's sentence claim by claim against what is known.

A closed world: what a sentence may name is the candidate's own title and fields, the titles and
years of the history items behind it or liked by the person, and the words of the request. Any
other title, name, year, number or genre is unsupported, and so is "because you liked X" where X is
not in the history, or was disliked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from palate.domain import Candidate, Claim, Item, Profile
from palate.retrieval.words import fold

_QUOTED = re.compile(r"[\"“「『《〈]([^\"”」』》〉]{2,80})[\"”」』》〉]")
_NUMBER = re.compile(r"(?<![\w.])\d{1,4}(?:[.,]\d+)?(?![\w])|\d{4}(?=年)|\d+(?=分钟)")
_NAME = re.compile(
    r"(?<![\w'])[A-ZÀ-Þ][\w'’.-]*(?:\s+(?:of|the|de|la|von|van|du|&)\s+[A-ZÀ-Þ][\w'’.-]*|\s+[A-ZÀ-Þ][\w'’.-]*)*"
)
_LIKED = re.compile(
    r"(?:you|you've|you have)\s+(?:liked|loved|enjoyed|rated|watched|read|bought|played|saw|seen)"
    r"\s+(?:both\s+)?([^.;!?]{2,120})|你(?:喜欢|爱看|看过|买过|读过)(?:的|过)?《([^》]{1,80})》",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?:^|[.!?]\s+)([A-ZÀ-Þ][\w'’-]*)")
#: Capitalised words that name nothing.
_PLAIN = frozenset(
    "a an and another as because both by english for from given has if in it its like much of on "
    "one since so that the their these this those though to two what while who with you your "
    "i american british french japanese".split()
)
_GENRES = frozenset(
    "action adventure animation comedy crime documentary drama family fantasy horror musical "
    "mystery noir romance thriller war western sci-fi".split()
)


@dataclass(frozen=True)
class World:
    """Everything that a sentence about one candidate may claim."""

    candidate: Candidate
    profile: Profile
    items: Mapping[str, Item]
    request: str = ""

    @cached_property
    def item_words(self) -> str:
        """The candidate's own facts and the request, folded, in one text."""
        item = self.candidate.item
        values = [v for value in item.fields.values() for v in _each(value)]
        parts = (item.title, item.text, *item.tags, *map(str, values), self.request)
        return _padded(" | ".join(parts))

    @cached_property
    def known(self) -> str:
        """That, and the titles, years and tags of what the person knows."""
        named = {i for e in self.candidate.evidence for i in e.items} | self.liked
        items = [self.items[i] for i in sorted(named) if i in self.items]
        texts = [f"{i.title} {i.fields.get('year', '')} {' '.join(i.tags)}" for i in items]
        wishes = [wish.text for wish in self.profile.wishes]
        tags = [lean.tag for lean in self.profile.tags if lean.weight > 0]
        return self.item_words + _padded(" | ".join([*texts, *wishes, *tags]))

    @cached_property
    def liked(self) -> frozenset[str]:
        """Ids of history items that were not disliked."""
        return frozenset(entry.item for entry in self.profile.history if entry.strength >= 0)

    @cached_property
    def liked_titles(self) -> list[str]:
        """Folded titles of what was not disliked."""
        return [fold(self.items[i].title) for i in sorted(self.liked) if i in self.items]


def _each(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)


def _padded(text: str) -> str:
    return " " + re.sub(r"[^\w]+", " ", fold(text)) + " "


def check_claims(sentence: str, world: World) -> tuple[Claim, ...]:
    """Finds every claim in a sentence and checks it.

    Args:
        sentence: A model's reason.
        world: What is known.

    Returns:
        The claims; the sentence may stand if each is supported.
    """
    claims = [
        *(_claim(m, "title", world.known) for m in _QUOTED.findall(sentence)),
        *(_claim(m, "number", world.known) for m in _NUMBER.findall(sentence)),
        *(_claim(m, "name", world.known) for m in _names(sentence)),
        *(_claim(m, "genre", world.known) for m in _genres(sentence)),
        *_liked_claims(sentence, world),
    ]
    return tuple(dict.fromkeys(claims))


def _claim(text: str, kind: str, known: str) -> Claim:
    return Claim(text, kind, _padded(text) in known or _wide(text, known))


def _wide(text: str, known: str) -> bool:
    # Chinese has no spaces: a title stands inside a longer run of characters.
    return not text.isascii() and fold(text) in known


def _names(sentence: str) -> list[str]:
    starts = {match.start(1) for match in _SENTENCE_START.finditer(sentence)}
    found = []
    for match in _NAME.finditer(sentence):
        words = match.group().rstrip(".'’-").split()
        # The first word of a sentence is capitalised whatever it is.
        if match.start() in starts and (len(words) == 1 or fold(words[0]) in _PLAIN):
            words = words[1:]
        while words and fold(words[0]) in _PLAIN:
            words = words[1:]
        name = re.sub(r"['’]s$", "", " ".join(words))
        if name:
            found.append(name)
    return found


def _genres(sentence: str) -> list[str]:
    return [word for word in re.findall(r"[a-z-]+", sentence.lower()) if word in _GENRES]


def _liked_claims(sentence: str, world: World) -> list[Claim]:
    found = []
    for match in _LIKED.finditer(sentence):
        said = match[1] or match[2]
        folded = _padded(said)
        held = any(_padded(title) in folded or title in fold(said) for title in world.liked_titles)
        named = bool(match[2]) or bool(_names("x " + said))
        found.append(Claim(said.strip(), "history", held or not named))
    return found
