"""Lists in free text: numbered entries with labels of any alphabet, with titles, or with both.

    1. C7: title        [3] >        7. a watched film - a candidate        C4, C2, C5

A reply may hold several lists: topics, the matching of each candidate, a draft, the ranking, a word
on each of the ranked. The ranking is the last list under a line such as "top 10 recommended" or
"final"; else the last under one such as "ranking"; else the one that names most candidates. Lists
under an explanation come after all others. What names nothing inside the closed set is dropped and
counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from palate.prompts.closed import ClosedSet

#: Entries that are looked at, at most, and characters of each.
MAX_ENTRIES, MAX_ENTRY = 400, 400

_NUMBER = re.compile(
    r"^[\s>*_#-]*[\[(]?\s*#?(\d{1,3})\s*[.):\]\u3001\uff09-]+\s*(?=\S)|^\s*(\d{1,3})\s+(?=[A-Z\[])"
)
_BULLET = re.compile(r"^\s*(?:[-*\u2022\u00b7>]|\(?[a-z]\))\s+")
_INLINE = re.compile(r"(?:(?<=\])|(?<=[.;,]))[,;]?\s+(?=\[?\d{1,3}[.):]\s)|\]\s*[>,]\s*(?=\[)")
_LABEL = re.compile(r"^[\[(*_\"'`]*([A-Za-z]{0,2}\d{1,3}|[A-Z]{1,2})[\])*_\"'`]*(?![\w'])")
_ANY_LABEL = re.compile(r"(?<![\w'])([A-Za-z]{1,2}\d{1,3}|[A-Z])(?![\w'])")
_BETWEEN = re.compile(r"^[\s,;>|\[\]()*\"'`=&.-]*(?:and)?[\s,;>|\[\]()*\"'`=&.-]*$")
_SEPARATOR = re.compile(r"^\s*(?:[:\uff1a\u3001.,)\]>|=;\u2013\u2014-]|$)")
_ARROW = re.compile(r"\s+(?:-+>?|=>|\u2192|\u2013|\u2014|>|:)\s+|\s*->\s*|\s*\u2192\s*")
_FINAL = re.compile(r"\b(?:final|recommend\w*|top \d+)\b|\u6700\u7ec8|\u63a8\u8350", re.I)
_RANKING = re.compile(r"\brank\w*|\u6392\u5e8f|\u6392\u540d", re.I)
_AFTER = re.compile(
    r"\b(?:expla\w+|justif\w+|chosen|selected)\b|\b(?:is|are|was|were) (?:\w+ )?based\b"
    r"|\u89e3\u91ca|\u7406\u7531", re.I
)  # fmt: skip
_EDGES = " \t[](){}*_\"'`\u201c\u201d\u300a\u300b.,;:"

#: A title, or a label alone; a label before other words; a label inside a sentence.
Kind = Literal["plain", "label", "prose"]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an entry names: an item, or nothing inside; and how plainly."""

    item: str | None
    kind: Kind = "plain"
    outside: bool = False


@dataclass
class _List:
    """Entries that follow one another, and the line above them."""

    head: str
    numbered: bool
    entries: list[_Entry] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def order(self) -> list[str]:
        """Distinct items, best first; a list that counts down is read from its end."""
        falling = len(self.numbers) > 1 and self.numbers == sorted(self.numbers, reverse=True)
        entries = self.entries[::-1] if falling and self.numbers[0] > 1 else self.entries
        return list(dict.fromkeys(one.item for one in entries if one.item is not None))

    def weight(self, kind: Kind) -> int:
        """Items that are named in a way."""
        return len({one.item for one in self.entries if one.item and one.kind == kind})

    def tier(self) -> int:
        """What the line above makes it: 0 the recommendation, 1 a ranking, 2 a list, 3 a word."""
        if self.head.rstrip().endswith((".", "\u3002")):
            # A sentence of its own introduces nothing, whatever words are in it.
            return 3 if _AFTER.search(self.head) else 2
        return 0 if _FINAL.search(self.head) else 1 if _RANKING.search(self.head) else 2


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list says.

    Attributes:
        order: Item ids, each once.
        foreign: Entries that name nothing that is known.
        repeated: Entries that name an item again.
        outside: Entries that name a title outside the set, such as one of the history.
    """

    order: tuple[str, ...]
    foreign: int = 0
    repeated: int = 0
    outside: int = 0


def parse_list(
    text: str,
    labels: Mapping[str, str],
    titles: Mapping[str, str],
    outside: Sequence[str] = (),
) -> Listed:
    """Reads the ranking off free text.

    Args:
        text: Without any thinking; its length is the caller's to bound.
        labels: Label -> item id, such as ``C7`` or ``A``; may be empty.
        titles: Item id -> title; may be empty.
        outside: Titles that are known and are no candidates, such as the history's.

    Returns:
        An order that may be empty; it never holds an id that is not in ``labels`` or ``titles``.
    """
    reader = _Reader(labels, ClosedSet.of(titles, outside))
    lists = [one for one in reader.lists(text) if one.order()]
    best = _ranking(lists)
    if best is None:
        return Listed(tuple(reader.row(text)))
    order = best.order()
    named = sum(one.item is not None for one in best.entries)
    beyond = sum(one.outside for one in best.entries)
    return Listed(tuple(order), len(best.entries) - named - beyond, named - len(order), beyond)


def _ranking(lists: Sequence[_List]) -> _List | None:
    kinds: tuple[Kind, ...] = ("plain", "label", "prose")
    for kind in kinds:
        named = [one for one in lists if one.weight(kind)]
        for tier in (0, 1):
            if found := [one for one in named if one.tier() == tier]:
                return found[-1]
        if named:
            return max(named, key=lambda one: (one.tier() == 2, one.numbered, one.weight(kind)))
    return None


@dataclass(frozen=True)
class _Reader:
    labels: Mapping[str, str]
    titles: ClosedSet

    def lists(self, text: str) -> Iterator[_List]:
        """Yields the lists of a text, in its order."""
        current: _List | None = None
        head = ""
        for number, line in _entries(text):
            if number is None and len(row := self.row(line)) > 1 and _is_row(line):
                if current is not None:
                    yield current
                yield _List(head, False, [_Entry(item) for item in row])
                current = None
                continue
            entry = self.entry(line, numbered=number is not None)
            listed = number is not None or (entry.item is not None and entry.kind != "prose")
            if not listed:
                # A word on an entry may stand between two; a blank line or a title ends nothing.
                head = line or head
                continue
            numbered = number is not None
            fresh = current is None or current.numbered != numbered
            if not fresh and numbered and current is not None and current.numbers:
                fresh = number == 1 and current.numbers[-1] != 2
            if fresh:
                if current is not None:
                    yield current
                current = _List(head, numbered)
            assert current is not None
            current.entries.append(entry)
            current.numbers += [number] if number is not None else []
        if current is not None:
            yield current

    def entry(self, text: str, *, numbered: bool) -> _Entry:
        """Reads what one entry names; a label inside a sentence counts where it has a number."""
        text = text.strip()[:MAX_ENTRY]
        match = _LABEL.match(text)
        rest = text[match.end() :] if match else text
        by_label = self.labels.get(match[1]) if match else None
        if match and (by_label or _is_label(match[1], self.labels)) and _SEPARATOR.match(rest):
            return self._labelled(by_label, rest.lstrip(" \t:\uff1a\u3001.,)]>|=;\u2013\u2014-"))
        found = self._titled(text)
        if found is not None:
            return _Entry(found)
        if self.titles.beyond(text.strip(_EDGES)):
            return _Entry(None, outside=True)
        if by_label is not None:
            return _Entry(by_label, "prose")
        inside = [one for one in _ANY_LABEL.findall(text) if len(one) > 1 and one in self.labels]
        inside = inside if numbered else []
        return _Entry(self.labels[inside[0]], "label") if len(set(inside)) == 1 else _Entry(None)

    def _labelled(self, item: str | None, title: str) -> _Entry:
        """A label and perhaps a title: where they disagree, a title that is plain decides."""
        if not title.strip(_EDGES):
            return _Entry(item)
        named = self.titles.exact(title.strip(_EDGES)) or self.titles.opens(title.strip(_EDGES))
        if named is not None:
            return _Entry(named)
        if self.titles.beyond(title.strip(_EDGES)):
            return _Entry(None, outside=True)
        return _Entry(item, "label")

    def _titled(self, text: str) -> str | None:
        """Finds a title: whole, or the last of what an arrow or a dash parts, or the beginning."""
        bare = text.strip(_EDGES)
        if found := self.titles.exact(bare):
            return found
        parts = [part.strip(_EDGES) for part in _ARROW.split(bare)]
        for part in reversed(parts) if len(parts) > 1 else ():
            if found := self.titles.exact(part):
                return found
        for part in (bare, *reversed(parts)):
            if found := self.titles.opens(part):
                return found
        for part in (*reversed(parts), bare):
            if found := self.titles.like(part):
                return found
        return None

    def row(self, text: str) -> list[str]:
        """Reads the longest row of labels in running text: "are: C4, C2 and C5"."""
        best: list[str] = []
        run: list[str] = []
        last = 0
        for match in _ANY_LABEL.finditer(text):
            if not run or not _BETWEEN.match(text[last : match.start()]):
                run = []
            if match[1] in self.labels and self.labels[match[1]] not in run:
                run.append(self.labels[match[1]])
            last = match.end()
            best = list(run) if len(run) > len(best) else best
        return best if len(best) > 1 else []


def _is_row(line: str) -> bool:
    """Whether there is nothing on a line but labels and what stands between them."""
    return all(_BETWEEN.match(part) for part in _ANY_LABEL.sub("\n", line).split("\n"))


def _is_label(text: str, labels: Mapping[str, str]) -> bool:
    """Whether it looks like a label: of the prompt's kind, or a letter with a number."""
    return text in labels or (len(text) > 1 and text[0].isalpha() and text[-1].isdigit())


def _entries(text: str) -> Iterator[tuple[int | None, str]]:
    """Yields (number, text) of each line, and of each entry of a line that holds several."""
    count = 0
    for line in text.splitlines():
        for piece in _INLINE.split(line):
            count += 1
            if count > MAX_ENTRIES:
                return
            match = _NUMBER.match(piece)
            if match:
                yield int(match[1] or match[2]), piece[match.end() :].strip()
            else:
                yield None, _BULLET.sub("", piece).strip()
