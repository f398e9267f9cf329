"""The index follows the store: added, changed, deleted, killed, damaged, refused."""

import json
import os
import shutil
import stat
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from palate.domain import Item
from palate.errors import ModelError, PrerequisiteError
from palate.retrieval import index as index_module
from palate.retrieval.index import Index, IndexReport
from palate.retrieval.manifest import read_manifest
from palate.retrieval.store import Store
from palate.retrieval.textual import search
from palate.retrieval.words import words


class Hashing:
    """A small embedder: each word has a random direction."""

    dimensions = 16

    def __init__(self, name="test:hashing"):
        self.name = name
        self.texts = []

    def embed(self, texts):
        self.texts.extend(texts)
        rows = np.zeros((len(texts), 16), np.float32)
        for row, text in enumerate(texts):
            for word in words(text):
                rows[row] += np.random.default_rng(zlib.crc32(word.encode())).normal(size=16)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.divide(rows, lengths, out=rows, where=lengths > 0)


class Broken(Hashing):
    def embed(self, texts):
        raise ModelError("the embedder is away")


def _item(number, word="sea"):
    fields = {"year": 1950 + number, "director": f"D{number % 3}"}
    return Item(f"i{number:03}", f"Film {number} of the {word}", f"about {word}", (word,), fields)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "palate.db") as opened:
        opened.upsert_items(_item(n) for n in range(40))
        yield opened


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


def _dump(folder, store, embedder=None):
    """Everything that an index answers, for comparison with another."""
    index = Index.open(folder, store, embedder or Hashing())
    try:
        query = index.embedder.embed(["sea film 5"])[0]
        return {
            "ids": index.items.ids,
            "titles": index.items.titles,
            "vectors": index.items.vectors.round(5).tolist(),
            "tags": (index.items.tag_names, index.items.tags.toarray().tolist()),
            "year": np.nan_to_num(index.items.year).tolist(),
            "words": [(i, round(s, 4)) for i, s in index.lexical.search("sea war film 5", 50)],
            "chroma": sorted(index.vectors.ids()),
            "nearest": [(i, round(s, 4)) for i, s in index.vectors.nearest(query, 10)],
            "exact": [(i, round(s, 4)) for i, s in index.nearest(query, 10)],
        }
    finally:
        index.close()


def test_first_build_then_nothing_to_do(folder, store):
    told = []
    report = Index.update(folder, store, Hashing(), progress=lambda *step: told.append(step))
    assert report == IndexReport(40, 40, 0, 0, 40, rebuilt=True)
    assert told[-1] == (80, 80)
    assert Index.update(folder, store, Hashing()) == IndexReport(40, 0, 0, 0, 0, rebuilt=False)
    index = Index.open(folder, store, Hashing())
    assert (len(index.items), index.behind, index.mended) == (40, 0, False)
    assert index.folder == folder
    index.close()
    index.close()


def test_an_update_is_a_fresh_build(folder, store, tmp_path):
    embedder = Hashing()
    Index.update(folder, store, embedder)
    embedder.texts.clear()
    store.upsert_items([_item(3, "war"), _item(40, "war"), Item("i005", "")])
    store.delete_items(["i007", "i008"])
    index = Index.open(folder, store, embedder)
    assert index.behind == 5
    index.close()
    report = Index.update(folder, store, embedder)
    assert report == IndexReport(39, 1, 2, 2, 3, rebuilt=False)
    assert len(embedder.texts) == 3
    Index.update(tmp_path / "fresh", store, embedder)
    assert _dump(folder, store) == _dump(tmp_path / "fresh", store)
    store.upsert_items([_item(5, "war"), _item(7)])  # words again; back again
    Index.update(folder, store, embedder)
    Index.update(tmp_path / "fresh", store, embedder, rebuild=True)
    assert _dump(folder, store) == _dump(tmp_path / "fresh", store)


def test_a_change_of_a_number_embeds_nothing(folder, store):
    embedder = Hashing()
    Index.update(folder, store, embedder)
    embedder.texts.clear()
    item = _item(3)
    store.upsert_items(
        [Item(item.id, item.title, item.text, item.tags, {**item.fields, "price": 9})]
    )
    report = Index.update(folder, store, embedder)
    assert (report.changed, report.embedded, embedder.texts) == (1, 0, [])
    index = Index.open(folder, store, embedder)
    assert index.items.numbers["price"][3] == 9
    index.close()


def test_many_changes_make_a_new_graph_with_the_known_vectors(folder, store):
    embedder = Hashing()
    Index.update(folder, store, embedder)
    embedder.texts.clear()
    store.upsert_items(_item(n) for n in range(40, 80))
    report = Index.update(folder, store, embedder)
    assert report.rebuilt
    assert report.embedded == len(embedder.texts) == 40


def test_a_rebuild_embeds_everything_and_may_change_the_embedder(folder, store):
    Index.update(folder, store, Hashing())
    other = Hashing("test:other")
    report = Index.update(folder, store, other, rebuild=True)
    assert (report.embedded, report.rebuilt) == (40, True)
    Index.open(folder, store, other).close()
    assert len([path for path in folder.iterdir() if path.name.startswith("g")]) == 1


def test_another_embedder_is_refused_with_an_instruction(folder, store):
    Index.update(folder, store, Hashing())
    for use in (Index.open, Index.update):
        with pytest.raises(PrerequisiteError, match=r"test:hashing.*test:other.*--rebuild"):
            use(folder, store, Hashing("test:other"))
    index = Index.open(folder, store, Hashing())
    with pytest.raises(PrerequisiteError, match="8 wide"):
        index.nearest(np.ones(8, np.float32), 3)
    index.close()


def test_no_index_and_no_items_are_instructions(folder, tmp_path, store):
    with pytest.raises(PrerequisiteError, match="palate fit"):
        Index.open(folder, store, Hashing())
    with Store.open(tmp_path / "empty.db") as empty:
        for use in (Index.open, Index.update):
            with pytest.raises(PrerequisiteError, match="ingest items first"):
                use(folder, empty, Hashing())
    assert not folder.exists()


def test_a_failing_embedder_leaves_the_index_usable(folder, store):
    Index.update(folder, store, Hashing())
    before = _dump(folder, store)
    with pytest.raises(ModelError):
        Index.update(folder, store, Broken(), rebuild=True)
    assert _dump(folder, store) == before
    store.upsert_items([_item(50)])
    with pytest.raises(ModelError):
        Index.update(folder, store, Broken())
    assert len(_dump(folder, store)["ids"]) == 41


DAMAGES = {
    "manifest": lambda home, folder: (folder / "manifest.json").write_text("{"),
    "format": lambda home, folder: _edit_manifest(folder, format=99),
    "unfinished": lambda home, folder: _edit_manifest(folder, state="building"),
    "table gone": lambda home, folder: shutil.rmtree(next(home.glob("items-*"))),
    "vectors cut": lambda home, folder: os.truncate(next(home.glob("items-*")) / "vectors.npy", 99),
    "words gone": lambda home, folder: (home / "words.db").unlink(),
    "words broken": lambda home, folder: (home / "words.db").write_bytes(b"x" * 5000),
    "chroma gone": lambda home, folder: shutil.rmtree(home / "chroma"),
    "chroma broken": lambda home, folder: (home / "chroma/chroma.sqlite3").write_bytes(b"x" * 999),
    "all gone": lambda home, folder: shutil.rmtree(home),
}


def _edit_manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("damage", "then"),
    [(damage, "open") for damage in DAMAGES]
    + [("unfinished", "update"), ("words broken", "update"), ("chroma broken", "update")],
)
def test_damage_is_mended(folder, store, damage, then):
    Index.update(folder, store, Hashing())
    before = _dump(folder, store)
    for path in folder.rglob("words.db-*"):
        path.unlink()
    DAMAGES[damage](folder / "g1", folder)
    if then == "update":
        store.upsert_items([_item(3, "war")])
        store.upsert_items([_item(3)])
        Index.update(folder, store, Hashing())
    assert _dump(folder, store) == before
    assert read_manifest(folder).state == "ready"


def test_killed_at_any_step_it_is_the_old_index_or_the_new(tmp_path):
    script = Path(__file__).with_name("crash_rounds.py")
    done = subprocess.run(
        [sys.executable, "-W", "error", script, tmp_path, "1"],
        check=True, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    killed = [entry for entry in rounds if entry[2]]
    assert len(killed) > 10
    for start, step, _, seen, mended, left in rounds:
        assert seen in ("old", "new", "nothing"), (start, step)
        assert mended, (start, step)
        assert len(left) == 2, (start, step, left)


def test_files_are_private_and_others_files_are_left_alone(folder, store):
    Index.update(folder, store, Hashing())
    (folder / "prior.json").write_text("{}")
    (folder / "genres").mkdir()
    Index.update(folder, store, Hashing(), rebuild=True)
    assert (folder / "prior.json").exists() and (folder / "genres").is_dir()
    for path in [folder, *folder.rglob("*")]:
        if path.name not in ("prior.json", "genres"):
            wanted = 0o700 if path.is_dir() else 0o600
            assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_no_text_of_a_deleted_item_is_left(folder, store):
    store.upsert_items([Item("zz-secret-id", "Xyzzyplugh", "Quuxfrobnication", ("Wibblewobble",))])
    Index.update(folder, store, Hashing())
    store.delete_items(["zz-secret-id"])
    assert Index.update(folder, store, Hashing()).rebuilt is False
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            for word in (b"xyzzyplugh", b"quuxfrob", b"wibblewobbl"):
                assert word not in content, path


def test_small_catalogues_are_scanned_and_large_ones_searched_by_chroma(folder, store, monkeypatch):
    Index.update(folder, store, Hashing())
    index = Index.open(folder, store, Hashing())
    query = index.embedder.embed(["film 7"])[0]
    exact = index.nearest(query, 10)
    assert index._vectors is None  # Chroma was not even loaded
    monkeypatch.setattr(index_module, "EXACT_ROWS", 5)
    assert [item for item, _ in index.nearest(query, 10)] == [item for item, _ in exact]
    assert index._vectors is not None
    old = index.items.year < 1960
    assert {item for item, _ in index.nearest(query, 99, old)} == {f"i{n:03}" for n in range(10)}
    index.close()


def test_text_search_merges_words_and_vectors(folder, store):
    store.upsert_items([Item("zh", "山城火锅", "麻辣", ("火锅",)), _item(50, "volcano")])
    Index.update(folder, store, Hashing())
    index = Index.open(folder, store, Hashing())
    assert search(index, "volcano", 3)[0] == ("i050", pytest.approx(1.0))
    assert search(index, "火锅", 3)[0][0] == "zh"
    scores = [score for _, score in search(index, "film of the sea", 30)]
    assert scores == sorted(scores, reverse=True) and len(scores) == 30
    assert search(index, " ", 3) == search(index, "volcano", 0) == []
    index.close()


def test_a_reader_in_the_same_process_keeps_its_table(folder, store):
    Index.update(folder, store, Hashing())
    index = Index.open(folder, store, Hashing())
    store.upsert_items([_item(3, "war"), _item(99)])
    Index.update(folder, store, Hashing())
    assert len(index.items) == 40
    assert index.nearest(index.embedder.embed(["film"])[0], 50)
    assert index.behind == 2
    index.close()
