"""Every way to start from little, and that each says what it started from."""

import shutil

import pytest

from palate import Item, Palate, User
from palate.domain import Start


def ids(slate):
    return [one.item.id for one in slate]


def test_no_user(films):
    slate = films.recommend(n=5)
    assert slate.start is Start.NO_USER
    assert len(slate) == 5
    people = films.engine.retriever.behaviour.popularity.people
    position = films.index.items.position
    met = [people[position[item]] for item in ids(slate)]
    assert min(met) > people.mean(), "strangers get what many people have had"
    assert all(one.reason.text for one in slate)


def test_no_user_but_words(films):
    slate = films.recommend(text="a heist with a clever twist", n=5)
    assert slate.start is Start.NO_USER
    assert any("request" in {e.feature for e in one.evidence} for one in slate)


def test_a_user_without_events(shop):
    shop.ingest_users([User("quiet", language="zh")])
    slate = shop.recommend("quiet", n=5)
    assert slate.start is Start.NO_EVENTS
    assert ids(slate) == ids(shop.recommend(n=5))
    assert any("\u4e00" <= c <= "\u9fff" for c in slate[0].reason.text), "their language"


def test_only_wishes(shop):
    shop.wish("wisher", "a feel-good film about food")
    slate = shop.recommend("wisher", n=10)
    assert slate.start is Start.WISHES_ONLY
    assert ids(slate) != ids(shop.recommend(n=10))
    assert any("wish" in {e.feature for e in one.evidence} for one in slate)


def test_an_avoided_wish_brings_less_of_it(shop):
    def horrors(slate):
        return sum("horror" in one.item.tags for one in slate)

    shop.wish("fan", "horror")
    shop.wish("coward", "horror", likes=False)
    fan, coward = shop.recommend("fan", n=20), shop.recommend("coward", n=20)
    assert horrors(fan) > horrors(coward)


def test_only_a_history_in_the_request(films):
    history = ["toy-story-1995", "the-lion-king-1994"]
    slate = films.recommend(history=history, n=10)
    assert slate.start is Start.REQUEST_ONLY
    assert not set(history) & set(ids(slate))
    assert ids(slate) != ids(films.recommend(n=10))
    named = {item for one in slate for e in one.evidence for item in e.items}
    assert named
    assert named <= set(history)


def test_an_empty_history_is_a_stranger(films):
    assert films.recommend(history=[], n=3).start is Start.NO_USER


def test_a_warm_user_with_more_history_in_the_request(films):
    first = films.recommend("ada", n=1)[0].item.id
    slate = films.recommend("ada", history=[first], n=10)
    assert slate.start is Start.WARM
    assert first not in ids(slate)


@pytest.fixture(scope="module")
def with_news(small_once, tmp_path_factory):
    """A small workspace with three new items that nobody has met."""
    folder = shutil.copytree(small_once, tmp_path_factory.mktemp("news") / "shop")
    with Palate.open(folder) as palate:
        palate.ingest_items(_NEWS)
        palate.fit()
        yield palate


_NEWS = [
    Item("new-1", "Zymurgy", "Two brewers quarrel over yeast.", ("comedy",), {"year": 2031}),
    Item("new-2", "Zymurgy II", "More yeast, more quarrels.", ("comedy",), {"year": 2032}),
    Item("bare", "Untold"),
]


def test_an_item_without_events_answers_a_request(with_news):
    assert "new-1" in ids(with_news.recommend("u3", text="brewers and yeast", n=5))
    assert ids(with_news.recommend(text="brewers and yeast", n=5))[0] == "new-1"
    assert {"new-1", "new-2"} <= set(ids(with_news.recommend(text="yeast", n=5)))


def test_an_item_without_events_comes_into_the_pool_by_being_fresh(with_news):
    request = with_news.request("u3")
    profile = with_news.engine.profile(request)
    scored = with_news.engine.retriever.scored(request, profile)
    table = with_news.index.items
    sources = {table.ids[row]: names for row, names in scored.sources.items()}
    assert "fresh" in sources["new-1"]
    assert "fresh" in sources["new-2"]


def test_an_item_that_is_new_since_the_fit_is_announced(shop):
    shop.ingest_items([Item("new-1", "Zymurgy", "Two brewers quarrel over yeast.")])
    slate = shop.recommend("ada", n=3)
    assert any("palate fit" in note for note in slate.notes)


def test_a_catalogue_nobody_has_touched(tmp_path):
    with Palate.init(tmp_path / "shop") as palate:
        palate.ingest_items([Item(str(n), f"Thing {n}", "plain") for n in range(12)])
        palate.fit()
        slate = palate.recommend(n=5)
        assert len(slate) == 5
        assert not slate.fitted
        assert slate.start is Start.NO_USER


def test_a_catalogue_of_one(tmp_path):
    with Palate.init(tmp_path / "shop") as palate:
        palate.ingest_items([Item("only", "The only thing")])
        palate.fit()
        assert ids(palate.recommend()) == ["only"]
        palate.feedback("ann", "only", "view")
        slate = palate.recommend("ann")
        assert ids(slate) == []
        assert slate.relax is not None
