"""Check the facts of the example films against the MovieLens metadata.

The films of ``palate.examples.movies`` are written by hand. This script compares their year,
genres, runtime, language, director and cast with two data sets that are not part of the project:
``ml-latest-small/items_with_tmdb_overview.csv.gz`` (genres of MovieLens; runtime and original
language of TMDB) and ``ml-1m/items_with_text.csv.gz`` (genres of MovieLens; director and actors).
A film that differs needs an explanation, a line ``{"id", "field", "ours", "theirs", "why"}`` in a
JSONL file. The exit code is 1 when a difference has none, else 0; 2 means it could not run.

How a film writer calls it (the folder is the one that holds ``ml-1m`` and ``ml-latest-small``)::

    PALATE_DATA=FOLDER python scripts/check_film_facts.py --films films_00.jsonl \
        --explained explained_00.jsonl
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILMS = ROOT / "src/palate/examples/movies/items.jsonl"
LINKS = ROOT / "scripts/film_links.csv"
EXPLAINED = ROOT / "scripts/film_differences.jsonl"
SMALL = "ml-latest-small/items_with_tmdb_overview.csv.gz"
ONE_M = "ml-1m/items_with_text.csv.gz"
SLACK_MINUTES = 3
# fmt: off
GENRE_NAMES = {
    "children": "family", "children's": "family", "sci-fi": "science fiction", "film-noir": "noir",
}
LANGUAGES = {
    "cn": "Cantonese", "cs": "Czech", "da": "Danish", "de": "German", "en": "English",
    "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese", "nl": "Dutch",
    "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "zh": "Mandarin",
}
# fmt: on
LETTERS = str.maketrans({"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ß": "ss", "đ": "d", "ð": "d"})
RULES = f"""\
- **year**: ours is the year in the title of either data set.
- **genres**: ours hold every genre that both data sets name, and none that neither names
  (Children is our family, Sci-Fi science fiction, Film-Noir noir; IMAX is ignored).
- **runtime**: within {SLACK_MINUTES} minutes of TMDB's.
- **language**: TMDB's original language.
- **director**: each of ours is among theirs, accents, case, punctuation, middle initials, Jr/Sr
  and the order of a name's parts aside. They may name more.
- **cast**: each of our three is among the actors in ml-1m, compared in the same way. That list
  holds about four names, so a player billed fifth is a difference that needs its explanation."""

Row = dict[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True)
class Sources:
    """The two data sets, each a row by its id."""

    small: dict[str, Row]
    one_m: dict[str, Row]


@dataclass(frozen=True)
class Difference:
    """One field of one film on which we and the data sets differ."""

    film: str
    field: str
    ours: str
    theirs: str


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a JSONL or CSV file, either of them plain or gzipped."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        if ".csv" in path.suffixes:
            yield from csv.DictReader(file)
        else:
            yield from (json.loads(line) for line in file if line.strip())


def load_sources(data: Path) -> Sources:
    """Load both data sets from a folder that holds ml-latest-small and ml-1m."""
    small = {row["movieId"]: row for row in read_rows(data / SMALL)}
    return Sources(small, {row["movie_id"]: row for row in read_rows(data / ONE_M)})


def title_year(title: str) -> int | None:
    """Return the year in brackets at the end of a MovieLens title, or None."""
    found = re.search(r"\((\d{4})\)\s*$", title)
    return int(found[1]) if found else None


def genre_set(text: str) -> frozenset[str]:
    """Turn ``Adventure|Children`` into our names."""
    names = (GENRE_NAMES.get(name.lower(), name.lower()) for name in text.split("|"))
    return frozenset(name for name in names if name not in {"imax", "(no genres listed)", ""})


def fold(name: str) -> frozenset[str]:
    """Reduce a person's name to the parts that two spellings of it share."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\(.*?\)", "", name).lower().translate(LETTERS))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    words = re.sub(r"[^\w']+", " ", letters).replace("'", "").split()
    kept = [word for n, word in enumerate(words) if n == 0 or len(word) > 1]
    return frozenset(word for word in kept if word not in {"jr", "sr"})


def missing(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Return those of our people who are not among theirs."""
    known = {fold(name) for name in theirs}
    return [name for name in ours if fold(name) not in known]


def year_theirs(film: Row, small: Row, one_m: Row) -> str | None:
    """Return both title years when ours is neither of them, else None."""
    years = [title_year(small["title"]), title_year(one_m["title"])]
    return None if film["year"] in years else " or ".join(map(str, dict.fromkeys(years)))


def genres_theirs(film: Row, small: Row, one_m: Row) -> str | None:
    """Return what both, or either, name when ours miss or exceed it, else None."""
    a, b, ours = genre_set(small["genres"]), genre_set(one_m["genres"]), set(film["genres"])
    if a & b <= ours <= a | b:
        return None
    either = ", ".join(sorted(a ^ b)) or "none"
    return f"both: {', '.join(sorted(a & b)) or 'none'}; one: {either}"


def runtime_theirs(film: Row, small: Row, _one_m: Row) -> str | None:
    """Return TMDB's minutes when ours are too far from them, else None."""
    minutes = float(small["runtime"])
    return None if abs(film["runtime"] - minutes) <= SLACK_MINUTES else f"{minutes:.0f}"


def language_theirs(film: Row, small: Row, _one_m: Row) -> str | None:
    """Return TMDB's original language when ours is another, else None."""
    theirs = LANGUAGES.get(small["original_language"], small["original_language"])
    return None if film["language"] == theirs else theirs


def director_theirs(film: Row, _small: Row, one_m: Row) -> str | None:
    """Return ml-1m's directors when one of ours is not among them, else None."""
    theirs = str(one_m["director"])
    return theirs if missing(film["director"].split(" & "), theirs.split(",")) else None


def cast_theirs(film: Row, _small: Row, one_m: Row) -> str | None:
    """Return ml-1m's actors when one of ours is not among them, else None."""
    theirs = str(one_m["actors"])
    return theirs if missing(film["cast"], theirs.split(",")) else None


CHECKS = {
    "year": year_theirs,
    "genres": genres_theirs,
    "runtime": runtime_theirs,
    "language": language_theirs,
    "director": director_theirs,
    "cast": cast_theirs,
}


def shown(value: Any) -> str:
    """Write a field's value as one cell: a list becomes names with commas."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def differences(film: Row, link: Row, sources: Sources) -> list[Difference]:
    """Compare one film with its two rows.

    Raises:
        SystemExit: A link points at no row, with the film's id.
    """
    small, one_m = sources.small.get(link["ml_small"]), sources.one_m.get(link["ml_1m"])
    if small is None or one_m is None:
        raise SystemExit(f"{film['id']}: its MovieLens link points at no row; mend the links file.")
    found = {field: check(film, small, one_m) for field, check in CHECKS.items()}
    return [
        Difference(film["id"], field, shown(film[field]), theirs)
        for field, theirs in found.items()
        if theirs is not None
    ]


def load_links(films: list[Row], path: Path) -> dict[str, Row]:
    """Return each film's link: inline in the film, else from the links file."""
    links = {film["id"]: film for film in films if "ml_small" in film}
    if len(links) < len(films):
        links |= {row["id"]: row for row in read_rows(path)}
    lost = [film["id"] for film in films if film["id"] not in links]
    if lost:
        raise SystemExit(f"No MovieLens link for {', '.join(lost[:5])}; give --links.")
    return links


def load_reasons(paths: Iterable[Path]) -> dict[Key, str]:
    """Return the explanations by film and field; a file that is not there holds none."""
    rows = (row for path in paths if path.exists() for row in read_rows(path))
    return {(row["id"], row["field"]): str(row["why"]).strip() for row in rows}


def cell(text: str) -> str:
    """Make a text safe inside a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def counts_table(found: list[Difference], films: int) -> list[str]:
    """Write how many films agree, by field."""
    differ = Counter(one.field for one in found)
    rows = [f"| {name} | {films - differ[name]} | {differ[name]} |" for name in CHECKS]
    return ["| field | agree | differ |", "|---|---:|---:|", *rows]


def differences_table(found: list[Difference], reasons: dict[Key, str]) -> list[str]:
    """Write one row per difference, with the explanation it has."""
    rows = [
        f"| {one.film} | {one.field} | {cell(one.ours)} | {cell(one.theirs)} | "
        f"{cell(reasons.get((one.film, one.field), '**unexplained**'))} |"
        for one in found
    ]
    return ["| film | field | ours | theirs | why ours stands |", "|---|---|---|---|---|", *rows]


def report(found: list[Difference], films: int, reasons: dict[Key, str]) -> str:
    """Write the Markdown report; the same input gives the same bytes."""
    clean = films - len({one.film for one in found})
    head = f"""\
# The facts of the example films, checked

Written by `scripts/check_film_facts.py`; do not edit by hand. The films were written from memory,
then compared with two data sets that are not part of this project, and corrected where they were
wrong:

- `{SMALL}`
- `{ONE_M}`

{films} films, {clean} without any difference; {len(found)} differences, each listed below with the
reason why our value stands. The country of a film is in neither data set and was not checked.

## Rules

{RULES}

## Agreement
"""
    tables = [*counts_table(found, films), "", "## Differences", ""]
    return "\n".join([head, *tables, *differences_table(found, reasons), ""])


def env_data() -> Path | None:
    """Return the folder that PALATE_DATA names, or None."""
    value = os.environ.get("PALATE_DATA")
    return Path(value) if value else None


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--films", type=Path, nargs="+", default=[FILMS], help="JSONL, one film a line")
    add("--data", type=Path, default=env_data(), help="default: $PALATE_DATA")
    add("--links", type=Path, default=LINKS, help="id, ml_small, ml_1m; unless they are inline")
    add("--explained", type=Path, action="append", help="JSONL of explanations; repeatable")
    add("--report", type=Path, help="write the Markdown report here")
    return parser.parse_args(argv)


def announce(found: list[Difference], films: int, reasons: dict[Key, str]) -> int:
    """Print what is unexplained, stale explanations and the counts; return the exit code."""
    open_ones = [one for one in found if (one.film, one.field) not in reasons]
    for one in open_ones:
        print(f"UNEXPLAINED {one.film} {one.field}: ours {one.ours!r}; theirs {one.theirs!r}")
    stale = sorted(set(reasons) - {(one.film, one.field) for one in found})
    for film, field in stale:
        print(f"stale explanation (no such difference): {film} {field}", file=sys.stderr)
    explained = len(found) - len(open_ones)
    print(f"{films} films: {explained} differences explained, {len(open_ones)} unexplained.")
    return 1 if open_ones else 0


def main(argv: list[str] | None = None) -> int:
    """Run the check; return 0, or 1 when a difference is unexplained, or 2 without data."""
    args = parse(argv)
    if args.data is None or not (args.data / SMALL).exists():
        print(
            "Give --data FOLDER (or set PALATE_DATA), the folder that holds ml-1m and "
            "ml-latest-small.",
            file=sys.stderr,
        )
        return 2
    films = [film for path in args.films for film in read_rows(path)]
    links, sources = load_links(films, args.links), load_sources(args.data)
    found = [one for film in films for one in differences(film, links[film["id"]], sources)]
    reasons = load_reasons(args.explained or [EXPLAINED])
    if args.report:
        args.report.write_text(report(found, len(films), reasons), encoding="utf-8")
    return announce(found, len(films), reasons)


if __name__ == "__main__":
    sys.exit(main())
