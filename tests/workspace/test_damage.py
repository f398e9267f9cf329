"""Files that are gone, cut or written over: mended, or an instruction; and nothing is lost."""

import shutil

import pytest

from palate import Palate
from palate.errors import PrerequisiteError


def ids(slate):
    return [one.item.id for one in slate]


@pytest.fixture(scope="module")
def expected(small_once, tmp_path_factory):
    folder = shutil.copytree(small_once, tmp_path_factory.mktemp("whole") / "shop")
    with Palate.open(folder) as palate:
        return ids(palate.recommend("u3", text="a tale", n=5))


def gone(path):
    path.unlink()


def empty(path):
    path.write_bytes(b"")


def cut(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def other(path):
    path.write_bytes(b"\x00something else" * 99)


DAMAGES = [
    ("manifest.json", cut), ("fit.json", gone), ("fit.json", empty), ("prior.json", gone),
    ("prior.json", cut), ("behaviour.npz", empty), ("behaviour.npz", cut),
    ("regression.npy", empty), ("regression.npy", cut), ("g1/words.db", gone),
    ("g1/words.db", other), ("g1/items-*/table.json", cut), ("g1/items-*/vectors.npy", empty),
]  # fmt: skip


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_a_damaged_index_is_mended_or_an_instruction(small, expected, name, damage):
    (path,) = (small / "data" / "index").glob(name)
    damage(path)
    with Palate.open(small) as palate:
        try:
            assert ids(palate.recommend("u3", text="a tale", n=5)) == expected
        except PrerequisiteError as error:
            assert "palate fit" in str(error)
            assert "\n" not in str(error)


@pytest.mark.parametrize("name", ["index", "index/g1", "index/g1/chroma", "index/behaviour.npz"])
def test_a_fit_mends_whatever_is_gone(small, expected, name):
    path = small / "data" / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.write_bytes(path.read_bytes()[:99])
    with Palate.open(small) as palate:
        palate.fit()
        assert ids(palate.recommend("u3", text="a tale", n=5)) == expected
        assert palate.index.vectors.count() == 40


def test_a_store_that_is_none_is_left_alone(small):
    path = small / "data" / "palate.db"
    path.write_bytes(b"these are my notes" * 1000)
    with Palate.open(small) as palate, pytest.raises(PrerequisiteError, match="not a store"):
        palate.recommend("u3")
    assert path.read_bytes() == b"these are my notes" * 1000


def test_a_cut_store_is_an_instruction(small):
    cut(small / "data" / "palate.db")
    with Palate.open(small) as palate, pytest.raises(PrerequisiteError, match="malformed"):
        palate.recommend("u3")


def test_a_store_with_a_hole_is_an_instruction(small):
    path = small / "data" / "palate.db"
    data = bytearray(path.read_bytes())
    for place in range(len(data) // 3, len(data) // 3 * 2):
        data[place] ^= 0xFF
    path.write_bytes(data)
    with Palate.open(small) as palate:
        for use in (palate.fit, lambda: palate.recommend("u3"), lambda: palate.forget("u3")):
            with pytest.raises(PrerequisiteError, match=r"damaged.*backup"):
                use()


def test_an_index_without_its_store_recommends_nothing_of_it(small):
    (small / "data" / "palate.db").unlink()
    with Palate.open(small) as palate, pytest.raises(PrerequisiteError, match="empty"):
        palate.recommend()


def test_another_embedder_in_the_settings_is_an_instruction(small):
    flags = {"embedder__provider": "openai", "embedder__model": "e"}
    url = {"embedder__base_url": "http://127.0.0.1:9/v1"}
    with Palate.open(small, **flags, **url) as palate:
        with pytest.raises(PrerequisiteError, match="palate fit --rebuild"):
            palate.recommend("u3")
        with pytest.raises(PrerequisiteError, match="palate fit --rebuild"):
            palate.fit()
    with Palate.open(small) as palate:
        assert len(palate.recommend("u3", n=3)) == 3
