"""BM25: the formula, every script, any text as a request, and files that forget."""

import math
import random
import stat
import threading
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from palate.domain import Item
from palate.retrieval import lexical
from palate.retrieval.lexical import LexicalIndex
from palate.retrieval.manifest import IndexDamaged
from palate.retrieval.words import words

TITLES = {
    "en": "The Lighthouse Keeper's Daughter",
    "zh": "山城火锅",
    "ja": "となりの猫の時計店",
    "ko": "바다로 가는 기차",
    "ar": "رِحْلَةٌ إِلَى الصَّحْرَاءِ",
    "he": "שיר של ים",
    "hi": "बारिश की रात",
    "ru": "Ёлки и зимний вечер",
    "emoji": "🐙🎬",
    "fr": "L'été à Orléans",
}
ITEMS = [Item(key, title, tags=("film",)) for key, title in TITLES.items()]


@pytest.fixture
def index(tmp_path):
    opened = LexicalIndex.open(tmp_path / "words" / "words.db")
    opened.upsert(ITEMS)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        ("lighthouses", "en"),
        ("keepers daughter", "en"),
        ("火锅", "zh"),
        ("想吃火锅", "zh"),
        ("時計", "ja"),
        ("となり", "ja"),
        ("기차", "ko"),
        ("الصحراء", "ar"),
        ("صحراء", "ar"),
        ("שִׁיר", "he"),
        ("रात", "hi"),
        ("елки", "ru"),
        ("🎬", "emoji"),
        ("orleans", "fr"),
        ("ete", "fr"),
    ],
)
def test_titles_of_every_script_are_found(index, request_, key):
    assert index.search(request_, 5)[0][0] == key


def _slow_bm25(items, text):
    """The formula of the module's docstring, in plain Python."""
    columns = {
        item.id: (words(item.title), words(", ".join(item.tags)), words(item.text))
        for item in items
    }
    lengths = {key: sum(map(len, parts)) for key, parts in columns.items()}
    mean = sum(lengths.values()) / len(lengths) or 1
    scores, met, asked = Counter(), Counter(), len(set(words(text)))
    for word, times in Counter(words(text)).items():
        having = [key for key, parts in columns.items() if any(word in part for part in parts)]
        idf = math.log(1 + (len(items) - len(having) + 0.5) / (len(having) + 0.5))
        for key in having:
            title, tags, body = (part.count(word) for part in columns[key])
            tf = 2.5 * title + 1.5 * tags + body
            met[key] += 1
            scores[key] += times * idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * lengths[key] / mean))
    return Counter({key: score * math.sqrt(met[key] / asked) for key, score in scores.items()})


some_words = st.lists(st.sampled_from(["sea", "war", "love", "a", "海", "边"]), max_size=6)
some_items = st.lists(st.tuples(some_words, some_words, some_words), min_size=1, max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_items, some_words)
def test_scores_are_bm25(tmp_path, rows, asked):
    items = [
        Item(f"i{n}", " ".join(title), " ".join(body), tuple(tags))
        for n, (title, tags, body) in enumerate(rows)
    ]
    path = tmp_path / "words.db"
    for file in tmp_path.glob("words.db*"):
        file.unlink()
    index = LexicalIndex.open(path)
    try:
        index.upsert(items)
        expected = _slow_bm25(items, " ".join(asked))
        found = dict(index.search(" ".join(asked), 100))
        assert found == pytest.approx(dict(expected), rel=1e-4)
        scores = index.scores(" ".join(asked), [item.id for item in items] + ["unknown"])
        assert scores == pytest.approx({item.id: expected[item.id] for item in items}, rel=1e-4)
        assert index.totals(" ".join(asked)).tolist() == pytest.approx(list(scores.values()))
    finally:
        index.close()


HARD = ['"', "*", "a AND b", "NEAR(a b)", "title:x", "a^2", "-a", "(", "'; DROP TABLE words; --"]


@pytest.mark.parametrize("text", [*HARD, "", " ", "\x00", "\ud800", "the of and", "海" * 9999])
def test_any_text_is_a_request(index, text):
    assert isinstance(index.search(text, 10), list)
    assert isinstance(index.scores(text, ["en"]), dict)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_no_text_breaks_the_search(index, text):
    for _, score in index.search(text, 3):
        assert score > 0


def test_ten_megabytes_are_a_request(index):
    assert index.search("lighthouse " * 1_000_000, 1)[0][0] == "en"


def test_equal_scores_come_in_id_order(tmp_path):
    index = LexicalIndex.open(tmp_path / "words.db")
    ids = [f"i{n:02}" for n in range(30)]
    index.upsert(Item(key, "the same") for key in random.Random(1).sample(ids, 30))
    assert [key for key, _ in index.search("same", 7)] == ids[:7]
    index.close()


def test_title_counts_more_than_text(tmp_path):
    index = LexicalIndex.open(tmp_path / "words.db")
    index.upsert([Item("text", "x y", "sea z"), Item("title", "sea y", "x z")])
    assert [key for key, _ in index.search("sea", 2)] == ["title", "text"]
    index.close()


def test_fields_are_searched_but_not_links(tmp_path):
    index = LexicalIndex.open(tmp_path / "words.db")
    fields = {
        "cast": ("Greta Lind", "Omar Said"),
        "poster": "/abc.jpg",
        "year": 1994,
        "runtime": 77,
    }
    index.upsert([Item("i", "Title", fields=fields)])
    assert index.search("greta lind", 1) and index.search("1994", 1)
    assert not index.search("jpg", 1) and not index.search("77", 1)
    index.close()


def test_replace_and_delete(index):
    index.upsert([Item("en", "Another title")])
    index.delete(["zh", "unknown"])
    assert index.count() == len(ITEMS) - 1
    assert index.search("lighthouse", 5) == index.search("火锅", 5) == []
    assert index.search("another", 5)[0][0] == "en"


def test_what_survives_a_reopening(index, tmp_path):
    before = index.search("the sea of winter evening keeper", 10)
    index.optimise()
    index.close()
    again = LexicalIndex.open(tmp_path / "words" / "words.db")
    assert again.search("the sea of winter evening keeper", 10) == before
    again.close()


def test_a_failed_batch_leaves_nothing(index):
    def broken():
        yield Item("new", "half a batch")
        raise RuntimeError("source failed")

    with pytest.raises(RuntimeError):
        index.upsert(broken())
    assert index.count() == len(ITEMS)
    assert index.search("half", 5) == []


def test_deleted_text_leaves_the_files(index, tmp_path):
    index.upsert([Item("secret", "Xyzzyplugh", "quuxfrobnication")])
    index.delete(["secret"])
    index.upsert([Item("en", "Short")])
    index.optimise()
    files = list((tmp_path / "words").iterdir())
    content = b"".join(path.read_bytes() for path in files)
    for word in (b"xyzzyplugh", b"quuxfrobnication", b"quuxfrob", b"lighthous", b"secret"):
        assert word not in content
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "words").stat().st_mode) == 0o700


def test_common_words_step_back_for_telling_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(lexical, "COMMON", 3)
    index = LexicalIndex.open(tmp_path / "words.db")
    index.upsert(Item(f"i{n}", f"the number{n}", tags=("drama",)) for n in range(10))
    index.optimise()
    assert [key for key, _ in index.search("the number3", 10)] == ["i3"]
    assert len(index.search("the", 10)) == 10  # with nothing else to go by
    assert len(index.search("drama number3", 10)) == 10  # a category is no filler
    index.close()


def test_threads_search_together(index):
    expected = index.search("winter sea train", 10)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(index.search("winter sea train", 10)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def test_a_file_that_is_no_index_is_named(tmp_path):
    path = tmp_path / "words.db"
    path.write_bytes(b"not a database, just words" * 100)
    with pytest.raises(IndexDamaged, match=r"words\.db"):
        LexicalIndex.open(path)
