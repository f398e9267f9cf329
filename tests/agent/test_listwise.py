"""Whatever a server does, the ranking is full, in time, and says who decided and why."""

import asyncio
import time
from dataclasses import replace

import pytest

from palate.agent.explain import explain
from palate.agent.models.openai import OpenAIModel
from palate.agent.models.scripted import ScriptedModel
from palate.agent.rankers import RankTask, make_ranker
from palate.agent.reasons import write_reasons
from palate.domain import (
    Action,
    Candidate,
    Evidence,
    HistoryEntry,
    Item,
    Profile,
    Request,
    Start,
)
from palate.errors import SettingsError
from palate.prompts.library import Library
from palate.prompts.render import Brief
from palate.prompts.tokens import make_counter
from palate.settings import Settings

N = 12
LIKED = Item("liked", "Alien", tags=("horror",), fields={"year": 1979})
PROFILE = Profile("u", Start.WARM, history=(HistoryEntry("liked", 0.9, Action.LIKE),))
CANDIDATES = [
    Candidate(
        Item(f"i{n}", f"The Plan {n}", tags=("crime", "drama"), fields={"year": 1960 + n}),
        -float(n),
        evidence=(Evidence("neighbours", 1.0, items=("liked",)),),
    )
    for n in range(N)
]
PRIOR = tuple(c.item.id for c in CANDIDATES)
#: Scenario -> what must stand in the cause; ``None``: the model decides.
ENDS = {
    "good": None, "fenced": None, "think": None, "missing": None, "duplicates": None,
    "foreign": None, "letters": None, "huge": None, "cut": None, "strict": None,
    "busy-then-good": None, "down-then-good": None,
    "garbage": "no order", "busy-long": "429", "down": "503", "no-retry": "503",
    "too-long": "prompts.budget", "wrong-key": "401", "key-in-error": "500",
    "key-in-body": "not JSON", "key-in-200": "credit", "half-json": "not JSON",
    "html": "not JSON", "bad-utf8": "UTF-8", "not-an-object": "object", "deep": "not JSON",
    "nothing": "not JSON", "no-choices": "no choice", "error-in-200": "CUDA",
    "bad-gzip": "compressed",
    "packed": None, "bomb": "longer", "packed-oddly": "compressed", "echo-base64": "credit",
    "echo-quoted": "credit",
    "no-finish": "finished", "filtered": "filter", "refused": "refused", "empty": "empty",
    "no-content": "empty", "only-thoughts": "thinking", "no-schema": "503",
    "odd-content": "empty", "drip": "time", "endless": "longer", "silent": "time",
    "stalled": "time", "reset": "hung up", "busy-absurd": "429", "busy-words": "429",
    "cut-chunks": "hung up", "events-with-error": "not JSON", "events-no-finish": "not JSON",
    "events-bad-utf8": "UTF-8",
}  # fmt: skip
#: Scenario -> a word of the repairs that it needs.
MENDED = {
    "fenced": "around the JSON", "think": "thinking", "missing": "missing",
    "duplicates": "repeated", "foreign": "unknown", "letters": "free text", "huge": "cut at",
    "cut": "token limit",
}  # fmt: skip
SETTINGS = Settings()


@pytest.fixture(scope="module")
def task():
    return RankTask(
        candidates=CANDIDATES, profile=PROFILE, request=Request("u"), rank_by="fused",
        items={"liked": LIKED}, settings=SETTINGS,
        template=Library.open(None).get("rank/listwise"), count=make_counter(""),
    )  # fmt: skip


def rank(task, model, seconds=3.0):
    async def once():
        try:
            deadline = time.monotonic() + seconds
            return await make_ranker("listwise").rank(task, model, deadline=deadline)
        finally:
            await model.aclose()

    return asyncio.run(once())


def model_of(server, scenario, count):
    return OpenAIModel(server.model, base_url=server.url(scenario, count), api_key="sk-secret-key")


def test_every_scenario_has_an_end(servers):
    assert set(servers.SCENARIOS) == set(ENDS) | {"slow"}


@pytest.mark.parametrize("scenario", ENDS)
def test_a_full_ranking_in_time(task, server, scenario):
    seconds = 0.4 if ENDS[scenario] == "time" else 3.0
    model, started = model_of(server, scenario, "rank"), time.monotonic()
    ranking = rank(task, model, seconds)
    assert time.monotonic() - started < seconds + 0.25
    assert sorted(ranking.order) == sorted(PRIOR)
    assert tuple(ranking.scores) == ranking.order
    assert ranking.usage.calls == 1
    assert "sk-secret" not in repr(ranking)
    if ENDS[scenario] is None:
        assert (ranking.ranked_by, ranking.cause) == ("fused", None)
        assert ranking.usage.prompt_tokens > 0
        assert ranking.opinion.order
        assert MENDED.get(scenario, "") in " ".join(ranking.opinion.repairs)
        assert bool(ranking.opinion.repairs) == (scenario in MENDED)
    else:
        assert (ranking.ranked_by, ranking.order, ranking.opinion) == ("prior", PRIOR, None)
        assert ENDS[scenario] in ranking.cause


def test_a_good_reply_moves_the_order_and_its_reasons_hold(task, server):
    ranking = rank(task, model_of(server, "good", "reasons"))
    assert ranking.order != PRIOR
    assert ranking.weight == SETTINGS.ranking.weight
    said = ranking.opinion.reasons
    assert len(said) == 5
    reasons = write_reasons(CANDIDATES, ranking.opinion, PROFILE, {"liked": LIKED}, language="en")
    assert {i for i, reason in reasons.items() if reason.written_by == "model"} == set(said)


def test_a_sentence_that_the_token_limit_cut_is_not_used(task, server):
    ranking = rank(task, model_of(server, "cut", "cut"))
    assert all(text.endswith(".") for text in ranking.opinion.reasons.values())


def test_rank_by_model_takes_its_order_alone(task, server):
    ranking = rank(replace(task, rank_by="model"), model_of(server, "good", "alone"))
    assert ranking.order == ranking.opinion.order
    assert ranking.ranked_by == "model"


def test_a_prompt_that_does_not_fit_ends_at_the_prior(task):
    tight = SETTINGS.model_copy(
        update={"prompts": SETTINGS.prompts.model_copy(update={"budget": 200})}
    )
    wordy = Request("u", text="a film about the sea " * 30)
    asked = replace(task, settings=tight, request=wordy)
    ranking = rank(asked, ScriptedModel(["never asked"]))
    assert (ranking.ranked_by, ranking.order) == ("prior", PRIOR)
    assert "budget" in ranking.cause


def test_an_unknown_ranker_is_an_instruction():
    with pytest.raises(SettingsError, match="listwise"):
        make_ranker("psychic")


def told(model, language="en"):
    async def once():
        brief = Brief(
            CANDIDATES[:4], PROFILE, Request("u", language=language), {"liked": LIKED}, SETTINGS
        )
        template = Library.open(None).get("explain")
        try:
            deadline = time.monotonic() + 2
            return await explain(brief, template, make_counter(""), model, deadline=deadline)
        finally:
            await model.aclose()

    return asyncio.run(once())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_explains_later(server, language):
    found = told(model_of(server, "good", "explain"), language)
    assert set(found.reasons) == set(PRIOR[:4])
    assert {reason.written_by for reason in found.reasons.values()} == {"model"}
    assert found.cause is None
    assert found.usage.completion_tokens > 0


@pytest.mark.parametrize("scenario", ["down", "garbage", "html", "cut"])
def test_what_a_model_does_not_explain_the_evidence_does(server, scenario):
    found = told(model_of(server, scenario, "explain"))
    assert set(found.reasons) == set(PRIOR[:4])
    assert "evidence" in {reason.written_by for reason in found.reasons.values()}
    assert (found.cause is None) == (scenario == "cut")
    assert found.usage.calls == 1


def test_what_a_model_makes_up_is_replaced():
    lie = '{"reasons": [{"label": "A", "reason": "Because you liked Inception."}]}'
    found = told(ScriptedModel([lie]))
    replaced = [reason for reason in found.reasons.values() if reason.replaced]
    assert [reason.replaced for reason in replaced] == ["Because you liked Inception."]
    assert replaced[0].written_by == "evidence"
    assert replaced[0].claims


def test_strangers_text_caps_how_far_the_model_lifts(task, server):
    catalogue = SETTINGS.catalogue.model_copy(update={"untrusted": ("title",)})
    update = {
        "catalogue": catalogue,
        "ranking": SETTINGS.ranking.model_copy(update={"lift_cap": 0}),
    }
    wary = replace(task, rank_by="model", settings=SETTINGS.model_copy(update=update))
    assert rank(wary, model_of(server, "good", "wary")).order == PRIOR
    trusting = replace(task, rank_by="model")
    assert rank(trusting, model_of(server, "good", "trusting")).order != PRIOR
