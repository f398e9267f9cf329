"""Links titles that models wrote in free lists to a catalogue, for a person to read.

    python -m benchmarks.linking DATA [--lists 100] [--seed 20] [--read] [--labels FILE]

Lists of `movie-titles-free` are drawn by a seed and linked, line by line, to ReDial's movie records
as the chat links them. `--read` prints every different line once, with the film that it was linked
to, or the nearest records of the catalogue where it was not. What a reader found goes into a file
of labels, a JSON object a line: the line, and the ids of the records that are this film (none where
the catalogue does not hold it). `--labels` scores the links by it: how many of the titles that are
in the catalogue were found, and how many links are wrong. Whoever labels reads the catalogue, not
the linker: a label is of the film that the list means.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.conversations import movies, redial
from palate import Item
from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.linking import Link, Linker

_NUMBERED = re.compile(r"^\s*\d{1,3}\s*[.)]\s*\S")


@dataclass(frozen=True)
class Score:
    """How links compare with labels.

    Attributes:
        there: Titles that are in the catalogue.
        found: Those that were linked to the right film.
        missed, wrong: The lines that were not linked, and those linked to another film.
        titles: All that were read.
    """

    there: int
    found: int
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    titles: int


def lists(data: Path, number: int, seed: int) -> list[list[str]]:
    """Draws lists; of each, the lines that begin with a number."""
    with gzip.open(data / "model-replies" / "movie-titles-free.jsonl.gz", "rt") as file:
        replies = [json.loads(line)["output"] for line in file]
    drawn = random.Random(seed).sample(replies, number)
    return [[one.strip() for one in reply.splitlines() if _NUMBERED.match(one)] for reply in drawn]


def bare(line: str) -> str:
    """Returns a line without its number."""
    return re.sub(r"^\s*\d{1,3}\s*[.)]\s*", "", line).strip()


def films_and_linker(data: Path) -> tuple[dict[str, Item], Linker]:
    """Returns ReDial's films by id, and what links titles to them.

    Films of one name are told apart by how many dialogues name them.
    """
    films = {film.id: film for film in movies(data / "conversations")}
    talks = redial(data / "conversations", set(films))
    fame = Counter(film for one in talks for film, _ in one.films)
    return films, Catalogue.of(films.values(), fame).linker


def score(
    lines: Sequence[str], links: Mapping[str, Link | None], labels: Mapping[str, frozenset[str]]
) -> Score:
    """Compares links with labels.

    Args:
        lines: Without numbers; a repeated one counts as often as it stands there.
        links: What each was linked to.
        labels: The records that each means; none where the catalogue does not hold it.

    Raises:
        ValueError: A line has no label.
    """
    unread = sorted(set(lines) - set(labels))
    if unread:
        raise ValueError(f"{len(unread)} lines have no label, such as {unread[0]!r}: read them.")
    there = found = 0
    missed, wrong = [], []
    for line in lines:
        link, truth = links[line], labels[line]
        there += bool(truth)
        if link is not None and link.item in truth:
            found += 1
        elif link is not None:
            wrong.append(line)
        elif truth:
            missed.append(line)
    return Score(there, found, tuple(missed), tuple(wrong), len(lines))


def near(line: str, films: Mapping[str, Item], n: int = 3) -> list[str]:
    """Returns the ids of the records whose titles look most like a line."""
    from rapidfuzz import fuzz, process

    titles = {key: film.title for key, film in films.items()}
    found = process.extract(line, titles, scorer=fuzz.WRatio, processor=str.casefold, limit=n)
    return [key for _, _, key in found]


def named(film: Item) -> str:
    """Returns a record in a few words."""
    return f"{film.id} {film.title} ({film.fields.get('year', '?')})"


def read(lines: Sequence[str], links: Mapping[str, Link | None], films: Mapping[str, Item]) -> None:
    """Prints what is to be read: every line once, in the order of the lists."""
    for line in dict.fromkeys(lines):
        link = links[line]
        if link is None:
            print(
                f"{line}\n    -   near: " + " | ".join(named(films[i]) for i in near(line, films))
            )
        else:
            others = "".join(f" | {named(films[other])}" for other in link.others)
            print(f"{line}\n    =>  {named(films[link.item])}{others}")


def labels_of(file: Path) -> dict[str, frozenset[str]]:
    """Reads labels: ``{"line": "Heat (1995)", "films": ["1234"]}``, one a line."""
    return dict(_labels(file))


def _labels(file: Path) -> Iterator[tuple[str, frozenset[str]]]:
    for text in file.read_text(encoding="utf-8").splitlines():
        one = json.loads(text)
        yield one["line"], frozenset(one["films"])


def _print(found: Score, number: int) -> None:
    print(f"{number} lists, {found.titles} titles; {found.there} are in the catalogue")
    share = found.found / max(found.there, 1)
    print(f"found: {found.found} ({share:.1%}); not found: {len(found.missed)}")
    print(f"linked to a wrong film: {len(found.wrong)}")
    for name, rows in (("not found", found.missed), ("wrong", found.wrong)):
        for line, count in Counter(rows).items():
            print(f"    {name}: {line}" + (f"  ({count} times)" if count > 1 else ""))


def main(arguments: Sequence[str]) -> None:
    """Draws, links, and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linking")
    parser.add_argument("data", type=Path, help="holds conversations/ and model-replies/")
    parser.add_argument("--lists", type=int, default=100, help="how many")
    parser.add_argument("--seed", type=int, default=20, help="by which they are drawn")
    parser.add_argument("--read", action="store_true", help="print every line with its link")
    parser.add_argument("--labels", type=Path, help="score the links by this file")
    given = parser.parse_args(arguments)
    lines = [bare(one) for rows in lists(given.data, given.lists, given.seed) for one in rows]
    films, linker = films_and_linker(given.data)
    links = {line: linker.whole(line) for line in dict.fromkeys(lines)}
    linked = sum(links[line] is not None for line in lines)
    print(f"{len(lines)} titles, {len(links)} different; {linked} linked", file=sys.stderr)
    if given.read:
        read(lines, links, films)
    if given.labels:
        _print(score(lines, links, labels_of(given.labels)), given.lists)


if __name__ == "__main__":
    main(sys.argv[1:])
