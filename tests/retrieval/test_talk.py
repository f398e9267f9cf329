"""Pools for conversations: what like people had, by items, tags and words."""

import numpy as np
import pytest

from palate import Event, Item, Palate
from palate.retrieval.talk import VIEWS, Talk, TalkRetriever, learn_talk_weights

KINDS = ("western", "space")


@pytest.fixture(scope="module")
def palate(tmp_path_factory):
    """Two camps: one met westerns and speaks of horses, the other space films and of rockets."""
    with Palate.init(tmp_path_factory.mktemp("talk") / "w") as palate:
        palate.ingest_items(
            Item(f"{kind}{n}", f"{kind.title()} number {n}", "", (kind,), {"year": 1970 + n})
            for kind in KINDS for n in range(12)
        )  # fmt: skip
        palate.ingest_events(
            Event(f"{kind}-fan{user}", f"{kind}{(user + step) % 12}", "like", text=word)
            for kind, word in (("western", "horses"), ("space", "rockets"))
            for user in range(8) for step in range(5)
        )  # fmt: skip
        palate.fit()
        yield palate


NOTHING = Talk()


def top(palate, talk=NOTHING, n=5, **wanted):
    retriever = palate.talk_retriever.hearing(talk)
    request = palate.request(n=n, **wanted)
    scored = retriever.scored(request, palate.engine.profile(request))
    return [retriever.index.items.ids[row] for row in scored.rows[:n]]


@pytest.mark.parametrize("kind", KINDS)
def test_like_people_bring_what_they_had(palate, kind):
    assert all(item.startswith(kind) for item in top(palate, history=[f"{kind}1", f"{kind}2"]))


@pytest.mark.parametrize(("word", "kind"), [("horses", "western"), ("rockets", "space")])
def test_words_that_people_left_find_them(palate, word, kind):
    assert all(item.startswith(kind) for item in top(palate, Talk(f"I like {word}")))


@pytest.mark.parametrize("kind", KINDS)
def test_a_tag_that_was_asked_for_counts(palate, kind):
    assert all(item.startswith(kind) for item in top(palate, Talk(tags=(kind,))))


def test_what_was_named_is_not_offered(palate):
    assert not {"space1", "space2"} & set(top(palate, history=["space1", "space2"], n=24))


def test_constraints_hold_and_given_candidates_are_all_ranked(palate):
    assert all(
        int(item.removeprefix("western").removeprefix("space")) >= 8
        for item in top(palate, constraints="year >= 1978")
    )
    given = ["western3", "space3", "space4"]
    assert sorted(top(palate, candidates=given, history=["space1"])) == sorted(given)


def test_nobody_vouches_for_themselves(palate):
    retriever = TalkRetriever.over(palate.retriever)
    request = palate.request("space-fan1")
    context = retriever.context(request, palate.engine.profile(request))
    own = retriever.views(context, "space-fan1")[:, 0]
    assert not np.allclose(own, retriever.views(context, None)[:, 0])


def test_shares_are_finite_and_add_up(palate):
    request = palate.request(history=["space1"])
    retriever = palate.talk_retriever
    scored = retriever.scored(request, palate.engine.profile(request))
    assert np.isfinite(scored.shares).all() and np.isclose(np.exp(scored.logp).sum(), 1)
    total = scored.shares.sum(axis=1)
    assert np.allclose(np.diff(total), np.diff(scored.logp), atol=1e-5)


def test_weights_are_learnt_from_what_was_taken():
    rng = np.random.default_rng(0)
    lists = []
    for _ in range(80):
        views = rng.normal(size=(30, len(VIEWS)))
        lists.append((views, [int(np.argmax(views[:, 0] * 2 + rng.gumbel(size=30)))]))
    learnt = learn_talk_weights(lists)
    assert learnt.crowd > 1
    assert max(abs(learnt.tags), abs(learnt.similar), abs(learnt.people), abs(learnt.era)) < 0.5
