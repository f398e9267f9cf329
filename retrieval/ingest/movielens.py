"""The files of MovieLens that say nothing about their own columns, and its folders.

Formats: https://files.grouplens.org/datasets/movielens/ (the README of each set).
"""

from __future__ import annotations

import re
from itertools import compress
from pathlib import Path

from palate.errors import CatalogueError
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.delimited import Layout
from palate.retrieval.ingest.source import Source

#: The genres of u.item, in the order of its flags.
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary",
    "Drama", "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi",
    "Thriller", "War", "Western",
)  # fmt: skip
#: What files of films write for "none".
NO_GENRES = frozenset({"(no genres listed)", "no genres listed"})

_RATINGS = ("userId", "movieId", "rating", "timestamp")
_TAGGED = ("userId", "movieId", "tag", "timestamp")
_DAT = {
    ("ratings", 4): _RATINGS,
    ("tags", 4): _TAGGED,
    ("movies", 3): ("movieId", "title", "genres"),
    ("users", 5): ("userId", "gender", "age", "occupation", "zip"),
}
_DAT_OF_KIND = {"events": "ratings", "items": "movies", "users": "users"}
_U_ITEM = ("movieId", "title", "release_date", "video_release_date", "imdb_url", *GENRES)
_U_ITEM_LEFT_OUT = frozenset({*GENRES, "video_release_date"})
_U_USER = ("userId", "age", "gender", "occupation", "zip")

#: What to read from a folder, in this order; of each group the first that is there.
_FOLDER = {
    "items": (("movies.csv", "movies.dat", "u.item", "items.*"), ("links.csv",), ("tags.csv",)),
    "users": (("users.dat", "u.user", "users.*"),),
    "events": (("ratings.csv", "ratings.dat", "u.data", "events.*", "ratings*.dat"),),
}


def layout_of(source: Source, kind: str) -> Layout | None:
    """Returns the layout of a file without a header that MovieLens publishes, else ``None``."""
    line = source.first_line("latin-1")
    header = _dat(source.name, kind, line) if "::" in line else None
    if header:
        return Layout("::", _encoding(source), header, quotes=False)
    cells = line.split("\t")
    if kind == "events" and len(cells) == 4 and all(re.fullmatch(r"\d+", c) for c in cells):
        return Layout("\t", "utf-8", _RATINGS, quotes=False)
    cells = line.split("|")
    if kind == "items" and len(cells) == len(_U_ITEM) and set(cells[5:]) <= {"0", "1"}:
        return Layout("|", _encoding(source), _U_ITEM, quotes=False)
    if kind == "users" and len(cells) == len(_U_USER) and cells[0].isdigit():
        return Layout("|", _encoding(source), _U_USER, quotes=False)
    return None


def _dat(name: str, kind: str, line: str) -> tuple[str, ...] | None:
    width = line.count("::") + 1
    for (stem, columns), header in _DAT.items():
        if name.startswith(stem) and columns == width:
            return header
    return _DAT.get((_DAT_OF_KIND[kind], width))


def _encoding(source: Source) -> str:
    """UTF-8 where all of the file is (10M and later), else Latin-1 (100K and 1M)."""
    try:
        for _ in source.lines("utf-8"):
            pass
    except CatalogueError:
        return "latin-1"
    return "utf-8"


def gather_genres(chunk: Chunk) -> Chunk:
    """Turns the genre flags of u.item into one column ``genres``; other chunks stay as they are."""
    columns = chunk.columns
    if columns is None or not set(GENRES) <= set(columns):
        return chunk
    shown = GENRES[1:]  # "unknown" is no genre
    flags = zip(*(columns[genre] for genre in shown), strict=True)
    kept = {name: columns[name] for name in chunk.names if name not in _U_ITEM_LEFT_OUT}
    kept["genres"] = ["|".join(compress(shown, map("1".__eq__, row))) for row in flags]
    return Chunk(tuple(kept), chunk.lines, columns=kept, bad=chunk.bad)


def folder_files(folder: Path, kind: str) -> list[Path]:
    """Returns the files of a folder to ingest, in order.

    Raises:
        CatalogueError: There is none for this kind.
    """
    found = [path for group in _FOLDER[kind] if (path := _first(folder, group))]
    if not found or (kind == "items" and not _first(folder, _FOLDER[kind][0])):
        wanted = ", ".join(name for name in _FOLDER[kind][0])
        raise CatalogueError(f"{folder} has no file of {kind}: it would be one of {wanted}.")
    return found


def _first(folder: Path, names: tuple[str, ...]) -> Path | None:
    for name in names:
        for pattern in (name, f"{name}.gz"):
            found = sorted(folder.glob(pattern))
            if found:
                return found[0]
    return None
