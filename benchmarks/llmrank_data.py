"""Prepares MovieLens-1M and the LLMRank lists for Palate: items, events and cases.

    python benchmarks/llmrank_data.py DATA_DIR OUT_DIR

DATA_DIR holds ``ml-1m/`` and ``cases/llmrank-ml-1m.jsonl.gz``. OUT_DIR gets

- ``items.jsonl``: the 3,883 films (id, title, year, genres, director, actors, text);
- ``events.csv.gz``: user, item, value, time. Each person's rows stand from the oldest to the
  newest; value and time are empty where the source does not have them;
- ``cases.jsonl``: 200 cases in Palate's form. Candidates are the first 19 of the list ``random``
  without repetitions and without the held-out film, plus the held-out film, shuffled.

What a case asks for stands in no other file: the 200 (user, held-out film) pairs are taken out of
the ratings, the ordered histories and the last items before anything is made of them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

SEED = 20240501
LISTED = 19

Pair = tuple[int, int]
#: (user, item) -> (rating, seconds since 1970), each "" where unknown.
Facts = dict[Pair, tuple[str, str]]


def main() -> None:
    """Reads the two arguments and writes the three files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("data", type=Path, help="folder with ml-1m/ and cases/")
    parser.add_argument("out", type=Path, help="folder to write to")
    options = parser.parse_args()
    prepare(options.data, options.out)


def prepare(data: Path, out: Path) -> None:
    """Writes items.jsonl, events.csv.gz and cases.jsonl."""
    out.mkdir(parents=True, exist_ok=True)
    source = [json.loads(line) for line in _text(data / "cases" / "llmrank-ml-1m.jsonl.gz")]
    held = {(one["user"], one["gt"]) for one in source}
    facts = {pair: known for pair, known in _ratings(data / "ml-1m") if pair not in held}
    rows = list(events(facts, _orders(data / "ml-1m", held), source))
    check(rows, held, facts)
    counts = {
        "items.jsonl": _write_lines(out / "items.jsonl", items(data / "ml-1m")),
        "events.csv.gz": _write_events(out / "events.csv.gz", rows),
        "cases.jsonl": _write_lines(out / "cases.jsonl", cases(source)),
    }
    for name, count in counts.items():
        print(f"{out / name}: {count:,}")


# ------------------------------------------------------------------------------------- events


def events(
    facts: Facts, orders: Mapping[int, list[int]], source: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[int, int, str, str]]:
    """Yields user, item, value, time; each person's oldest first.

    The order of a test user is the case's own history. The others' is the source's order of their
    newest films, after all films of theirs whose place is unknown; where the source has times,
    these decide first.
    """
    owned: dict[int, list[int]] = {}
    for user, item in facts:
        owned.setdefault(user, []).append(item)
    known = {one["user"]: one["history"] for one in source}
    for user in sorted(owned):
        order = known.get(user) or orders.get(user, [])
        place = {item: index for index, item in enumerate(order)}
        # Sorting is stable: what has neither a time nor a place stays as in the file.
        listed = sorted(owned[user], key=lambda item: place.get(item, -1))
        times = [facts[user, item][1] for item in listed]
        if all(times):
            listed.sort(key=lambda item: int(facts[user, item][1]))
        for item in listed:
            value, time = facts[user, item]
            yield user, item, value, time if all(times) else ""


def check(rows: list[tuple[int, int, str, str]], held: set[Pair], facts: Facts) -> None:
    """Stops where a held-out pair is left, or a pair was lost or doubled on the way."""
    pairs = {(user, item) for user, item, _, _ in rows}
    if pairs & held:
        raise SystemExit(f"Leak: {len(pairs & held)} held-out pairs are among the events.")
    if len(pairs) != len(rows) or pairs != facts.keys():
        raise SystemExit(f"{len(rows)} rows of {len(pairs)} pairs, {len(facts)} were read.")


def _ratings(folder: Path) -> Iterator[tuple[Pair, tuple[str, str]]]:
    for row in _rows(folder / "ratings_all_pairs.csv.gz"):
        yield (int(row["user"]), int(row["item"])), (row["rating"], row["ts"])


def _orders(folder: Path, held: set[Pair]) -> dict[int, list[int]]:
    """Returns each person's newest films, oldest first, as far as their order is known.

    A person's very last film is a fact of its own; where the derived order misses it, it is added.
    """
    placed: dict[int, list[tuple[int, int]]] = {}
    for row in _rows(folder / "history_tail30pct_all_users.csv.gz"):
        if (int(row["user"]), int(row["item"])) not in held:
            placed.setdefault(int(row["user"]), []).append((int(row["pos"]), int(row["item"])))
    orders = {user: [item for _, item in sorted(pairs)] for user, pairs in placed.items()}
    for row in _rows(folder / "last_item_all_users.csv.gz"):
        user, item = int(row["user"]), int(row["item"])
        order = orders.setdefault(user, [])
        if (user, item) not in held and item not in order:
            order.append(item)
    return orders


def _write_events(path: Path, rows: Iterable[tuple[int, int, str, str]]) -> int:
    count = 0
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=6) as file:
        file.write("user,item,value,time\n")
        for row in rows:
            file.write(f"{row[0]},{row[1]},{row[2]},{row[3]}\n")
            count += 1
    return count


# ---------------------------------------------------------------------------------- items, cases


def items(folder: Path) -> Iterator[dict[str, Any]]:
    """Yields every film of movies.dat, with what the file of texts knows about it."""
    known = {row["movie_id"]: row for row in _rows(folder / "items_with_text.csv.gz")}
    for line in _text(folder / "movies.dat.gz", encoding="latin-1"):
        film, title, genres = line.rstrip("\n").split("::")
        row = known.get(film, {})
        name, year = _title(title)
        yield {
            "id": film,
            "title": name,
            "year": year,
            "genres": genres.split("|"),
            "director": _people(row.get("director", "")),
            "actors": _people(row.get("actors", "")),
            "text": row.get("text", ""),
        }


def cases(source: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yields the cases; the shuffle of each depends on the seed and the user alone."""
    for one in source:
        listed = dict.fromkeys(one["candidates"]["random"][:LISTED])
        candidates = [*(item for item in listed if item != one["gt"]), one["gt"]]
        random.Random(f"{SEED}:{one['user']}").shuffle(candidates)
        yield {
            "id": f"llmrank-{one['user']}",
            "user": str(one["user"]),
            "history": [str(item) for item in one["history"]],
            "candidates": [str(item) for item in candidates],
            "truth": [str(one["gt"])],
        }


def _title(text: str) -> tuple[str, int]:
    """Returns ``The Matrix``, 1999 for ``Matrix, The (1999)``."""
    match = re.fullmatch(r"(.*?)(?:, (The|A|An))?( \(.*\))? ?\((\d{4})\)", text)
    if match is None:
        raise SystemExit(f"{text!r} has no year at its end, as all films of movies.dat have.")
    name, article, original, year = match.groups()
    return (f"{article} {name}" if article else name) + (original or ""), int(year)


def _people(text: str) -> list[str]:
    names = (name.strip() for name in text.split(","))
    return [name for name in names if name and name != "N/A"]


def _write_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    return count


def _rows(path: Path) -> Iterator[dict[str, str]]:
    return csv.DictReader(_text(path))


def _text(path: Path, *, encoding: str = "utf-8") -> Iterator[str]:
    if not path.exists():
        raise SystemExit(f"{path} is missing. DATA_DIR must hold ml-1m/ and cases/.")
    with gzip.open(path, "rt", encoding=encoding, newline="") as file:
        yield from file


if __name__ == "__main__":
    main()
