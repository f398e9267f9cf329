"""Prepares two public data sets for Palate: items, events and cases with given candidates.

    python -m benchmarks.given_data amazon-office DATA OUT
    python -m benchmarks.given_data news-mind DATA OUT

DATA holds the folder of that name (docs/results.md says what is in it and under which terms). OUT
gets ``items.jsonl``, ``events.csv.gz`` (each person's rows from the oldest to the newest, without
times, which the sources lack) and ``cases.jsonl``.

- *amazon-office*: a person's last row of the test file is the case. Its candidates are the next
  item and 19 items that this person never had, drawn and shuffled with a fixed seed. Events are
  what the files tell of everybody, in order, without the truth of the person's own case. A row
  whose next item stands in the person's past already is passed over.
- *news-mind*: an impression is a case: its candidates as published, shuffled with a fixed seed, and
  the clicks are the truth. Events are the histories. An impression whose click stands in its own
  history is passed over.
"""

from __future__ import annotations

import argparse
import ast
import csv
import gzip
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SEED = 20240501
LISTED = 20
Record = dict[str, Any]


@dataclass
class Made:
    """What is written: items and cases as records, and each person's past, oldest first."""

    items: list[Record]
    cases: list[Record] = field(default_factory=list)
    pasts: dict[str, list[str]] = field(default_factory=dict)
    passed: int = 0


def amazon(folder: Path) -> Made:
    """Reads Amazon Office Products 2018, as published with histories of at most ten."""
    lines = _lines(folder / "Office_Products_items.tsv.gz")
    titles = {code: title for _, title, code in (line.rstrip("\n").split("\t") for line in lines)}
    made = Made([{"id": code, "title": title} for code, title in titles.items()])
    last: dict[str, tuple[list[str], str]] = {}
    for name in ("valid", "test"):
        for row in csv.DictReader(_lines(folder / f"Office_Products_{name}.csv.gz")):
            history = [str(one) for one in ast.literal_eval(row["history_item_id"])]
            past = made.pasts.setdefault(row["user_id"], [])
            past += [item for item in dict.fromkeys(history) if item not in past]
            if name == "test":
                last[row["user_id"]] = (history, row["item_id"])
            else:
                past += [row["item_id"]] if row["item_id"] not in past else []
    for user, (history, item) in last.items():
        if item in made.pasts[user]:
            made.passed += 1
            continue
        rng = random.Random(f"{SEED}:{user}")
        others = [code for code in titles if code != item and code not in set(made.pasts[user])]
        listed = [*rng.sample(others, LISTED - 1), item]
        rng.shuffle(listed)
        made.cases.append(_case(user, user, history, listed, [item]))
    return made


def news(folder: Path) -> Made:
    """Reads a sample of MIND: impressions with history, candidates and clicks."""
    records = (json.loads(line) for line in _lines(folder / "news.jsonl.gz"))
    made = Made([_article(one) for one in records])
    for number, line in enumerate(_lines(folder / "impressions.jsonl.gz")):
        one = json.loads(line)
        user, history = str(one["impression_id"]), list(dict.fromkeys(one["history"]))
        past = made.pasts.setdefault(user, [])
        past += [item for item in history if item not in past]
        listed = list(one["candidates"])
        random.Random(f"{SEED}:{number}").shuffle(listed)
        made.cases.append(_case(f"{user}-{number}", user, history, listed, one["clicked"]))
    kept = [one for one in made.cases if not set(one["truth"]) & set(made.pasts[one["user"]])]
    made.passed, made.cases = len(made.cases) - len(kept), kept
    return made


def _article(one: Record) -> Record:
    return {
        "id": one["news_id"],
        "title": one["title"],
        "genres": [one["category"], one["subcategory"]],
        "text": one["abstract"],
    }


def _case(case: str, user: str, history: list[str], listed: list[str], truth: list[str]) -> Record:
    past = list(dict.fromkeys(history))
    return {"id": case, "user": user, "history": past, "candidates": listed, "truth": truth}


def write(made: Made, out: Path) -> None:
    """Writes the three files, having checked that no truth is among its person's events."""
    for one in made.cases:
        if set(one["truth"]) & set(made.pasts[one["user"]]):
            raise SystemExit(f"Leak: a truth of case {one['id']} is among the events.")
    out.mkdir(parents=True, exist_ok=True)
    _write_lines(out / "items.jsonl", made.items)
    _write_lines(out / "cases.jsonl", made.cases)
    with gzip.open(out / "events.csv.gz", "wt", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("user", "item", "value", "time"))
        rows.writerows((user, item, "", "") for user, past in made.pasts.items() for item in past)
    print(
        f"{len(made.items):,} items, {sum(map(len, made.pasts.values())):,} events of "
        f"{len(made.pasts):,} people, {len(made.cases):,} cases; {made.passed} passed over."
    )


def _write_lines(path: Path, records: Iterable[Record]) -> None:
    lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in records)
    path.write_text("".join(lines), encoding="utf-8")


def _lines(path: Path) -> Iterator[str]:
    if not path.exists():
        raise SystemExit(f"{path} is missing: docs/results.md says what DATA must hold.")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from file


READERS: dict[str, Callable[[Path], Made]] = {"amazon-office": amazon, "news-mind": news}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.given_data", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("name", choices=sorted(READERS), help="which data set")
    parser.add_argument("data", type=Path, help="the folder that holds one of that name")
    parser.add_argument("out", type=Path, help="folder to write to")
    asked = parser.parse_args()
    write(READERS[asked.name](asked.data / asked.name), asked.out)
