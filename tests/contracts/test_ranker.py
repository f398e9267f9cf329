"""What every ranker must do, whatever the model says. A new one joins by its name."""

import asyncio
import itertools
import json
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from likes import Simulated

from palate.agent.models.scripted import ScriptedModel
from palate.agent.rankers import RANKERS, Ranker, RankTask, make_ranker
from palate.domain import Candidate, Item, Profile, Request, Start
from palate.prompts.library import Library
from palate.prompts.tokens import make_counter
from palate.settings import Settings

CANDIDATES = [Candidate(Item(f"id-{n}", f"Film {n}"), -0.1 * n) for n in range(30)]
PRIOR = tuple(c.item.id for c in CANDIDATES)
SETTINGS = Settings()
LIBRARY = Library.open(None)


@pytest.fixture(scope="module", params=RANKERS)
def ranker(request):
    return make_ranker(request.param)


@pytest.fixture(scope="module")
def task(ranker):
    return RankTask(
        candidates=CANDIDATES, profile=Profile(None, Start.NO_USER), request=Request(),
        rank_by="fused", items={}, settings=SETTINGS,
        template=LIBRARY.get(ranker.template), count=make_counter(""), library=LIBRARY,
    )  # fmt: skip


def rank(ranker, task, reply, seconds=5.0):
    model = ScriptedModel(lambda _: reply) if isinstance(reply, str) else reply
    return asyncio.run(ranker.rank(task, model, deadline=time.monotonic() + seconds))


def check(ranking):
    assert sorted(ranking.order) == sorted(PRIOR)
    assert tuple(ranking.scores) == ranking.order
    assert all(one > other for one, other in itertools.pairwise(ranking.scores.values()))
    assert (ranking.ranked_by == "prior") == (ranking.cause is not None)
    assert (ranking.opinion is None) == (ranking.ranked_by == "prior")


def test_it_is_a_ranker(ranker):
    assert isinstance(ranker, Ranker)
    assert ranker.name


REPLIES = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), max_size=30).map(" ".join),
    st.permutations("ABCDEFGHIJKLMNOPQRST").map(lambda o: json.dumps({"order": " ".join(o)})),
    st.dictionaries(st.sampled_from(["order", "reasons", "x"]), st.text(max_size=20)).map(
        json.dumps
    ),
)


@given(reply=REPLIES, rank_by=st.sampled_from(["fused", "model"]))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_reply_gives_a_full_ranking(ranker, task, reply, rank_by):
    check(rank(ranker, replace(task, rank_by=rank_by), reply))


def test_what_was_not_shown_stays_below(ranker, task):
    ranking = rank(ranker, task, '{"order": "T S R Q P O N M L K J I H G F E D C B A"}')
    assert ranking.order[20:] == PRIOR[20:]


def test_no_reply_is_the_prior_with_the_cause(ranker, task):
    ranking = rank(ranker, task, ScriptedModel([]))
    check(ranking)
    assert ranking.order == PRIOR
    assert "no reply left" in ranking.cause


def test_too_late_is_the_prior_with_the_cause(ranker, task):
    ranking = rank(ranker, task, '{"order": "B A"}', seconds=-1)
    assert ranking.order == PRIOR
    assert "late" in ranking.cause


def test_two_candidates_are_enough(ranker, task):
    ranking = rank(ranker, replace(task, candidates=CANDIDATES[:2]), '{"order": "B A"}')
    assert sorted(ranking.order) == sorted(PRIOR[:2])


def test_the_same_reply_gives_the_same_ranking(ranker, task):
    reply = '{"order": "C A B"}'
    assert rank(ranker, task, reply) == rank(ranker, task, reply)


def test_strangers_text_lifts_nothing_too_far(ranker, task):
    untrusted = Settings.model_validate({"catalogue": {"untrusted": ["title"]}})
    ranking = rank(ranker, replace(task, rank_by="model", settings=untrusted), Simulated())
    place = {item: rank for rank, item in enumerate(PRIOR)}
    assert ranking.opinion
    assert ranking.order != PRIOR
    assert all(rank >= place[item] - 3 for rank, item in enumerate(ranking.order))
