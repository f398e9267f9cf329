"""The item table: arrays that say exactly what the items say, saved and loaded whole."""

import json
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.domain import Item
from palate.retrieval.columns import TableBuilder
from palate.retrieval.items import load_table, save_table
from palate.retrieval.texts import item_text, text_digest
from palate.retrieval.top import best_rows

ITEMS = [
    Item("a", "One", tags=("Drama", "drama", "War"), fields={"year": 1994, "cast": ("X", "Y")}),
    Item("b", "Two", tags=("Comedy",), fields={"runtime": 90.5, "cast": ("Y",), "mixed": 1}),
    Item("c", "三", fields={"year": 2001, "mixed": "one", "country": "FR", "seen": True}),
    Item("d", "🎬"),
]


def _table(items=ITEMS, vectors=None):
    builder = TableBuilder()
    for item in items:
        builder.add(item)
    if vectors is None:
        vectors = np.eye(len(items), 8, dtype=np.float32)
    return builder.build(vectors, np.arange(len(items), dtype=np.uint64))


def test_columns():
    table = _table()
    assert table.ids == ("a", "b", "c", "d")
    assert table.position == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert table.tag_names == ("comedy", "drama", "war")
    assert table.tags.toarray().tolist() == [[0, 1, 1], [1, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert np.array_equal(table.year, [1994, np.nan, 2001, np.nan], equal_nan=True)
    assert set(table.numbers) == {"year", "runtime"}  # "mixed" is left to the exact check
    assert set(table.facets) == {"tags", "cast", "country", "seen"}
    assert table.facets["cast"].of(0) == ("X", "Y")
    assert table.facets["seen"].names == ("True",)
    assert table.rows(["d", "unknown", "a"]).tolist() == [3, 0]


def test_having_is_any_of_the_names():
    cast = _table().facets["cast"]
    assert cast.having(np.array([False, True])).tolist() == [True, True, False, False]
    assert cast.having(np.array([True, False])).tolist() == [True, False, False, False]
    assert not cast.having(np.zeros(2, bool)).any()


def test_a_field_that_names_each_item_is_no_facet():
    items = [Item(f"i{n:03}", "t", fields={"poster": f"/{n}.jpg"}) for n in range(200)]
    assert set(_table(items).facets) == {"tags"}


def test_nan_and_infinity_are_missing():
    items = [Item("a", "t", fields={"price": float("nan")}), Item("b", "t", fields={"price": 2})]
    assert np.array_equal(_table(items).numbers["price"], [np.nan, 2], equal_nan=True)


def test_items_out_of_order_are_refused():
    with pytest.raises(ValueError, match="order"):
        _table([Item("b", "t"), Item("a", "t")])


def test_saved_and_loaded(tmp_path):
    table = _table()
    save_table(table, tmp_path / "items")
    again = load_table(tmp_path / "items")
    assert (again.ids, again.titles, again.tag_names) == (table.ids, table.titles, table.tag_names)
    assert np.array_equal(again.vectors, table.vectors)
    assert np.array_equal(again.digests, table.digests)
    assert again.numbers.keys() == table.numbers.keys()
    assert np.array_equal(again.year, table.year, equal_nan=True)
    assert (again.tags != table.tags).nnz == 0
    assert again.facets.keys() == table.facets.keys()
    assert not again.vectors.flags.writeable
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "items").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "items").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["table.json", "vectors.npy", "facet0-starts.npy"])
def test_a_missing_or_cut_file_is_noticed(tmp_path, name):
    save_table(_table(), tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises((OSError, ValueError, KeyError)):
        load_table(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(OSError):
        load_table(tmp_path)


def test_files_of_different_builds_are_noticed(tmp_path):
    save_table(_table(), tmp_path)
    head = json.loads((tmp_path / "table.json").read_text())
    head["ids"].append("e")
    (tmp_path / "table.json").write_text(json.dumps(head))
    with pytest.raises(ValueError, match="lengths"):
        load_table(tmp_path)


def _random(count, width=6, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[count // 2] = 0  # an item without words
    return _table([Item(f"i{n:04}", "t") for n in range(count)], vectors)


@pytest.mark.parametrize("rows", [None, [], [3], list(range(0, 50, 2)), list(range(40))])
def test_cosine_of_some_rows_or_all(rows):
    table, query = _random(50), np.arange(6, dtype=np.float32)
    picked = slice(None) if rows is None else np.array(rows, dtype=np.intp)
    expected = (table.vectors @ query / np.linalg.norm(query))[picked]
    assert table.cosine(query, None if rows is None else picked) == pytest.approx(
        expected, abs=1e-6
    )


def test_nearest_is_exact_masked_and_never_a_wordless_item():
    table, query = _random(50), np.arange(6, dtype=np.float32)
    scores = table.cosine(query)
    everyone = [row for row in np.argsort(-scores) if row != 25]
    assert [item for item, _ in table.nearest(query, 50)] == [table.ids[row] for row in everyone]
    allowed = np.arange(50) % 3 == 0
    expected = [table.ids[row] for row in everyone if allowed[row]][:4]
    assert [item for item, _ in table.nearest(query, 4, allowed)] == expected
    assert table.nearest(np.zeros(6, np.float32), 5) == []
    assert table.nearest(query, 5, np.zeros(50, bool)) == []


@given(st.lists(st.integers(-3, 3)), st.integers(0, 12))
def test_best_rows_breaks_ties_by_row(values, limit):
    expected = sorted(range(len(values)), key=lambda row: (-values[row], row))[:limit]
    assert best_rows(np.array(values, dtype=np.float64), limit).tolist() == expected


def test_one_text_an_item():
    item = Item(
        "i",
        "Title",
        "About it.",
        ("Drama", "War"),
        {"cast": ("Greta Lind", "Omar Said"), "director": "Ana Vega", "year": 1994,
         "runtime": 120, "url": "https://example.org", "poster": "/x.jpg", "language": "en"},
    )  # fmt: skip
    assert item_text(item) == "Title\nDrama, War\nAbout it.\nGreta Lind, Omar Said\nAna Vega\n1994"
    assert item_text(Item("i", "")) == ""


def test_digests_tell_texts_apart():
    assert text_digest("a") != text_digest("b")
    assert text_digest("\ud800") != text_digest("")
