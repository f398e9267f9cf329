"""Lists of titles: each line is read by itself, and then by the company that it stands in."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from palate.agent.chat.linking.company import Company, around
from palate.agent.chat.linking.lines import Line
from palate.agent.chat.linking.names import ARTICLES, Entry, Name, TitleIndex, in_series, shorter
from palate.agent.chat.linking.spelling import Speller, spellings
from palate.agent.chat.linking.standing import is_one_film
from palate.agent.chat.linking.tokens import phrase, tokens_of

#: How much less a form of a title counts than the title itself, in e-folds of fame.
_LESS = {"title": 0.0, "bare": 1.5, "joined": 0.5, "part": 2.0, "end": 2.0}
#: How much more it counts that a title is written just so, to the last sign.
_JUST_SO = 1.0
#: How many e-folds of fame the likeliest film must be ahead of the next.
_AHEAD = 1.0
#: How well an item that nobody knows must fit its company, in e-folds of fame.
_FITS = 1.0
#: Titles of so few words, articles aside, are often those of other films, too.
_SHORT = 2
#: Around a line: so many other lines are looked at, and so many of them may be unheard of.
_AROUND, _UNHEARD = 8, 6
#: How often a list is gone through.
_ROUNDS = 2
#: Items older than this at the catalogue's end have namesakes that it is too old to hold.
_OLD = 10


@dataclass(frozen=True, slots=True)
class Read:
    """What a line of a list may mean, when it is read by itself."""

    line: Line
    entries: tuple[Entry, ...] = ()
    mended: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a line means: the likeliest entry first; none where nobody can tell which is meant."""

    entries: tuple[Entry, ...]
    mended: bool


class ListReader:
    """Tells what the lines of a list mean.

    Args:
        index: The titles.
        speller: Mends typing errors.
    """

    def __init__(self, index: TitleIndex, speller: Speller) -> None:
        self._index, self._speller = index, speller

    def read(self, texts: Sequence[str]) -> list[Chosen | None]:
        """Returns what each line means; ``None`` where it is no title of the catalogue.

        Args:
            texts: Lines, with or without numbers and years.
        """
        reads = [self._alone(text) for text in texts]
        asked = [self._of_its_time(one, place, reads) for place, one in enumerate(reads)]
        names = [self._sure(one) for one in reads]
        for _ in range(_ROUNDS):
            found = [
                self._choose(one, entries, Company.of(place, names, self._index.rarity))
                for place, (one, entries) in enumerate(zip(reads, asked, strict=True))
            ]
            # What the company of the first round has told is company itself in the next.
            names = [one.entries[0].name if one and _named_in_full(one) else None for one in found]
        return _each_once(found)

    def _alone(self, text: str) -> Read | None:
        line = Line.of(text)
        if line is None or line.series:
            return None
        for key, mended in self._keys(line):
            found = self._of_line(key, line)
            fitting = [entry for entry in found if self._same_thing(line, entry, mended)]
            if fitting and not (line.aside and len(fitting) > 1):
                return Read(line, tuple(fitting), mended)
        return Read(line)

    def _keys(self, line: Line) -> Iterator[tuple[str, bool]]:
        """Yields the phrases that a line may stand under: its own, shorter forms, mended ones."""
        own, *mended = spellings(line.tokens, self._speller)
        yield own
        for key in shorter(line.tokens):
            yield key, False
        yield from mended

    def _of_line(self, key: str, line: Line) -> list[Entry]:
        """Returns what a phrase stands for, with other spaces and without its article, too."""
        own = [*self._index.of(key), *self._index.spaced(key), *self._index.without_article(key)]
        nearest: dict[str, Entry] = {}
        for entry in own:
            nearest.setdefault(entry.name.item, entry)
        return of_year(list(nearest.values()), line.year) or self._longer(key, line)

    def _longer(self, key: str, line: Line) -> list[Entry]:
        """Returns what is held under a longer or shorter name than a list gives."""
        signed = [e for e in self._index.signed(key) if _year_of(e, line) or e.name.fame]
        part = in_series(key)
        whole = [e for e in self._index.of(part) if e.kind == "title"] if part else []
        return of_year(signed, line.year) or [e for e in of_year(whole, line.year) if e.name.fame]

    def _same_thing(self, line: Line, entry: Entry, mended: bool) -> bool:
        """Keeps "The Farewell" from being "Farewell", and "Narcos" from being "Narco"."""
        if _year_of(entry, line):
            return True
        content = [token for token in line.tokens if token.word not in ARTICLES]
        if mended and len(content) == 1:
            return self._index.known_well(entry) and not _differ_by_s(content[0].word, entry)
        if entry.kind == "joined" and len(content) < 3:
            return self._index.known_well(entry)
        if entry.kind == "end" and self._index.famed and not entry.name.fame:
            return False
        if entry.kind == "part" and _of_a_show(entry):
            return self._index.known_well(entry)
        if _articles_alike(line, entry) or entry.kind == "end":
            return True
        return len(content) > 1 and self._index.standing.is_common(entry.name)

    def _sure(self, one: Read | None) -> Name | None:
        """Returns the film of a line that can mean one film alone, so that it tells of others."""
        if one is None or not one.entries or one.mended:
            return None
        first = max(one.entries, key=lambda entry: self._own(one.line, entry))
        alone = all(is_one_film(first.name, other.name) for other in one.entries)
        return first.name if alone and first.kind in ("title", "bare") else None

    def _own(self, line: Line, entry: Entry) -> float:
        """Returns how well an entry fits a line, its company aside."""
        just_so = entry.name.title.casefold() == line.title.casefold()
        standing = self._index.standing.of(entry.name)
        return standing - _LESS[entry.kind] + _JUST_SO * just_so

    def _of_its_time(
        self, one: Read | None, place: int, reads: Sequence[Read | None]
    ) -> list[Entry]:
        """Returns the entries that may be meant.

        Among titles that the catalogue doesn't know, an old film's name is rather that of a new
        film that isn't there either, and a name that differs by an article is another's.
        """
        entries = list(one.entries) if one else []
        if one is None or one.line.year or not self._in_unheard(place, reads):
            return entries
        begin = self._index.last_year - _OLD
        young = [e for e in entries if e.name.year is None or e.name.year > begin]
        return [e for e in young if e.kind == "title" and _articles_alike(one.line, e)]

    def _in_unheard(self, place: int, reads: Sequence[Read | None]) -> bool:
        """Tells whether most lines around are films that may be too new for the catalogue."""
        near = [reads[other] for other in around(place, len(reads), _AROUND)[:_AROUND]]
        return sum(one is not None and self._unheard(one) for one in near) >= _UNHEARD

    def _unheard(self, one: Read) -> bool:
        return not one.entries and (one.line.year is None or one.line.year > self._index.last_year)

    def _choose(
        self, one: Read | None, entries: Sequence[Entry], company: Company
    ) -> Chosen | None:
        if one is None or not one.entries:
            return None
        if not entries:
            return Chosen((), one.mended)
        fits = {entry: company.fits(entry.name) for entry in entries}
        scores = {entry: self._own(one.line, entry) + fits[entry] for entry in entries}
        first, *rest = _films(scores)
        rival = _together(rest[0], scores) if rest and company.years else -math.inf
        short = sum(token.word not in ARTICLES for token in one.line.tokens) <= _SHORT
        unlike = short and self._is_obscure(first[0]) and fits[first[0]] < _FITS
        told = not company.years or one.line.year is not None
        doubtful = not told and (unlike or _less_exact(first[0], entries))
        if doubtful or _together(first, scores) - rival < _AHEAD:
            return Chosen((), one.mended)
        return Chosen(tuple(entry for film in (first, *rest) for entry in film), one.mended)

    def _is_obscure(self, entry: Entry) -> bool:
        """Tells whether nobody met an item, and few know its people."""
        return not entry.name.fame and not self._index.standing.is_common(entry.name)


def _less_exact(first: Entry, entries: Sequence[Entry]) -> bool:
    """Tells whether the likeliest differs by its article from what a line says, and another not."""
    return first.kind == "bare" and any(entry.kind == "title" for entry in entries)


def _films(scores: Mapping[Entry, float]) -> list[list[Entry]]:
    """Returns entries by film, the likeliest first."""
    films: list[list[Entry]] = []
    for entry in sorted(scores, key=lambda one: (-scores[one], one.name.item)):
        same = (film for film in films if is_one_film(film[0].name, entry.name))
        if (film := next(same, None)) is not None:
            film.append(entry)
        else:
            films.append([entry])
    return sorted(films, key=lambda film: -_together(film, scores))


def _together(film: Sequence[Entry], scores: Mapping[Entry, float]) -> float:
    """Returns the score of a film that is held more than once: the log of the sum of odds."""
    most = max(scores[entry] for entry in film)
    return most + math.log(sum(math.exp(scores[entry] - most) for entry in film))


def of_year(entries: Sequence[Entry], wanted: int | None) -> list[Entry]:
    """Returns the entries of a year; else those within a year of it, or of none."""
    if wanted is None:
        return list(entries)
    exact = [entry for entry in entries if entry.name.year == wanted]
    return exact or [
        entry for entry in entries if entry.name.year is None or abs(entry.name.year - wanted) <= 1
    ]


def _each_once(found: Sequence[Chosen | None]) -> list[Chosen | None]:
    """Drops what means a film by a piece of its name while another line names it in full."""
    full = {one.entries[0].name.item for one in found if one and _named_in_full(one)}
    return [Chosen((), one.mended) if one and _is_piece(one, full) else one for one in found]


def _is_piece(one: Chosen, full: Container[str]) -> bool:
    return bool(one.entries) and not _named_in_full(one) and one.entries[0].name.item in full


def _named_in_full(one: Chosen) -> bool:
    first = one.entries[:1]
    return bool(first) and first[0].kind in ("title", "bare") and not one.mended


def _year_of(entry: Entry, line: Line) -> bool:
    return line.year is not None and entry.name.year == line.year


def _articles_alike(line: Line, entry: Entry) -> bool:
    said = line.tokens[0].word in ARTICLES
    return said == (tokens_of(entry.name.title)[0].word in ARTICLES)


def _of_a_show(entry: Entry) -> bool:
    """Tells the film of a show or song, "Rudolph: The Movie", from what it is the film of."""
    return entry.name.title.casefold().endswith(": the movie")


def _differ_by_s(word: str, entry: Entry) -> bool:
    of_title = phrase(tokens_of(entry.name.title)).split()[-1]
    return word.removesuffix("s") == of_title.removesuffix("s")
