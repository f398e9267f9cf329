"""Every kind of server: what is found out of it, and every ranker against it over a socket."""

import asyncio
import time
from dataclasses import replace

import pytest

from palate.agent.models.capabilities import (
    Capabilities,
    keep_capabilities,
    read_capabilities,
)
from palate.agent.models.openai import OpenAIModel
from palate.agent.models.presets import PRESETS, preset_of
from palate.agent.models.probe import probe
from palate.agent.rankers import RANKERS, RankTask, make_ranker
from palate.domain import Candidate, Item, Message, ModelCall, Profile, Request, Start
from palate.errors import ModelError
from palate.prompts.library import Library
from palate.prompts.tokens import make_counter
from palate.settings import Settings

LIBRARY = Library.open(None)
CANDIDATES = [Candidate(Item(f"id-{n:02}", f"Film {n}"), -0.1 * n) for n in range(24)]
#: Kind of server -> preset, log-probabilities, schema, thinking, context, whether ids can be named.
FOUND = {
    "vllm": ("vllm", 20, True, "off", 8192, True),
    "sglang": ("sglang", 20, True, "none", 8192, False),
    "openai": ("generic", 20, True, "none", None, False),
    "openai-reasoning": ("generic", 0, True, "on", None, False),
    "ollama": ("ollama", 20, True, "off", None, False),
    "llama.cpp": ("llama.cpp", 20, True, "off", 4096, False),
    "lm-studio": ("lm-studio", 0, True, "none", None, False),
    "stubborn": ("generic", 0, False, "none", None, False),
}
#: Presets that a kind of server is asked by where its host does not tell: it stands on loopback.
NAMED = {"openai": "openai", "openai-reasoning": "openai-reasoning"}


def model_at(server, kind, **options):
    options = {"retries": 0, "preset": NAMED.get(kind, "")} | options
    return OpenAIModel(server.model, base_url=server.url(kind, "s"), **options)


def looked_at(model):
    async def once():
        try:
            return await probe(model, deadline=time.monotonic() + 10)
        finally:
            await model.aclose()

    return asyncio.run(once())


def task(name, shown=8, **ranking):
    chosen = Settings.model_validate({"ranking": {"candidates": shown, **ranking}})
    return RankTask(
        candidates=CANDIDATES[:shown], profile=Profile(None, Start.NO_USER), request=Request(),
        rank_by="model", items={}, settings=chosen, count=make_counter(""), library=LIBRARY,
        template=LIBRARY.get(make_ranker(name).template),
    )  # fmt: skip


def ranked(name, model, **options):
    async def once():
        try:
            given = task(name, **options)
            return await make_ranker(name).rank(given, model, deadline=time.monotonic() + 10)
        finally:
            await model.aclose()

    return asyncio.run(once())


def test_every_kind_has_a_preset_and_is_looked_at(servers):
    assert set(FOUND) == set(servers.PERSONALITIES)
    assert set(PRESETS) - {"generic"} == set(FOUND) - {"stubborn"}


@pytest.mark.parametrize("kind", FOUND)
def test_what_is_found_out(server, kind):
    found = looked_at(model_at(server, kind, preset=""))
    told = (found.preset, found.logprobs, found.schema, found.thinking, found.context,
            bool(found.token_ids))  # fmt: skip
    assert told == FOUND[kind]
    assert found.at and str(found.sentence)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("name", RANKERS)
@pytest.mark.parametrize("kind", FOUND)
def test_every_ranker_on_every_kind(server, kind, name, known):
    # Of a kind that nobody told it of, a model that thinks is found out by its first reply.
    model = model_at(server, kind, retries=1)
    if known:
        looked_at(model)
    ranking = ranked(name, model)
    assert sorted(ranking.order) == [one.item.id for one in CANDIDATES[:8]]
    assert ranking.ranked_by == "model", ranking.cause
    assert ranking.opinion.order and ranking.usage.calls >= 1
    told = " ".join(ranking.notes)
    dumb = FOUND[kind][1] == 0
    if name == "first-token":
        assert (ranking.ranker == "labels" and "used labels" in told) == dumb
        assert ranking.usage.calls == 1 + (dumb and not known) or not dumb
    if name == "listwise" and known:
        assert ("in plain words" in told) == (kind == "stubborn")


@pytest.mark.parametrize("kind", ["openai", "openai-reasoning", "vllm", "ollama"])
def test_a_preset_is_refused_nothing(servers, kind):
    with servers.VllmLike() as own:
        ranking = ranked("first-token", model_at(own, kind, preset=kind))
        posts = len(own.asked)
    assert ranking.ranked_by == "model" and posts == ranking.usage.calls


def test_named_tokens_leave_no_letter_out(server):
    model = model_at(server, "vllm")
    blind = ranked("first-token", model, shown=24)
    looked_at(model)
    whole = ranked("first-token", model, shown=24)
    assert len(blind.opinion.order) == 20 and len(whole.opinion.order) == 24


def test_a_prompt_is_cut_to_what_the_model_holds(server):
    model = model_at(server, "lm-studio", known=Capabilities("lm-studio", context=330))
    long = [replace(one, item=replace(one.item, title="Film " * 16)) for one in CANDIDATES[:20]]
    given = replace(task("labels", 20), candidates=long)

    async def once():
        try:
            return await make_ranker("labels").rank(given, model, deadline=time.monotonic() + 10)
        finally:
            await model.aclose()

    assert any("budget cut" in note for note in asyncio.run(once()).notes)


def test_a_reply_that_contradicts_what_is_known_is_noted(server):
    known = Capabilities("lm-studio", logprobs=20)
    model = model_at(server, "lm-studio", known=known, preset="generic")
    ranked("first-token", model)
    assert model.capabilities.logprobs == 0 and "without" in model.capabilities.contradicted
    assert ranked("first-token", model).usage.calls == 1


def test_a_server_that_is_away_is_an_error(unused_port):
    model = OpenAIModel("m", base_url=f"http://127.0.0.1:{unused_port}/v1", retries=0)
    with pytest.raises(ModelError, match="cannot be reached"):
        looked_at(model)


@pytest.mark.parametrize(
    ("model", "name"),
    [("o3-mini", "openai-reasoning"), ("gpt-5.1", "openai-reasoning"), ("gpt-4.1", "openai"),
     ("gpt-5-chat-latest", "openai")],
)  # fmt: skip
def test_openai_by_its_host(model, name):
    assert preset_of("https://api.openai.com/v1", model).name == name
    assert preset_of("https://proxy.example/v1", model).name == "generic"


def test_thinking_tokens_are_granted_beyond_the_reply(servers):
    with servers.VllmLike() as own:
        model = model_at(own, "openai-reasoning")

        async def once():
            try:
                call = ModelCall((Message("user", "A Alien\nB Heat"),), 10)
                return await model.complete(call, deadline=time.monotonic() + 5)
            finally:
                await model.aclose()

        assert asyncio.run(once()).thought and model.slack == 2000
        assert own.asked[0]["max_completion_tokens"] == 2010


def test_kept_and_read_again(tmp_path):
    path = tmp_path / "servers.json"
    assert read_capabilities(path) == {}
    found = Capabilities("vllm", 20, True, "off", 8192, {"A": (1, 2)}, ("seed",), "now")
    keep_capabilities(path, "http://x m", found)
    keep_capabilities(path, "http://y m", replace(found, schema=False))
    assert read_capabilities(path)["http://x m"] == found
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("{")
    assert read_capabilities(path) == {}
