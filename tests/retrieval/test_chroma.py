"""The vector index: exact on few items, private files, refusals, and a clean end."""

import contextlib
import os
import stat
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import PrerequisiteError
from palate.retrieval.chroma import VectorIndex, _plan
from palate.retrieval.manifest import IndexDamaged

COUNT, WIDTH = 300, 16
IDS = [f"i{n:03}" for n in range(COUNT)]


def _vectors(seed=0, count=COUNT):
    rows = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def index(tmp_path):
    opened = VectorIndex.open(tmp_path / "chroma", embedder="e", dimensions=WIDTH)
    yield opened
    opened.close()


def _exact(ids, vectors, query, limit):
    scores = vectors @ query / np.linalg.norm(query)
    best = np.argsort(-scores)[:limit]
    return [ids[row] for row in best], scores[best]


def test_nearest_by_cosine(index):
    vectors = _vectors()
    index.upsert(IDS, vectors)
    query = 7 * _vectors(1, 1)[0]
    ids, scores = _exact(IDS, vectors, query, 20)
    found = index.nearest(query, 20)
    assert [key for key, _ in found] == ids
    assert [score for _, score in found] == pytest.approx(scores, abs=1e-5)


def test_edges_of_a_search(index):
    assert index.nearest(np.ones(WIDTH, np.float32), 5) == []
    index.upsert(IDS[:3], _vectors()[:3])
    index.upsert([], np.empty((0, WIDTH), np.float32))
    assert len(index.nearest(np.ones(WIDTH, np.float32), 500)) == 3
    assert index.nearest(np.ones(WIDTH, np.float32), 0) == []
    assert index.nearest(np.zeros(WIDTH, np.float32), 5) == []


def test_replace_and_delete(index):
    vectors = _vectors()
    index.upsert(IDS, vectors)
    moved = _vectors(2)[:50]
    index.upsert(IDS[:50], moved)
    index.delete([*IDS[250:], "unknown"])
    index.delete([])
    vectors[:50] = moved
    query = _vectors(3, 1)[0]
    assert index.count() == 250
    assert sorted(index.ids()) == IDS[:250]
    assert [key for key, _ in index.nearest(query, 20)] == _exact(
        IDS[:250], vectors[:250], query, 20
    )[0]


def test_it_is_there_after_reopening_and_can_be_opened_twice(index, tmp_path):
    index.upsert(IDS, _vectors())
    expected = index.nearest(_vectors()[5], 10)
    twin = VectorIndex.open(tmp_path / "chroma", embedder="e", dimensions=WIDTH)
    index.close()
    index.close()
    assert twin.nearest(_vectors()[5], 10) == expected
    twin.close()
    again = VectorIndex.open(tmp_path / "chroma", embedder="e", dimensions=WIDTH)
    assert again.nearest(_vectors()[5], 10) == expected
    again.close()


def test_build_replaces_what_was_there(tmp_path):
    first = VectorIndex.open(tmp_path / "c", embedder="old", dimensions=3)
    first.upsert(["gone"], np.ones((1, 3), np.float32))
    first.close()
    told = []
    index = VectorIndex.build(tmp_path / "c", IDS, _vectors(), embedder="e", progress=told.append)
    assert sorted(index.ids()) == IDS
    assert told[-1] == COUNT
    index.upsert(["more"], _vectors(5, 1))
    assert index.nearest(_vectors(5, 1)[0], 1)[0][0] == "more"
    index.close()


def test_an_index_of_nothing(tmp_path):
    index = VectorIndex.build(tmp_path / "c", [], np.empty((0, WIDTH), np.float32), embedder="e")
    assert index.count() == 0
    assert index.nearest(np.ones(WIDTH, np.float32), 3) == []
    index.close()


@pytest.mark.parametrize(("name", "width"), [("other", WIDTH), ("e", WIDTH + 1)])
def test_another_embedder_is_refused_with_an_instruction(index, tmp_path, name, width):
    with pytest.raises(PrerequisiteError, match="--rebuild"):
        VectorIndex.open(tmp_path / "chroma", embedder=name, dimensions=width)


def test_files_are_private_while_open_and_after(index, tmp_path):
    before = os.umask(0o022)
    index.upsert(IDS, _vectors())
    os.umask(before)
    for state in ("open", "closed"):
        for path in [tmp_path / "chroma", *(tmp_path / "chroma").rglob("*")]:
            wanted = 0o700 if path.is_dir() else 0o600
            assert stat.S_IMODE(path.stat().st_mode) == wanted, (state, path)
        index.close()


def test_closing_frees_the_files(index, tmp_path):
    index.upsert(IDS, _vectors())
    index.nearest(_vectors()[0], 3)
    index.close()
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc here")
    patience = time.monotonic() + 5  # Chroma's threads let go a moment later
    while _held(tmp_path) and time.monotonic() < patience:
        time.sleep(0.01)
    assert _held(tmp_path) == []


def _held(folder):
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the one that lists the folder
            found.append(str(link.readlink()))
    return [path for path in found if path.startswith(str(folder))]


def test_broken_files_are_named(index, tmp_path):
    index.close()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(IndexDamaged, match="rebuild"):
        VectorIndex.open(tmp_path / "chroma", embedder="e", dimensions=WIDTH)


@given(st.integers(0, 400_000))
def test_a_build_ends_with_a_sync(count):
    batch, threshold = _plan(count)
    assert 1 <= batch <= 5_461
    unsynced = 0
    for start in range(0, count, batch):
        unsynced += min(batch, count - start)
        unsynced = 0 if unsynced >= threshold else unsynced
    assert unsynced == 0 or count < 2
