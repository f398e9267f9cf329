from __future__ import annotations

import csv
import gzip
import json
import runpy
import sys
from pathlib import Path

import pytest

from palate.eval.cases import read_cases

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "llmrank_data.py"
#: Invented rows in the form of the source. Person 1 has times, 4000 has none, 2 and 4001 are
#: tested: 2 on film 3, 4001 on film 4.
FILES = {
    "ml-1m/movies.dat.gz": "".join(
        f"{n}::Film {n}{', The' if n == 2 else ''}{' (Le Film)' if n == 3 else ''} (19{60 + n})"
        "::Drama|War\n"
        for n in range(1, 31)
    ),
    "ml-1m/items_with_text.csv.gz": 'movie_id,director,actors,text\n1,"A, B",N/A,Seen. Twice.\n',
    "ml-1m/ratings_all_pairs.csv.gz": "user,item,rating,ts\n"
    "1,1,5,30\n1,2,4,10\n1,3,3,20\n1,4,2,20\n"
    "2,1,5,10\n2,2,5,20\n2,3,5,30\n"
    "4000,1,,\n4000,2,,\n4000,3,,\n4000,5,,\n"
    "4001,1,,\n4001,2,,\n4001,3,,\n4001,4,,\n",
    "ml-1m/history_tail30pct_all_users.csv.gz": "user,pos,item,order_suspect\n"
    "1,0,4,0\n1,1,3,0\n2,0,3,0\n4000,1,1,1\n4000,0,3,1\n4001,0,4,0\n",
    "ml-1m/last_item_all_users.csv.gz": "user,item,rating,ts\n1,1,5,30\n4000,2,4,9\n4001,4,4,9\n",
    "cases/llmrank-ml-1m.jsonl.gz": "".join(
        json.dumps(
            {
                "user": user,
                "gt": gt,
                "history": history,
                "candidates": {"random": [9, 9, gt, *range(10, 31)]},
            }
        )
        + "\n"
        for user, gt, history in ((2, 3, [1, 2]), (4001, 4, [3, 1]))
    ),
}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llmrank")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        encoding = "latin-1" if ".dat" in name else "utf-8"
        (folder / name).write_bytes(gzip.compress(text.encode(encoding)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [str(SCRIPT), str(folder), str(folder / "out")])
        runpy.run_path(str(SCRIPT), run_name="__main__")
    return folder / "out"


def test_events_stand_from_the_oldest_to_the_newest(out: Path) -> None:
    with gzip.open(out / "events.csv.gz", "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    order: dict[str, list[str]] = {}
    for row in rows:
        order.setdefault(row["user"], []).append(row["item"])
    # By time, equal times as in the ordered tail.
    assert order["1"] == ["2", "4", "3", "1"]
    # File order, then the tail, then the last film, which the tail lacks.
    assert order["4000"] == ["5", "3", "1", "2"]
    # The case's own history at the end, and what is asked for nowhere.
    assert order["2"] == ["1", "2"]
    assert order["4001"] == ["2", "3", "1"]
    assert [row["time"] for row in rows if row["user"] == "1"] == ["10", "20", "20", "30"]
    assert {row["time"] + row["value"] for row in rows if row["user"] == "4000"} == {""}


def test_cases_follow_the_protocol(out: Path) -> None:
    cases = read_cases(out / "cases.jsonl")
    assert [case.id for case in cases] == ["llmrank-2", "llmrank-4001"]
    for case, gt in zip(cases, ("3", "4"), strict=True):
        # Of the first 19, one stands twice and one is the held-out film; it comes on top.
        expected = {"9", *map(str, range(10, 26)), gt}
        assert set(case.candidates or ()) == expected
        assert dict(case.truth) == {gt: 1.0}
    assert cases[1].history == ("3", "1")


def test_items_are_all_there(out: Path) -> None:
    items = [json.loads(line) for line in (out / "items.jsonl").read_text().splitlines()]
    assert len(items) == 30
    assert items[0] == {
        "id": "1",
        "title": "Film 1",
        "year": 1961,
        "genres": ["Drama", "War"],
        "director": ["A", "B"],
        "actors": [],
        "text": "Seen. Twice.",
    }
    assert [item["title"] for item in items[1:3]] == ["The Film 2", "Film 3 (Le Film)"]
    assert items[2]["text"] == ""
