"""Finds the titles in what somebody says, and links each to an item."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from palate.agent.chat.linking.lines import CLOSE, OPEN, Line
from palate.agent.chat.linking.meant import STOP, Place, is_meant
from palate.agent.chat.linking.names import ARTICLES, Entry, TitleIndex, shorter
from palate.agent.chat.linking.spelling import Speller
from palate.agent.chat.linking.tokens import Token, phrase, tokens_of

_YEAR_AFTER = re.compile(r"""^["'”’»》」]?\s*,?\s*[(\[]?\s*(?:of |from )?((?:18|19|20)\d{2})\b""")
_IN_BRACKETS = re.compile(r"""^["'”’»》」]?\s*,?\s*[(\[]\s*((?:18|19|20)\d{2})\s*[)\]]""")
#: The share of the best known title's fame that makes a title known well.
_WELL_KNOWN = 0.1
#: Ways to mend a phrase that are tried at most.
_MENDED = 64


@dataclass(frozen=True, slots=True)
class Link:
    """A title in a text.

    Attributes:
        start, end: Where it stands, the year behind it included.
        said: Its words there.
        item: The item that is meant.
        others: Further items of the same name, the best known first.
        mended: Whether a typing error was mended.
    """

    start: int
    end: int
    said: str
    item: str
    others: tuple[str, ...] = ()
    mended: bool = False


class Linker:
    """Links titles of one catalogue.

    Args:
        index: The titles.
        known: Folded words that are no typing errors, such as those of the catalogue's texts.
        plain: Folded words that name something else, such as genres.
    """

    def __init__(
        self, index: TitleIndex, known: Collection[str] = (), plain: Collection[str] = ()
    ) -> None:
        self._index, self._plain = index, frozenset(plain)
        self._speller = Speller(index.words, known)

    def links(self, text: str) -> list[Link]:
        """Returns the titles that a text names, in its order, without overlaps."""
        tokens = tokens_of(text)
        found: list[Link] = []
        start = 0
        while start < len(tokens):
            link = self._at(text, tokens, start, found[-1].end if found else None)
            start += 1
            if link is not None:
                found.append(link)
                while start < len(tokens) and tokens[start].start < link.end:
                    start += 1
        return found

    def whole(self, text: str) -> Link | None:
        """Links a text that is a title and nothing else, such as a line of a list."""
        line = Line.of(text)
        if line is None or line.series:
            return None
        for key, mended in self._as_listed(line.tokens):
            found = _exact_first(self._of_line(key, line), line.title)
            sure = [entry for entry in found if self._same_thing(line, entry, mended)]
            if sure and not (line.aside and len(sure) > 1):
                return _link(text, (0, len(text)), sure, mended)
        return None

    def _as_listed(self, tokens: Sequence[Token]) -> Iterator[tuple[str, bool]]:
        """Yields the phrases that a line may stand under: its own, shorter forms, mended ones."""
        own, *mended = self._spellings(tokens)
        yield own
        for key in shorter(tokens):
            yield key, False
        yield from mended

    def _of_line(self, key: str, line: Line) -> list[Entry]:
        """Returns what a phrase stands for; where the year is another's, with other spaces, too."""
        found = _of_year(self._index.of(key), line.year)
        return found or (_of_year(self._index.spaced(key), line.year) if line.year else [])

    def listed(self, text: str) -> list[Link]:
        """Returns the titles of a list, a line each; where a line is a sentence, those in it."""
        found: list[Link] = []
        start = 0
        for line in text.split("\n"):
            whole = self.whole(line)
            links = [whole] if whole else self.links(line)
            found += [replace(one, start=one.start + start, end=one.end + start) for one in links]
            start += len(line) + 1
        return found

    def _same_thing(self, line: Line, entry: Entry, mended: bool) -> bool:
        """Keeps "The Farewell" from being "Farewell", and "Narcos" from being "Narco"."""
        if line.year is not None and entry.name.year == line.year:
            return True
        content = [token for token in line.tokens if token.word not in ARTICLES]
        if mended and len(content) == 1:
            return self._known_well(entry) and not _differ_by_s(content[0].word, entry)
        if entry.kind == "joined" and len(content) < 3:
            return self._known_well(entry)
        if entry.kind == "end" and self._index.famed and not entry.name.fame:
            return False
        said = line.tokens[0].word in ARTICLES
        has = tokens_of(entry.name.title)[0].word in ARTICLES
        return said == has or entry.kind == "end" or len(content) > 1

    def _known_well(self, entry: Entry) -> bool:
        return entry.name.fame >= _WELL_KNOWN * self._index.famed

    def _spellings(self, tokens: Sequence[Token]) -> Iterator[tuple[str, bool]]:
        """Yields the phrase of tokens, then those with typing errors mended."""
        yield phrase(tokens), False
        choices = [(token.word, *self._speller.mended(token.word)) for token in tokens]
        total = 1
        for choice in choices:
            total *= len(choice)
        if 1 < total <= _MENDED:
            for words in list(product(*choices))[1:]:
                yield " ".join(words), True

    def _at(self, text: str, tokens: Sequence[Token], start: int, last: int | None) -> Link | None:
        """Returns the longest title that begins with a token."""
        limit = min(len(tokens), start + self._index.longest)
        for stop in range(limit, start, -1):
            span = tokens[start:stop]
            cuts = [text[a.start : b.end].casefold() for a, b in pairwise(span) if b.first]
            if any("\n" in cut for cut in cuts):
                continue
            said = text[span[0].start : span[-1].end]
            for key, mended in self._spellings(span):
                entries = _exact_first(self._index.of(key), said)
                if cuts and not _quoted(text, span):
                    entries = [e for e in entries if _holds_cuts(e.name.title, cuts)]
                if entries:
                    place = Place(text, tokens, start, stop, mended=mended, last_title=last)
                    link = self._meant(place, entries)
                    if link is not None:
                        return link
        return None

    def _meant(self, place: Place, entries: Sequence[Entry]) -> Link | None:
        """Returns the link, if the words at a place are a title there."""
        strict = _IN_BRACKETS.match(place.rest)
        behind = strict or _YEAR_AFTER.match(place.rest)
        wanted = int(behind[1]) if behind else None
        fitting = _of_year(entries, wanted)
        year = any(entry.name.year == wanted for entry in fitting if wanted)
        if strict and not fitting:
            return None
        place = replace(place, year=year, quoted=_quoted(place.text, place.span))
        entries = fitting if year or strict else entries
        if _doubtful(place, entries[0]) and not (year or self._known_well(entries[0])):
            return None
        if not is_meant(place, entries[0], self._plain):
            return None
        end = place.span[-1].end + (behind.end() if behind and year else 0)
        end += place.text[end : end + 1] in (")", "]") and year
        return _link(place.text, (place.span[0].start, end), entries, place.mended)


def _holds_cuts(title: str, cuts: Sequence[str]) -> bool:
    """Tells whether what looks like the end of a sentence stands in the title, too: "Mr. Deeds"."""
    low = title.casefold()
    return all(cut in low or ":" in cut for cut in cuts)


def _of_year(entries: Sequence[Entry], wanted: int | None) -> list[Entry]:
    """Returns the entries of a year; else those within a year of it, or of none."""
    if wanted is None:
        return list(entries)
    exact = [entry for entry in entries if entry.name.year == wanted]
    return exact or [
        entry for entry in entries if entry.name.year is None or abs(entry.name.year - wanted) <= 1
    ]


def _exact_first(entries: Sequence[Entry], title: str) -> list[Entry]:
    """Puts what is spelled just so first: "Batman & Robin" before "Batman and Robin"."""
    low = title.casefold()
    return sorted(entries, key=lambda entry: entry.name.title.casefold() != low)


def _doubtful(place: Place, entry: Entry) -> bool:
    """Tells whether little speaks for the title: one mended word, other spaces, its end alone."""
    content = [token for token in place.span if token.word not in STOP]
    joined = entry.kind == "joined" and len(content) < 3
    return (place.mended and len(content) < 2) or joined or entry.kind == "end"


def _differ_by_s(word: str, entry: Entry) -> bool:
    of_title = phrase(tokens_of(entry.name.title)).split()[-1]
    return word.removesuffix("s") == of_title.removesuffix("s")


def _quoted(text: str, span: Sequence[Token]) -> bool:
    """Tells whether quotes stand around some tokens, and nothing else between them."""
    before, after = text[: span[0].start].rstrip(), text[span[-1].end :].lstrip("!?., ")
    if not before or not after or before[-1] not in OPEN:
        return False
    return after[0] in CLOSE or bool(re.match(r"\s*\(\d{4}\)", after))


def _link(text: str, span: tuple[int, int], entries: Sequence[Entry], mended: bool) -> Link:
    ids = tuple(dict.fromkeys(entry.name.item for entry in entries))
    return Link(*span, text[span[0] : span[1]], ids[0], ids[1:], mended)
