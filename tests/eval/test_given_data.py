"""The public sets with given candidates: no truth among the events, the same files every time."""

from __future__ import annotations

import gzip
import json

import pytest

from benchmarks.given_data import LISTED, amazon, news, write


def packed(path, text):
    path.write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def office(tmp_path):
    titles = "".join(f"<a_{n}>\tThing {n}\t{n}\n" for n in range(40))
    head = "user_id,history_item_title,item_title,history_item_id,item_id\n"
    packed(tmp_path / "Office_Products_items.tsv.gz", titles)
    packed(tmp_path / "Office_Products_valid.csv.gz", head + 'a,[],x,"[1, 2]",3\nc,[],x,"[8]",9\n')
    rows = 'a,[],x,"[1, 2, 3]",4\na,[],x,"[1, 2, 3, 4]",5\nb,[],x,"[6, 7]",6\n'
    packed(tmp_path / "Office_Products_test.csv.gz", head + rows)
    return tmp_path


def test_the_last_row_of_a_person_is_the_case_and_its_truth_no_event(office):
    made = amazon(office)
    assert made.pasts == {"a": ["1", "2", "3", "4"], "b": ["6", "7"], "c": ["8", "9"]}
    assert made.passed == 1  # b had the next item before
    (case,) = made.cases
    assert case["truth"] == ["5"]
    assert len(set(case["candidates"])) == LISTED
    assert not set(case["candidates"]) & set(made.pasts["a"])
    assert amazon(office) == made


def test_impressions_keep_their_candidates_but_not_their_order(tmp_path):
    listed = [f"n{n}" for n in range(12)]
    article = {"title": "T", "category": "c", "subcategory": "s", "abstract": ""}
    articles = [json.dumps({"news_id": one, **article}) for one in [*listed, "old"]]
    packed(tmp_path / "news.jsonl.gz", "\n".join(articles))
    shown = {"impression_id": 7, "history": ["old", "old"], "candidates": listed, "clicked": ["n0"]}
    known = shown | {"impression_id": 8, "history": ["n0"]}
    packed(tmp_path / "impressions.jsonl.gz", f"{json.dumps(shown)}\n{json.dumps(known)}\n")
    made = news(tmp_path)
    (case,) = made.cases
    assert made.passed == 1
    assert case["history"] == ["old"]
    assert case["candidates"] != listed
    assert sorted(case["candidates"]) == sorted(listed)
    write(made, tmp_path / "out")
    with gzip.open(tmp_path / "out" / "events.csv.gz", "rt") as file:
        assert file.read().split() == ["user,item,value,time", "7,old,,", "8,n0,,"]


def test_a_truth_among_the_events_stops_the_writing(office, tmp_path):
    made = amazon(office)
    made.pasts["a"].append("5")
    with pytest.raises(SystemExit, match="Leak"):
        write(made, tmp_path / "out")
