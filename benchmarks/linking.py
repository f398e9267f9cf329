"""Links titles that models wrote in free lists to a catalogue, and counts what a reader found.

    python -m benchmarks.linking DATA [--lists 100] [--read] [--labels FILE]

Lists of `movie-titles-free` are drawn by a seed, those without numbered lines left out, and linked
to ReDial's movie records as the chat links a list. `linking_labels.jsonl` beside this module says
which records are the film that each line means, for the first 165 lists that the seed draws. Exits
1 where a title was linked to a wrong film, or less than 95 % of those that are in the catalogue
were found. `--read` prints every list with its links, for a person to read.

The first 100 lists are the sample. Every second one was held back: the linker was changed by the
mistakes of the others until it made none, and only then were those of the held lists looked at.
Further lists (`--lists 165`) were labelled later: 40 that were scored once before their mistakes
were looked at, too, and the last 25 when nothing was changed any more.

A label is of the film that the list means, by the list's request and neighbours, not by the linker.
A record is the film that its name and year tell; ReDial's other facts were looked up later, and are
at times another film's. Where it has no year, its people tell. A line of the labels is a list: the
reply's number (from 0), and for each title the ids of the records that are this film, ``""`` where
the catalogue does not hold it. ``?`` behind them: a reader cannot tell which film is meant, and any
of these is no wrong link; such titles count neither as found nor as missed. No text of the data is
kept. One reader labelled, of the makers of this project.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.conversations import movies, redial
from palate import Item
from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.linking import Link, Linker

LABELS = Path(__file__).with_name("linking_labels.jsonl")
#: Which lists are drawn. It was chosen before any list was read.
SEED = 20
#: Replies drawn at once, so that a longer sample goes on where a shorter one ends.
_DRAWN = 330
#: How many lists are the sample, and how many were read later but not last.
SAMPLE, LATER = 100, 40
#: The share of the titles in the catalogue that is to be found at least.
LEAST_FOUND = 0.95
_NUMBERED = re.compile(r"^\s*\d{1,3}\s*[.)]\s*\S")


@dataclass(frozen=True)
class Label:
    """What a reader took a title for.

    Attributes:
        films: The records of the film; empty where the catalogue does not hold it.
        sure: Whether a reader can tell.
    """

    films: frozenset[str]
    sure: bool = True

    @classmethod
    def of(cls, text: str) -> Label:
        """Reads ``"123 456"``, ``"123?"`` or ``""``."""
        return cls(frozenset(text.rstrip("?").split()), not text.endswith("?"))


@dataclass(frozen=True)
class Score:
    """How links compare with labels.

    Attributes:
        titles: How many were read.
        there: Those that are in the catalogue for sure.
        found: Those of them that were linked to the right film.
        missed, wrong: The titles that were not linked, and those linked to another film.
    """

    titles: int = 0
    there: int = 0
    found: int = 0
    missed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The share of those in the catalogue that was found."""
        return self.found / max(self.there, 1)

    @property
    def passes(self) -> bool:
        """Whether the links are good enough."""
        return not self.wrong and self.share >= LEAST_FOUND

    def __add__(self, other: Score) -> Score:
        """Returns both together."""
        return Score(
            self.titles + other.titles, self.there + other.there, self.found + other.found,
            self.missed + other.missed, self.wrong + other.wrong,
        )  # fmt: skip


def lists(data: Path, number: int) -> dict[int, list[str]]:
    """Draws replies that hold numbered lines.

    Returns:
        Number of the reply -> those lines, their numbers taken off. The sample comes first, sorted,
        then the others as they were drawn.
    """
    with gzip.open(data / "model-replies" / "movie-titles-free.jsonl.gz", "rt") as file:
        replies = [json.loads(line)["output"] for line in file]
    drawn = random.Random(SEED).sample(range(len(replies)), _DRAWN)
    held = {one: titles(replies[one]) for one in drawn}
    full = [(one, rows) for one, rows in held.items() if rows][:number]
    return dict(sorted(full[:SAMPLE]) + full[SAMPLE:])


def titles(reply: str) -> list[str]:
    """Returns the numbered lines of a reply, without their numbers."""
    rows = [one for one in reply.splitlines() if _NUMBERED.match(one)]
    return [re.sub(r"^\s*\d{1,3}\s*[.)]\s*", "", one).strip() for one in rows]


def films_and_linker(data: Path) -> tuple[dict[str, Item], Linker]:
    """Returns ReDial's films by id, and what links titles to them.

    How well a film is known is how many dialogues name it.
    """
    films = {film.id: film for film in movies(data / "conversations")}
    talks = redial(data / "conversations", set(films))
    fame = Counter(film for one in talks for film, _ in one.films)
    return films, Catalogue.of(films.values(), fame).linker


def labels_of(file: Path) -> dict[int, list[Label]]:
    """Reads labels: number of the reply -> a label for each of its titles."""
    rows = [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()]
    return {row["list"]: [Label.of(text) for text in row["films"]] for row in rows}


def score(lines: Sequence[str], links: Sequence[Link | None], labels: Sequence[Label]) -> Score:
    """Compares the links of one list with its labels.

    Raises:
        ValueError: There is not one label for each line.
    """
    if len(lines) != len(labels):
        raise ValueError(f"{len(lines)} titles and {len(labels)} labels: label them again.")
    triples = list(zip(lines, links, labels, strict=True))
    there = [one for one in triples if one[2].films and one[2].sure]
    wrong = [line for line, link, label in triples if link and link.item not in label.films]
    found = sum(link is not None and link.item in label.films for _, link, label in there)
    missed = [line for line, link, _ in there if link is None]
    return Score(len(lines), len(there), found, tuple(missed), tuple(wrong))


def read(rows: Mapping[int, Sequence[str]], linker: Linker, films: Mapping[str, Item]) -> None:
    """Prints what is to be read: every list with its links, or the records that look alike."""
    for number, lines in rows.items():
        print(f"list {number}")
        for line, link in zip(lines, linker.lines(lines), strict=True):
            found = [link.item, *link.others] if link else near(line, films)
            mark = "=>" if link else "-   near:"
            print(f"  {line}\n      {mark} " + " | ".join(named(films[one]) for one in found))


def near(line: str, films: Mapping[str, Item], n: int = 3) -> list[str]:
    """Returns the ids of the records whose titles look most like a line."""
    from rapidfuzz import fuzz, process

    names = {key: film.title for key, film in films.items()}
    found = process.extract(line, names, scorer=fuzz.WRatio, processor=str.casefold, limit=n)
    return [key for _, _, key in found]


def named(film: Item) -> str:
    """Returns a record in a few words."""
    return f"{film.id} {film.title} ({film.fields.get('year', '?')})"


def parts(
    rows: Mapping[int, Sequence[str]], linker: Linker, labels: Mapping[int, Sequence[Label]]
) -> dict[str, Score]:
    """Scores the lists by when their mistakes were looked at.

    Args:
        rows: Number of a reply -> its titles, as `lists` draws them.
        linker: Links them.
        labels: Number of a reply -> a label for each of its titles.

    Raises:
        ValueError: A list has no labels.
    """
    unread = sorted(set(rows) - set(labels))
    if unread:
        raise ValueError(f"{len(unread)} lists have no labels, such as {unread[0]}: read them.")
    scores = [score(lines, linker.lines(lines), labels[one]) for one, lines in rows.items()]
    named = {
        "looked at": scores[:SAMPLE:2],
        "held back": scores[1:SAMPLE:2],
        "later": scores[SAMPLE : SAMPLE + LATER],
        "last": scores[SAMPLE + LATER :],
    }
    return {name: _sum(part) for name, part in named.items() if part}


def _sum(scores: Iterable[Score]) -> Score:
    return sum(scores, Score())


def _print(name: str, one: Score) -> None:
    print(
        f"{name:<10} {one.titles:>6,} titles {one.there:>6,} in the catalogue "
        f"{one.found:>6,} found ({one.share:.1%}) {len(one.wrong):>3} wrong"
    )


def _print_faults(one: Score) -> None:
    for name, lines in (("wrong", one.wrong), ("not found", one.missed)):
        for line, count in Counter(lines).items():
            print(f"    {name}: {line}" + (f"  ({count} times)" if count > 1 else ""))


def main(arguments: Sequence[str]) -> int:
    """Draws, links, scores, and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking")
    parser.add_argument("data", type=Path, help="holds conversations/ and model-replies/")
    parser.add_argument("--lists", type=int, default=100, help="how many")
    parser.add_argument("--read", action="store_true", help="print every list with its links")
    parser.add_argument("--labels", type=Path, default=LABELS, help="score the links by this file")
    given = parser.parse_args(arguments)
    rows = lists(given.data, given.lists)
    films, linker = films_and_linker(given.data)
    if given.read:
        read(rows, linker, films)
        return 0
    try:
        scores = parts(rows, linker, labels_of(given.labels))
    except ValueError as error:
        parser.error(str(error))
    scores["all"] = _sum(scores.values())
    for name, one in scores.items():
        _print(name, one)
    _print_faults(scores["all"])
    return 0 if scores["all"].passes else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
