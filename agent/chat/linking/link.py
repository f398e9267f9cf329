"""Finds the titles in what somebody says, and links each to an item."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from palate.agent.chat.linking.lines import CLOSE, MARK, OPEN
from palate.agent.chat.linking.listing import Chosen, ListReader, of_year
from palate.agent.chat.linking.meant import STOP, Place, is_meant
from palate.agent.chat.linking.names import Entry, TitleIndex
from palate.agent.chat.linking.near import NearTitles
from palate.agent.chat.linking.spelling import Speller, spellings
from palate.agent.chat.linking.tokens import Token, tokens_of

_YEAR_AFTER = re.compile(r"""^["'”’»》」]?\s*,?\s*[(\[]?\s*(?:of |from )?((?:18|19|20)\d{2})\b""")
_IN_BRACKETS = re.compile(r"""^["'”’»》」]?\s*,?\s*[(\[]\s*((?:18|19|20)\d{2})\s*[)\]]""")

#: So many lines with a number or a dot are a list.
_LIST = 3


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
        self._lists = ListReader(index, self._speller)
        self._near = NearTitles(index, self._plain)

    def links(self, text: str) -> list[Link]:
        """Returns the titles that a text names, in its order, without overlaps.

        Where it holds a list, each of whose lines a number or a dot begins, the lines of the list
        tell films of one name apart.
        """
        rows = text.split("\n")
        marks = [MARK.match(row) for row in rows]
        if sum(mark is not None for mark in marks) < _LIST:
            return self._in_talk(text)
        named = [row[mark.end() :] for row, mark in zip(rows, marks, strict=True) if mark]
        read = iter(self._lists.read(named))
        found: list[Link] = []
        start = 0
        for row, mark in zip(rows, marks, strict=True):
            one = next(read) if mark else None
            links = self._in_row(row, mark.end(), one) if mark and one else self._in_talk(row)
            found += [
                replace(link, start=link.start + start, end=link.end + start) for link in links
            ]
            start += len(row) + 1
        return found

    def _in_row(self, row: str, begin: int, one: Chosen) -> list[Link]:
        span = (begin, len(row.rstrip()))
        return [_link(row, span, one.entries, one.mended)] if one.entries else []

    def _in_talk(self, text: str) -> list[Link]:
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
        return self.lines([text])[0]

    def near(self, text: str) -> tuple[str, ...]:
        """Returns the items that words come near to that stand where a title does."""
        return self._near.of(text)

    def lines(self, texts: Sequence[str]) -> list[Link | None]:
        """Links the lines of a list, each a title; its other lines tell films of one name apart."""
        return [
            _link(text, (0, len(text)), one.entries, one.mended) if one and one.entries else None
            for text, one in zip(texts, self._lists.read(texts), strict=True)
        ]

    def _at(self, text: str, tokens: Sequence[Token], start: int, last: int | None) -> Link | None:
        """Returns the longest title that begins with a token."""
        limit = min(len(tokens), start + self._index.longest)
        for stop in range(limit, start, -1):
            span = tokens[start:stop]
            cuts = [text[a.start : b.end].casefold() for a, b in pairwise(span) if b.first]
            if any("\n" in cut for cut in cuts):
                continue
            said = text[span[0].start : span[-1].end]
            for key, mended in spellings(span, self._speller):
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
        fitting = of_year(entries, wanted)
        year = any(entry.name.year == wanted for entry in fitting if wanted)
        if strict and not fitting:
            return None
        place = replace(place, year=year, quoted=_quoted(place.text, place.span))
        entries = fitting if year or strict else entries
        if _doubtful(place, entries[0]) and not (year or self._index.known_well(entries[0])):
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


def _exact_first(entries: Sequence[Entry], title: str) -> list[Entry]:
    """Puts what is spelled just so first: "Batman & Robin" before "Batman and Robin"."""
    low = title.casefold()
    return sorted(entries, key=lambda entry: entry.name.title.casefold() != low)


def _doubtful(place: Place, entry: Entry) -> bool:
    """Tells whether little speaks for the title: one mended word, other spaces, its end alone."""
    content = [token for token in place.span if token.word not in STOP]
    joined = entry.kind == "joined" and len(content) < 3
    return (place.mended and len(content) < 2) or joined or entry.kind == "end"


def _quoted(text: str, span: Sequence[Token]) -> bool:
    """Tells whether quotes stand around some tokens, and nothing else between them."""
    before, after = text[: span[0].start].rstrip(), text[span[-1].end :].lstrip("!?., ")
    if not before or not after or before[-1] not in OPEN:
        return False
    return after[0] in CLOSE or bool(re.match(r"\s*\(\d{4}\)", after))


def _link(text: str, span: tuple[int, int], entries: Sequence[Entry], mended: bool) -> Link:
    ids = tuple(dict.fromkeys(entry.name.item for entry in entries))
    return Link(*span, text[span[0] : span[1]], ids[0], ids[1:], mended)
