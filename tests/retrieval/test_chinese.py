"""A Chinese catalogue of our own, found with the embedded default."""

import json
from pathlib import Path

import pytest

from palate.domain import Item
from palate.retrieval.embedders.wordllama import WordLlamaEmbedder
from palate.retrieval.index import Index
from palate.retrieval.store import Store
from palate.retrieval.textual import search

DATA = Path(__file__).parent.parent / "data"


def _rows(name):
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


REQUESTS = _rows("chinese_requests.jsonl")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chinese")
    with Store.open(folder / "palate.db") as store:
        store.upsert_items(
            Item(row["id"], row["title"], row["text"], tuple(row["tags"]), {"year": row["year"]})
            for row in _rows("chinese_items.jsonl")
        )
        embedder = WordLlamaEmbedder()
        Index.update(folder / "index", store, embedder)
        opened = Index.open(folder / "index", store, embedder)
        yield opened
        opened.close()


def _recall(find, k=10):
    shares = []
    for request in REQUESTS:
        found = {item for item, _ in find(request["text"], k)[:k]}
        shares.append(len(found & set(request["truth"])) / len(request["truth"]))
    return sum(shares) / len(shares)


def test_the_catalogue_is_sixty_items_and_twenty_requests(index):
    assert len(index.items) == 60
    assert len(REQUESTS) == 20
    assert all(1 <= len(request["truth"]) <= 3 for request in REQUESTS)
    titles = set(index.items.titles)
    assert not [r for r in REQUESTS if any(title in r["text"] for title in titles)]


def test_recall(index):
    def nearest(text, limit):
        return index.nearest(index.embedder.embed([text])[0], limit)

    merged = _recall(lambda text, limit: search(index, text, limit))
    alone = _recall(index.lexical.search)
    assert merged >= 0.9  # 0.8 is the promise; see README for what it was when measured
    assert merged >= alone > _recall(nearest)


@pytest.mark.parametrize(
    ("text", "item"),
    [("围棋", "f18"), ("矿难", "f04"), ("寿司", "d12"), ("失眠", "b03"), ("米线", "d13")],
)
def test_two_characters_are_enough(index, text, item):
    assert search(index, text, 5)[0][0] == item


def test_fullwidth_and_mixed_requests(index):
    assert search(index, "２０１９年 科幻 月球", 5)[0][0] == "f05"
    assert search(index, "sushi 寿司!!", 5)[0][0] == "d12"
