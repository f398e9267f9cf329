"""Every title of a catalogue, under every spelling that people use for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from palate.agent.chat.linking.company import rarities
from palate.agent.chat.linking.standing import Standing
from palate.agent.chat.linking.tokens import Token, phrase, tokens_of
from palate.agent.reasons.titles import aliases

#: How near an alias is to the title: the title, without its article, its beginning, its end,
#: the title with other spaces.
Kind = Literal["title", "bare", "part", "end", "joined"]
_KINDS = ("title", "bare", "part", "end", "joined")
#: Words of a title beyond these are not looked for.
LONGEST = 16
_YEAR = re.compile(r"\s*\(((?:18|19|20)\d{2})\)\s*$")
ARTICLES = frozenset("the a an le la les der die das el los las il".split())
_SPLIT = re.compile(r"\s*(?::|\s[-–—]\s|, or\b)\s*")
_EPISODE = re.compile(r"\bepisode (?:\d|i|v|x) (?=\w)")
#: Shorter phrases are not looked for with other spaces.
_JOINED = 5
#: The share of the best known title's fame that makes a title known well.
_WELL_KNOWN = 0.1
#: A maker's name before the title.
_SIGNED = re.compile(r"^(?:[\w.]+ ){0,2}\w+(?:['’]s|s['’]) (.+)$")
#: Words, articles aside, that what is left of a title needs to be known by.
_CONTENT = 3
#: A series' name before a title that it leaves out elsewhere: "Indiana Jones and the Raiders ...".
_SERIES = re.compile(r"^.+? and (?:the )?(?=\w+ )")
_PART = re.compile(r"\b(?:part|chapter|volume|vol|episode) (?=\d)")


@dataclass(frozen=True, slots=True)
class Name:
    """A title of the catalogue.

    Attributes:
        fame: How many people met it.
        people: Who made it and who is in it: values that other items may share.
        tags: Its kinds, such as genres.
    """

    item: str
    title: str
    year: int | None = None
    fame: float = 0.0
    people: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        item: str,
        title: str,
        year: float | None = None,
        fame: float = 0.0,
        *,
        people: tuple[str, ...] = (),
        tags: tuple[str, ...] = (),
    ) -> Name:
        """Returns a name; a year at the end of the title counts where there is no other."""
        at_end = _YEAR.search(title)
        if year is None and at_end:
            year = int(at_end[1])
        known = None if year is None else int(year)
        return cls(item, _YEAR.sub("", title), known, fame, people, tags)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase stands for."""

    name: Name
    kind: Kind


class TitleIndex:
    """Phrase -> the items that may be meant by it."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._entries: dict[str, dict[str, Entry]] = {}
        parts: dict[str, dict[str, Entry]] = {}
        self.famed = 0.0
        self._signed: dict[str, list[Entry]] = {}
        self.names = held = list(names)
        self.standing = Standing(held)
        self.rarity = rarities(held)
        self.last_year = _last_year(held)
        for name in held:
            self.famed = max(self.famed, name.fame)
            if (signed := _SIGNED.match(name.title)) and len(tokens_of(signed[1])) > 1:
                key = phrase(tokens_of(signed[1])[:LONGEST])
                self._signed.setdefault(key, []).append(Entry(name, "end"))
            for key, kind in _keys(name.title):
                table = parts if kind in ("part", "end") else self._entries
                table.setdefault(key, {}).setdefault(name.item, Entry(name, kind))
        # A part of a title counts where it is a part of one alone.
        for key, found in parts.items():
            if key not in self._entries and len({e.name.title for e in found.values()}) == 1:
                self._entries[key] = found
        self._joined: dict[str, list[str]] = {}
        for key in self._entries:
            self._joined.setdefault(key.replace(" ", ""), []).append(key)
        self.longest = max((key.count(" ") + 1 for key in self._entries), default=0)
        self.words = frozenset(word for key in self._entries for word in key.split())

    def of(self, key: str) -> tuple[Entry, ...]:
        """Returns what a phrase may stand for, the best known first.

        Where nothing is called so, what is written with other spaces counts: "Spiderman".
        """
        found = self._entries.get(key)
        return tuple(sorted(found.values(), key=self._rank)) if found else self.spaced(key)

    def spaced(self, key: str) -> tuple[Entry, ...]:
        """Returns what is written so but for the spaces, the best known first."""
        joined = key.replace(" ", "")
        keys = self._joined.get(joined, ()) if len(joined) >= _JOINED else ()
        found = {
            item: Entry(entry.name, "joined")
            for other in keys
            for item, entry in self._entries[other].items()
        }
        return tuple(sorted(found.values(), key=self._rank))

    def without_article(self, key: str) -> tuple[Entry, ...]:
        """Returns what is called so but for the article that a phrase begins with."""
        bare = _bare(key)
        found = self._entries.get(bare, {}).values() if bare != key else ()
        titles = (Entry(one.name, "bare") for one in found if one.kind == "title")
        return tuple(sorted(titles, key=self._rank))

    def signed(self, key: str) -> tuple[Entry, ...]:
        """Returns what is called so behind its maker's name: "Dr. Seuss' The Lorax"."""
        return tuple(sorted(self._signed.get(key, ()), key=self._rank))

    def known_well(self, entry: Entry) -> bool:
        """Tells whether an item has a good share of the best known one's fame."""
        return entry.name.fame >= _WELL_KNOWN * self.famed

    def _rank(self, entry: Entry) -> tuple[int, float, int, str]:
        name = entry.name
        return (
            _KINDS.index(entry.kind), -self.standing.of(name), -(name.year or 0), name.item,
        )  # fmt: skip


def _last_year(names: Sequence[Name]) -> int:
    """Returns the year in which a catalogue ends: of its items, one in a hundred is later."""
    years = sorted(name.year for name in names if name.year is not None)
    return years[int(0.99 * (len(years) - 1))] if years else 0


def shorter(tokens: Sequence[Token]) -> Iterator[str]:
    """Yields the forms of a title that a catalogue may hold instead of one that was written out.

    The article is left out ("The Transporter 2"), the word before a number ("Vol. 2"), the episode
    with what stands before it, and what follows "or" as a second title.
    """
    whole = phrase(tokens)
    numbered = _PART.sub("", whole)
    if numbered != whole:
        yield numbered
    if whole[-1].isdigit() and _bare(whole) != whole:
        yield _bare(whole)
    episode = _EPISODE.search(whole)
    if episode:
        yield whole[: episode.start()] + whole[episode.end() :]
        if " " in whole[episode.end() :]:
            yield whole[episode.end() :]
    for place, token in enumerate(tokens[2:], start=2):
        if token.word == "or" and (token.comma or tokens[min(place + 1, len(tokens) - 1)].first):
            yield phrase(tokens[:place])


def in_series(key: str) -> str | None:
    """Returns a title without the series' name before it; ``None`` where little would be left."""
    found = _SERIES.match(key)
    rest = key[found.end() :] if found else ""
    content = [word for word in rest.split() if word not in ARTICLES and len(word) > 2]
    return rest if len(content) >= _CONTENT else None


def _keys(title: str) -> Iterable[tuple[str, Kind]]:
    """Yields the phrases for a title, each with how near it is."""
    whole = phrase(tokens_of(title)[:LONGEST])
    if not whole:
        return
    yield whole, "title"
    for alias in aliases(title) - {title}:
        key = phrase(tokens_of(alias)[:LONGEST])
        if key and key != whole:
            yield key, "bare" if _same_words(key, whole) else "part"
    for key in {whole, _bare(whole)}:
        for short in (_PART.sub("", key), _EPISODE.sub("", key)):
            if short != key:
                yield short, "bare"
    if _bare(whole) != whole:
        yield _bare(whole), "bare"
    pieces = _SPLIT.split(title)
    for place, piece in enumerate(pieces if len(pieces) > 1 else ()):
        key = phrase(tokens_of(piece))
        if key.count(" ") >= (2 if place else 1):
            yield key, "end" if place else "part"


def _bare(key: str) -> str:
    first, _, rest = key.partition(" ")
    return rest if first in ARTICLES and rest else key


def _same_words(key: str, whole: str) -> bool:
    """Tells whether two phrases differ in articles alone."""
    left = sorted(word for word in key.split() if word not in ARTICLES)
    return left == sorted(word for word in whole.split() if word not in ARTICLES)
