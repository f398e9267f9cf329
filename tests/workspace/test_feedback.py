"""What a person does counts in the very next answer, without a refit."""

from dataclasses import replace

import numpy as np
import pytest

from palate import Action, Event, Palate
from palate.errors import CatalogueError, UnknownItem


def ids(slate):
    return [one.item.id for one in slate]


def test_a_dismissed_item_is_gone_from_the_very_next_answer(shop):
    before = shop.profile("ada").profile.hidden
    for _ in range(3):
        first, second = ids(shop.recommend("ada", n=2))
        shop.feedback("ada", first, "dismiss")
        after = ids(shop.recommend("ada", n=150))
        assert first not in after
        assert second in after
    dismissed = shop.profile("ada").profile.hidden
    assert len(dismissed - before) == 3
    assert not dismissed & set(ids(shop.recommend("ada", n=150, constraints=["seen = true"])))
    assert not dismissed & set(ids(shop.recommend("ada", text="anything at all", n=150)))


def test_a_dismissed_item_stays_away_where_seen_ones_may_come(example):
    with Palate.open(example, retrieval__seen=True) as palate:
        first = palate.recommend("ada", n=1)[0].item.id
        palate.feedback("ada", first, "dismiss")
        assert first not in ids(palate.recommend("ada", n=480))
        palate.feedback("ada", first, "like")
        assert first in ids(palate.recommend("ada", n=480)), "they changed their mind"


def test_a_dismissed_item_survives_a_restart_and_a_refit(small):
    with Palate.open(small) as palate:
        first = palate.recommend("u3", n=1)[0].item.id
        palate.feedback("u3", first, "dismiss")
    with Palate.open(small) as palate:
        palate.fit()
        assert first not in ids(palate.recommend("u3", n=40))


def test_what_was_met_is_not_recommended_again(shop):
    actions = ["view", "like", "purchase", "play", "skip", "rate", "dislike"]
    met = ids(shop.recommend("ada", n=len(actions)))
    for item, action in zip(met, actions, strict=True):
        shop.feedback("ada", item, action, value=4 if action == "rate" else None)
        assert item not in ids(shop.recommend("ada", n=20))
    assert not set(met) & set(ids(shop.recommend("ada", n=480)))


def neighbours_of(palate, item, rest, count=10):
    """The strongest neighbours of an item among the rest, by what people did together."""
    table = palate.index.items
    row = palate.engine.retriever.behaviour.neighbours[table.position[item]].toarray().ravel()
    best = sorted(rest, key=lambda other: -row[table.position[other]])
    return best[:count]


def places(palate, user, candidates):
    request = palate.request(user, candidates=candidates)
    order = palate.recommender("prior").rank([request])[0].order
    return {item: place for place, item in enumerate(order)}


@pytest.mark.parametrize("user", ["ada", "newcomer"])
def test_the_neighbours_of_a_liked_item_rise_and_those_of_a_disliked_one_fall(example, user):
    rises, falls = [], []
    with Palate.open(example) as palate:
        palate.wish("newcomer", "anything")
        fresh = ids(palate.recommend(user, n=480))
        for start in range(40, 130, 40):
            item, name = fresh[start], f"{user}-{start}"
            rest = [other for other in fresh if other != item]
            near = neighbours_of(palate, item, rest)
            past = [*palate.store.user_events(user), Event(user, fresh[-1], Action.VIEW)]
            palate.ingest_events([replace(event, user=name, key=None) for event in past])
            before = places(palate, name, rest)
            palate.feedback(name, item, "like")
            liked = places(palate, name, rest)
            palate.feedback(name, item, "dislike")
            disliked = places(palate, name, rest)
            rises.append(np.mean([before[n] - liked[n] for n in near]))
            falls.append(np.mean([disliked[n] - liked[n] for n in near]))
    assert all(rise > 0 for rise in rises), rises
    assert all(fall > 0 for fall in falls), falls


def test_a_key_counts_once(shop):
    before = shop.store.event_count
    for _ in range(3):
        shop.feedback("ada", "toy-story-1995", "like", key="k1")
    shop.feedback("ada", "the-lion-king-1994", "dismiss", key="k1")
    assert shop.store.event_count == before + 1
    shop.feedback("ada", "toy-story-1995", "like", key="k2")
    assert shop.store.event_count == before + 2


def test_feedback_makes_a_new_person(shop):
    shop.feedback("somebody new", "toy-story-1995", "like")
    slate = shop.recommend("somebody new", n=5)
    assert slate.start.value == "warm"
    assert "toy-story-1995" not in ids(slate)


def test_feedback_is_on_disk_when_it_returns(example, python):
    code = (
        "import sys; from palate import Palate\n"
        "p = Palate.open(sys.argv[1]); p.feedback('ada', 'toy-story-1995', 'dismiss', key='k')\n"
        "print('done', flush=True); sys.stdin.read()"
    )
    process = python(code, example)
    assert process.stdout.readline() == "done\n"
    process.kill()
    process.wait()
    with Palate.open(example) as palate:
        assert "toy-story-1995" in palate.profile("ada").profile.hidden


@pytest.mark.parametrize(
    ("item", "action", "value", "error", "words"),
    [
        ("no such film", "like", None, UnknownItem, "no such film"),
        ("toy-story-1995", "adore", None, CatalogueError, "Use one of: view"),
        ("toy-story-1995", "rate", None, CatalogueError, "needs its value"),
        ("toy-story-1995", "rate", float("nan"), CatalogueError, "nan"),
        ("toy-story-1995", "rate", float("inf"), CatalogueError, "inf"),
        ("toy-story-1995", "rate", 1e300, CatalogueError, "1e\\+300"),
    ],
)
def test_feedback_that_cannot_be_taken_changes_nothing(shop, item, action, value, error, words):
    before = (shop.store.event_count, shop.store.user_count)
    with pytest.raises(error, match=words):
        shop.feedback("ann", item, action, value=value)
    assert (shop.store.event_count, shop.store.user_count) == before


@pytest.mark.parametrize("user", ["", "  ", "bad \ud800 half", "nul\x00nul"])
def test_an_id_that_cannot_be_one_is_refused_or_kept_as_it_is(shop, user):
    try:
        shop.feedback(user, "toy-story-1995", "like")
    except CatalogueError as error:
        assert "\n" not in str(error)
        assert shop.store.user_count == 252
    else:
        assert shop.profile(user).profile.user == user
