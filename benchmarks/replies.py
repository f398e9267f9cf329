"""How well real replies are read: `python -m benchmarks.replies DATA [LABELS]`.

DATA holds ``model-replies/news-ranking.jsonl.gz`` and ``movie-next-item.jsonl.gz``: rankings of
labelled headlines by one model, and of films by another that answers with pairs of titles. LABELS
holds ``news.jsonl`` and ``movies.jsonl``, what a person took from some of the replies: ``{"line":
0-based, "readable": true, "order": [...]}``. Their licences are not stated: nothing of them is kept
here. Non-commercial research only.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from palate.prompts.parse_list import Listed, parse_list

Row = dict[str, Any]
#: Articles that a list of titles parted by commas puts last.
#: And a part of the one title there that holds a comma of its own.
_ARTICLES = (
    "Queen of the Desert",
    "A",
    "An",
    "The",
    "Das",
    "Der",
    "Die",
    "La",
    "Le",
    "Les",
    "Il",
    "El",
    "L'",
)


@dataclass(frozen=True)
class Read:
    """One reply as it was read.

    Attributes:
        listed: What the parser says.
        inside: Ids that may be named.
    """

    listed: Listed
    inside: frozenset[str]


def read_news(row: Row) -> Read:
    """Reads a ranking of headlines: the ids are the labels, ``C7``."""
    inside = dict(entry.split(": ", 1) for entry in row["candidates"])
    past = [entry.split(": ", 1)[1] for entry in row["history"]]
    listed = parse_list(row["output"], {label: label for label in inside}, inside, past)
    return Read(listed, frozenset(inside))


def read_movies(row: Row) -> Read:
    """Reads a ranking of films: the ids are the titles."""
    inside = films(row["candidates_raw"])
    past = films(row["history_raw"])
    listed = parse_list(row["outputs"][-1], {}, {title: title for title in inside}, past)
    return Read(listed, frozenset(inside))


def films(text: str) -> list[str]:
    """Splits titles at commas, but for those inside brackets and before late articles."""
    found: list[str] = []
    for part in text.strip().split(", "):
        opened = found and found[-1].count("(") > found[-1].count(")")
        if found and (opened or part in _ARTICLES):
            found[-1] += f", {part}"
        else:
            found.append(part)
    return found


def _rows(path: Path) -> list[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def _judge(reads: Sequence[Read], labels: Sequence[Row]) -> tuple[int, int, list[int]]:
    """Accepted orders that are right, readable replies that were refused, lines that are wrong."""
    right, refused, wrong = 0, 0, []
    for label in labels:
        order = list(reads[label["line"]].listed.order)
        refused += label["readable"] and not order
        if order == label["order"]:
            right += 1
        elif order:
            wrong.append(label["line"])
    return right, refused, wrong


def _report(name: str, rows: Sequence[Row], read: Callable[[Row], Read], path: Path) -> None:
    reads = [read(row) for row in rows]
    invented = sum(not set(one.listed.order) <= one.inside for one in reads)
    empty = sum(not one.listed.order for one in reads)
    print(f"{name}: {len(rows):,} replies read, none raised; {invented} with an id from outside,")
    print(f"  {empty} without any order, {sum(r.listed.foreign for r in reads):,} entries dropped.")
    if path.exists():
        labels = _rows(path)
        right, refused, wrong = _judge(reads, labels)
        print(f"  Of {len(labels)} that a person read: {right} orders right, wrong {wrong or 0},")
        print(f"  {refused} refused that can be read.")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("labels", type=Path, nargs="?", default=Path())
    given = parser.parse_args()
    folder = given.data / "model-replies"
    news, movies = folder / "news-ranking.jsonl.gz", folder / "movie-next-item.jsonl.gz"
    _report("news-ranking", _rows(news), read_news, given.labels / "news.jsonl")
    _report("movie-next-item", _rows(movies), read_movies, given.labels / "movies.jsonl")


if __name__ == "__main__":
    main()
