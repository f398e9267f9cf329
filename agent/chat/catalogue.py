"""The catalogue's own vocabulary: what its tags, people, places and titles are called."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from palate.agent.chat.lexicon import GENRE_WORDS, GENRE_WORDS_ZH, LEANING
from palate.agent.chat.linking import Linker, Name, TitleIndex
from palate.agent.reasons.lexicon import DEMONYMS, GENRES, GENRES_ZH, PLAIN
from palate.agent.reasons.world import genre_of
from palate.domain import Item
from palate.retrieval.words import fold

_WORD = re.compile(r"[^\W_]+")
#: Distinct values up to which a field of words is a kind, such as a country, and not a name.
_KINDS = 300
_LONGEST_TEXT = 4000
#: What belongs to a last name.
_PARTICLES = frozenset("de del di da la le van von der den ter bin al el".split())


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field: ``Value("director", "Jane Doe")``."""

    field: str
    value: str


@dataclass(frozen=True)
class Catalogue:
    """What can be said of the items of a catalogue.

    Attributes:
        linker: Finds titles.
        tags: Folded word -> tag, as the catalogue spells it.
        leaning: Those words that only lean to their tag.
        people: Folded name -> the fields that hold it; last names, too, where one person has it.
        values: Folded word -> the value of a field that few values share, such as a country.
        numbers: Numeric field -> its least and its highest value.
        count: How many items there are.
        common_tags: Tags, the commonest first.
        fields: Those that hold words.
    """

    linker: Linker
    tags: Mapping[str, str] = field(default_factory=dict)
    leaning: frozenset[str] = frozenset()
    people: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    numbers: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    count: int = 0
    common_tags: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    @classmethod
    def of(cls, items: Iterable[Item], fame: Mapping[str, float]) -> Catalogue:
        """Reads a catalogue once.

        Args:
            items: All of them.
            fame: Item id -> how many people met it.
        """
        reader = _Reader(fame)
        for item in items:
            reader.read(item)
        return reader.catalogue()


@dataclass(frozen=True, slots=True)
class _Held:
    """What an item is called and known by."""

    id: str
    title: str
    year: float | None
    tags: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]


class _Reader:
    """Collects words, item by item."""

    def __init__(self, fame: Mapping[str, float]) -> None:
        self._fame = fame
        self._items: list[_Held] = []
        self._words: set[str] = set()
        self._tags: Counter[str] = Counter()
        self._texts: dict[str, Counter[str]] = defaultdict(Counter)
        self._numbers: dict[str, tuple[float, float]] = {}

    def read(self, item: Item) -> None:
        """Takes one item in."""
        year = item.fields.get("year")
        known = float(year) if isinstance(year, int | float) else None
        words: dict[str, tuple[str, ...]] = {}
        self._words.update(_WORD.findall(item.text[:_LONGEST_TEXT].lower()))
        self._tags.update(item.tags)
        for name, value in item.fields.items():
            if isinstance(value, bool):
                continue
            if isinstance(value, int | float):
                low, high = self._numbers.get(name, (value, value))
                self._numbers[name] = (min(low, value), max(high, value))
            else:
                words[name] = (value,) if isinstance(value, str) else value
                self._texts[name].update(words[name])
        self._items.append(_Held(item.id, item.title, known, item.tags, words))

    def catalogue(self) -> Catalogue:
        """Returns what was collected."""
        tags = tag_words(self._tags)
        kinds = {n for n, found in self._texts.items() if _is_kind(found)}
        people = _people({n: f for n, f in self._texts.items() if n not in kinds})
        known = self._words | {word for name in people for word in name.split()}
        names = [self._name(held, kinds) for held in self._items]
        linker = Linker(TitleIndex(names), known, _plain(tags))
        values = _values({n: f for n, f in self._texts.items() if n in kinds})
        return Catalogue(
            linker, tags, frozenset(LEANING), people, values, self._numbers,
            len(self._items), tuple(tag for tag, _ in self._tags.most_common()),
            tuple(self._texts),
        )  # fmt: skip

    def _name(self, held: _Held, kinds: Collection[str]) -> Name:
        """Returns what an item is called, with its people: the words of all fields but kinds."""
        people = (one for field, words in held.words.items() if field not in kinds for one in words)
        fame = self._fame.get(held.id, 0.0)
        return Name.of(
            held.id, held.title, held.year, fame,
            people=tuple(dict.fromkeys(people)), tags=held.tags,
        )  # fmt: skip


def tag_words(tags: Iterable[str]) -> dict[str, str]:
    """Returns folded word -> tag: the tag itself, its plural, and what people say for it."""
    own = {fold(tag): tag for tag in tags}
    by_genre = {genre_of(tag): tag for tag in own.values()}
    found: dict[str, str] = {}
    for words in (GENRES, GENRES_ZH, GENRE_WORDS, GENRE_WORDS_ZH):
        for word, genre in words.items():
            if genre in by_genre:
                found[fold(word)] = by_genre[genre]
    for word, tag in own.items():
        found |= {word: tag, f"{word}s": tag, fold(tag).replace("-", " "): tag}
    return found


def _plain(tags: Mapping[str, str]) -> set[str]:
    return {*tags, *(word for tag in tags for word in tag.split() if len(tag.split()) == 1)}


def _is_kind(found: Counter[str]) -> bool:
    """Tells countries and languages from names: few, and each of many items."""
    total = sum(found.values())
    return len(found) <= min(_KINDS, max(3, total // 4))


def _people(fields: Mapping[str, Counter[str]]) -> dict[str, tuple[Value, ...]]:
    found: dict[str, dict[Value, None]] = defaultdict(dict)
    last: dict[str, set[str]] = defaultdict(set)
    for name, values in fields.items():
        for value in values:
            key = " ".join(_WORD.findall(fold(value)))
            if key and len(key) <= 60:
                found[key][Value(name, value)] = None
                if " " in key:
                    last[_surname(key)].add(key)
                    last[key.rsplit(" ", 1)[1]].add(key)
    for surname, names in last.items():
        if len(names) == 1 and len(surname) > 3 and surname not in PLAIN:
            found[surname] |= found[next(iter(names))]
    return {key: tuple(values) for key, values in found.items()}


def _surname(name: str) -> str:
    """Returns a last name with the particle before it: "de niro", "von trier"."""
    parts = name.split()
    return " ".join(parts[-2:] if len(parts) > 2 and parts[-2] in _PARTICLES else parts[-1:])


def _values(fields: Mapping[str, Counter[str]]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, values in fields.items():
        for value in values:
            found.setdefault(fold(value), Value(name, value))
    for adjective, countries in DEMONYMS.items():
        for country in countries.split("|"):
            if country in found and found[country].field != "language":
                found.setdefault(adjective, found[country])
    return found
