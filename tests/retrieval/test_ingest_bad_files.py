"""Malformed files: one sentence, and the store is as it was."""

import gzip
import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palate.domain import Action, Event, Item
from palate.errors import CatalogueError
from palate.retrieval.ingest import ingest_events, ingest_items, ingest_users

ROWS = "".join(f"u{n % 997},a,{n % 5}.0,{n}\n" for n in range(70_000))
GOOD = f"user,item,rating,ts\n{ROWS}"


@pytest.fixture
def shop(store):
    store.upsert_items([Item("a", "A")])
    store.add_events([Event("old", "a", Action.LIKE)])
    return store


def state(store):
    return (store.item_count, store.user_count, store.event_count, store.event_version,
            store.item_changes(0).version)  # fmt: skip


def _cut_gzip():
    data = gzip.compress(GOOD.encode(), 1)
    return data[: len(data) * 3 // 4]


def _damaged_gzip():
    data = bytearray(gzip.compress(GOOD.encode(), 1))
    data[len(data) // 2 : len(data) // 2 + 100] = os.urandom(100)
    return bytes(data)


MALFORMED = {  # a file's name -> what makes its bytes, and words of the message
    "cut.csv.gz": (_cut_gzip, "gzip"),
    "damaged.csv.gz": (_damaged_gzip, "gzip"),
    "latin.csv": (lambda: GOOD.encode() + "ü,a,1,1\n".encode("latin-1") + ROWS.encode(), "UTF-8"),
    "columns.csv": (("user,item\n" + ROWS).encode, "wrong number of columns"),
    "nothing.csv": (bytes, "empty"),
    "blank.csv": (lambda: b"\n\n \n", "empty"),
    "header.csv": (lambda: b"user,item\n", "no rows"),
    "missing.csv": (lambda: b"user,rating\nu,1\n", "no column for item"),
    "rubbish.csv": (lambda: random.Random(1).randbytes(300_000), "rubbish.csv"),
    "zip.csv": (lambda: b"PK\x03\x04" + bytes(100), "ZIP archive"),
    "array.json": (lambda: b'[{"user": "u", "item": "a"}]', "JSON array"),
    "cut.jsonl": (lambda: b'{"user": "u", "it', "rejected"),
    "lines.jsonl": (lambda: b'{"us\n' * 10, "rejected"),
    "cut.parquet": (lambda: b"PAR1" + bytes(1000), "damaged Parquet"),
    "quote.csv": (('user,item\n"u,a\n' + ROWS).encode, "never closed"),
    "wide.csv": (lambda: b"x" * 900_000 + b"\n" + b"y" * 900_000, "wide.csv"),
    "long.csv": (lambda: b"user,item\n" + b"x" * (70 << 20), "no text file"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_one_sentence_and_nothing_changed(shop, tmp_path, name):
    make, words = MALFORMED[name]
    path = tmp_path / name
    path.write_bytes(make())
    before = state(shop)
    with pytest.raises(CatalogueError, match=words) as caught:
        ingest_events(shop, path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    assert state(shop) == before


def test_a_file_that_is_not_there(shop, tmp_path):
    with pytest.raises(CatalogueError, match="No such file"):
        ingest_items(shop, tmp_path / "nope.csv")


def test_a_folder_half_of_which_is_malformed(shop, write, tmp_path):
    write("ml/movies.csv", "movieId,title,genres\n1,Toy Story (1995),Comedy\n")
    write("ml/links.csv", b"movieId,imdbId,tmdbId\n1,\xff\xfe\xfa,1\n")
    before = state(shop)
    with pytest.raises(CatalogueError, match="UTF-8"):
        ingest_items(shop, tmp_path / "ml")
    assert state(shop) == before


def test_a_quote_in_the_wrong_place_costs_one_row(shop, write):
    path = write("e.csv", 'user,item,text\nu,a,fine\nu,a,"Weird" Al\nv,a,"ok"\n')
    report = ingest_events(shop, path)
    assert report.rejected == {"quotes in the wrong place": 1}
    assert report.new == 2


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace"))
    | st.lists(st.text('ua,"\n\t;:|{}[]5.-\0é', max_size=12), max_size=20).map(
        lambda lines: ("user,item,rating,ts\n" + "\n".join(lines)).encode()
    )
)
def test_whatever_is_in_a_file_it_is_taken_or_refused(shop, tmp_path, data):
    path = tmp_path / "any.csv"
    path.write_bytes(data)
    for take in (ingest_events, ingest_items, ingest_users):
        before = state(shop)
        try:
            report = take(shop, path)
        except CatalogueError:
            assert state(shop) == before
        else:
            assert report.rows == report.stored + report.duplicates + report.rejected_rows
