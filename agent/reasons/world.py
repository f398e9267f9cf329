"""The closed world of one reason: everything that a sentence about one candidate may claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from palate.agent.reasons.lexicon import DEMONYMS, GENRES, GENRES_ZH
from palate.agent.reasons.titles import alias_table, level
from palate.domain import Candidate, HistoryEntry, Item, Profile
from palate.prompts.render import SEEN

_RUNTIME = ("runtime", "duration", "length", "minutes", "running_time")
#: Of a text of megabytes no more is read: folding takes time by the character.
LONGEST_TEXT = 10_000
#: Role in a sentence -> fields that hold such people.
ROLES = {
    "director": ("director", "directors"),
    "cast": ("cast", "actors", "actor", "stars", "starring"),
    "writer": ("writer", "writers", "author", "authors", "screenplay"),
}


def folded(text: str) -> str:
    """Returns text in words: lower case, no accents, single spaces, one at each end."""
    return " " + re.sub(r"[\W_]+", " ", level(text).casefold()).strip() + " "


def genre_of(word: str) -> str:
    """Returns the one name of a genre or tag; the folded word itself where there is no other."""
    low = level(word).casefold().strip()
    for form in (low, low.removesuffix("s"), re.sub("ies$", "y", low), low.removesuffix("片")):
        if form in GENRES or form in GENRES_ZH:
            return GENRES.get(form) or GENRES_ZH[form]
    return low


@dataclass(frozen=True)
class World:
    """Everything that a sentence about one candidate may claim.

    Attributes:
        candidate: What the sentence is about.
        profile: Of the reader.
        items: Item id -> item, for the history and the evidence.
        request: The request's own words.
    """

    candidate: Candidate
    profile: Profile
    items: Mapping[str, Item]
    request: str = ""

    @cached_property
    def entries(self) -> dict[str, HistoryEntry]:
        """Item id -> what the person did with it."""
        return {entry.item: entry for entry in self.profile.history}

    @cached_property
    def known_items(self) -> dict[str, Item]:
        """The candidate, the history, and what the evidence names."""
        named = {i for e in self.candidate.evidence for i in e.items} | self.entries.keys()
        found = {i: self.items[i] for i in sorted(named) if i in self.items}
        return {**found, self.candidate.item.id: self.candidate.item}

    @cached_property
    def aliases(self) -> dict[str, frozenset[str]]:
        """Spelling of a title -> ids of the items it may mean."""
        return alias_table(self.known_items.values())

    @cached_property
    def own_words(self) -> str:
        """The candidate's title, text, tags and fields, folded."""
        return words_of(self.candidate.item)

    @cached_property
    def told_words(self) -> str:
        """The candidate's text, tags and fields without people and title, folded."""
        item, people = self.candidate.item, {name for names in ROLES.values() for name in names}
        kept = {name: v for name, v in item.fields.items() if name.casefold() not in people}
        return words_of(Item(item.id, "", item.text, item.tags, kept))

    @cached_property
    def asked_words(self) -> str:
        """The request, the scene and what the person wishes, folded."""
        wishes = [wish.text for wish in self.profile.wishes]
        parts = [self.request, self.profile.scene or "", *wishes]
        return folded(" | ".join(part[:LONGEST_TEXT] for part in parts))

    @cached_property
    def own_genres(self) -> frozenset[str]:
        """The candidate's tags, each by its one name."""
        return genres_of(self.candidate.item)

    @cached_property
    def tastes(self) -> frozenset[str]:
        """Genres that the person leans to, that liked items have, or that are asked for."""
        leans = {genre_of(lean.tag) for lean in self.profile.tags if lean.weight > 0}
        liked = [e.item for e in self.profile.history if e.strength > SEEN]
        tags = {tag for i in liked if i in self.items for tag in genres_of(self.items[i])}
        return frozenset(leans | tags)

    @cached_property
    def distastes(self) -> frozenset[str]:
        """Genres that the person leans away from."""
        return frozenset(genre_of(lean.tag) for lean in self.profile.tags if lean.weight < 0)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Words of the candidate and of what is asked for."""
        return frozenset((self.own_words + self.asked_words).split())

    @cached_property
    def people(self) -> frozenset[str]:
        """Names in the candidate's fields, folded; also by their last words."""
        return frozenset(_people(self.candidate.item, None))

    def has_genre(self, words: Iterable[str]) -> bool:
        """Tells whether one of the words is a genre, or a tag that the person or item has."""
        named = {word: genre_of(word) for word in words}
        known = self.tastes | self.own_genres
        return any(genre != word.casefold() or genre in known for word, genre in named.items())

    def in_role(self, role: str) -> frozenset[str]:
        """Returns the candidate's people of a role; all of them where no field tells."""
        found = frozenset(_people(self.candidate.item, ROLES[role]))
        return found or self.people

    def shares(self, role: str, item: str) -> bool:
        """Tells whether the candidate and another item share a person of a role."""
        fields = ROLES[role]
        own = set(_people(self.candidate.item, fields, whole=True))
        return bool(own & set(_people(self.known_items[item], fields, whole=True)))

    @cached_property
    def runtime(self) -> float | None:
        """The candidate's length in minutes."""
        fields = self.candidate.item.fields
        found = [fields[n] for n in _RUNTIME if isinstance(fields.get(n), int | float)]
        return float(found[0]) if found else None  # type: ignore[arg-type]

    @cached_property
    def numbers(self) -> frozenset[float]:
        """Numbers in the candidate's words, the request, the wishes and the evidence."""
        evidence = " ".join(word for e in self.candidate.evidence for word in e.words)
        values = [v for value in self.candidate.item.fields.values() for v in _each(value)]
        text = " ".join([self.own_words, self.asked_words, evidence])
        exact = {float(v) for v in values if isinstance(v, int | float)}
        return frozenset(exact | {float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)})

    def is_from(self, demonym: str, item: Item) -> bool:
        """Tells whether an item's words name the country (or language) of an adjective."""
        words = words_of(item)
        names = (demonym, *DEMONYMS[demonym].split("|"))
        return any(f" {name} " in words for name in names)


def words_of(item: Item) -> str:
    """Returns an item's title, text, tags and fields, folded."""
    values = [str(v) for value in item.fields.values() for v in _each(value)]
    parts = [item.title, item.text, *item.tags, *values]
    return folded(" | ".join(part[:LONGEST_TEXT] for part in parts))


def genres_of(item: Item) -> frozenset[str]:
    """Returns an item's tags, each by its one name."""
    return frozenset(genre_of(tag) for tag in item.tags)


def year_of(item: Item) -> int | None:
    """Returns the year in an item's fields, else at the end of its title."""
    year = item.fields.get("year")
    if isinstance(year, int):
        return year
    match = re.search(r"\((\d{4})\)\s*$", item.title)
    return int(match[1]) if match else None


def _people(item: Item, fields: Iterable[str] | None, *, whole: bool = False) -> Iterator[str]:
    for name, value in item.fields.items():
        if fields is None or name.casefold() in fields:
            for one in _each(value):
                if isinstance(one, str):
                    yield from _forms(one, whole)


def _forms(names: str, whole: bool) -> Iterator[str]:
    for name in re.split(r"\s*(?:,|;|/|、| and )\s*", level(names)):
        words = folded(name).split()
        for start in range(1 if whole else len(words)):
            yield " ".join(words[start:])


def _each(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)
