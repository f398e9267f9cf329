"""Palate against a real vLLM with a tiny random-weight model: the wire, never the quality.

``make test-vllm`` starts the server and names it in ``PALATE_VLLM_URL``.
"""

import asyncio
import os
import re
import shutil
import time
import urllib.request

import pytest

from palate import Budget, Palate
from palate.agent.models.openai import OpenAIModel
from palate.agent.models.probe import probe
from palate.agent.rankers import RANKERS
from palate.domain import Message, ModelCall
from palate.errors import ModelTimeout

pytestmark = pytest.mark.vllm
#: Read now: each test runs without the caller's settings.
URL = os.environ.get("PALATE_VLLM_URL", "")
NAME = "tiny"


def ask(call, seconds=120.0):
    async def once():
        model = OpenAIModel(NAME, base_url=f"{URL}/v1")
        try:
            return await model.complete(call, deadline=time.monotonic() + seconds)
        finally:
            await model.aclose()

    return asyncio.run(once())


def metric(name):
    """The sum of a metric of the server over its labels."""
    with urllib.request.urlopen(f"{URL}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    values = re.findall(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    assert values, f"the server has no metric {name}"
    return sum(map(float, values))


@pytest.fixture(scope="module", autouse=True)
def warm():
    """The first request with log-probabilities compiles what the later ones use."""
    assert URL, "PALATE_VLLM_URL is not set: run `make test-vllm`"
    ask(ModelCall((Message("user", "A or B?"),), 1, top_logprobs=20), seconds=300)


@pytest.fixture(scope="module")
def palate(example_once, tmp_path_factory):
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("vllm") / "films")
    settings = {"model__name": NAME, "model__base_url": f"{URL}/v1", "model__timeout": 120}
    with Palate.open(folder, **settings) as palate:
        yield palate


@pytest.mark.parametrize("ranker", RANKERS)
def test_every_ranker_returns_a_whole_slate(palate, ranker):
    slate = palate.recommend("ada", ranker=ranker, n=20)
    ids = [one.item.id for one in slate]
    assert len(set(ids)) == 20
    assert slate.usage.calls >= 1
    assert slate.usage.prompt_tokens > 100
    # A random model may say nothing that can be read; then the slate says so.
    assert slate.ranked_by == "fused" or slate.cause
    assert "cannot be reached" not in (slate.cause or "")


def test_one_token_comes_with_twenty_log_probabilities():
    call = ModelCall((Message("user", "A or B?"),), 1, top_logprobs=20, seed=0)
    completion = ask(call)
    assert completion.usage.completion_tokens == 1
    assert 20 <= len(completion.top_logprobs[0]) <= 21
    assert all(value <= 0 for value in completion.top_logprobs[0].values())


def test_a_schema_is_obeyed():
    import json

    schema = {
        "type": "object", "properties": {"order": {"type": "string", "enum": ["A B", "B A"]}},
        "required": ["order"], "additionalProperties": False,
    }  # fmt: skip
    completion = ask(ModelCall((Message("user", "A or B?"),), 60, schema))
    assert json.loads(completion.text)["order"] in ("A B", "B A")


def test_a_reply_is_cut_where_it_was_told_to():
    completion = ask(ModelCall((Message("user", "Tell a long story."),), 7))
    assert completion.finish == "length"
    assert completion.usage.completion_tokens == 7


@pytest.mark.parametrize("ranker", RANKERS)
@pytest.mark.parametrize("tokens", [50, 700, 3000])
def test_budgets_hold(palate, ranker, tokens):
    slate = palate.recommend("ada", ranker=ranker, budget=Budget(tokens=tokens), n=20)
    assert len(slate) == 20
    counted = palate.engine.count
    # The server counts with its own tokenizer; replies are bounded whatever it counts.
    assert slate.usage.completion_tokens <= tokens, counted("").tokenizer
    assert slate.usage.calls or slate.ranked_by == "prior"


def test_a_call_that_is_given_up_ends_on_the_server():
    before = metric("vllm:generation_tokens_total")
    long = ModelCall((Message("user", "Tell a story that never ends."),), 3500)

    async def give_up():
        model = OpenAIModel(NAME, base_url=f"{URL}/v1")
        deadline = time.monotonic() + 120
        task = asyncio.create_task(model.complete(long, deadline=deadline))
        assert await until(lambda: metric("vllm:num_requests_running") >= 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await until(lambda: metric("vllm:num_requests_running") == 0)
        await model.aclose()

    asyncio.run(give_up())
    # It was given up there, too, and not written to its end.
    assert metric("vllm:generation_tokens_total") - before < 3000


def test_a_deadline_ends_the_request_on_the_server():
    long = ModelCall((Message("user", "Tell a story that never ends."),), 3500)
    before = metric("vllm:generation_tokens_total")

    async def once():
        model = OpenAIModel(NAME, base_url=f"{URL}/v1")
        started = time.monotonic()
        with pytest.raises(ModelTimeout):
            await model.complete(long, deadline=started + 1.0)
        taken = time.monotonic() - started
        await model.aclose()
        return taken

    taken = asyncio.run(once())
    assert taken < 1.25
    assert metric("vllm:generation_tokens_total") - before < 3000
    assert asyncio.run(until(lambda: metric("vllm:num_requests_running") == 0))


def test_a_stream_comes_in_pieces_and_ends_whole():
    async def once():
        model = OpenAIModel(NAME, base_url=f"{URL}/v1")
        call = ModelCall((Message("user", "Tell a story."),), 40)
        told = [one async for one in model.stream(call, deadline=time.monotonic() + 60)]
        await model.aclose()
        return told

    *told, end = asyncio.run(once())
    assert len(told) > 5 and "".join(told) == end.text
    assert (end.finish, end.usage.completion_tokens) == ("length", 40)


def test_a_stream_that_nobody_hears_any_more_ends_on_the_server():
    before = metric("vllm:generation_tokens_total")

    async def first():
        model = OpenAIModel(NAME, base_url=f"{URL}/v1")
        call = ModelCall((Message("user", "Tell a story that never ends."),), 3500)
        stream = model.stream(call, deadline=time.monotonic() + 120)
        piece = await anext(stream)
        await stream.aclose()
        ended = await until(lambda: metric("vllm:num_requests_running") == 0)
        await model.aclose()
        return piece, ended

    piece, ended = asyncio.run(first())
    assert piece and ended
    assert metric("vllm:generation_tokens_total") - before < 3000


def test_what_is_found_out_of_it():
    async def once():
        model = OpenAIModel(NAME, base_url=f"{URL}/v1")
        found = await probe(model, deadline=time.monotonic() + 120)
        letters = tuple(chr(65 + n) for n in range(26))
        call = ModelCall((Message("user", "A or Z?"),), 1, top_logprobs=20, labels=letters)
        completion = await model.complete(call, deadline=time.monotonic() + 60)
        await model.aclose()
        return found, {token.strip() for token in completion.top_logprobs[0]}, letters

    found, heard, letters = asyncio.run(once())
    assert (found.preset, found.logprobs, found.schema) == ("vllm", 20, True)
    assert (found.thinking, found.context, found.rejected) == ("none", 4096, ())
    assert set(letters) <= set(found.token_ids) and set(letters) <= heard


async def until(true, seconds=10.0):
    """Waits until something holds; says whether it ever did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if await asyncio.to_thread(true):
            return True
        await asyncio.sleep(0.05)
    return False


def test_a_shared_prefix_is_served_from_the_cache():
    shared = "Candidates:\n" + "\n".join(f"{n} A film about number {n}" for n in range(60))

    def cached(person):
        call = ModelCall((Message("user", f"{shared}\n{person}"),), 1, top_logprobs=20)
        return ask(call).usage

    first, second = cached("Ada likes drama."), cached("Bo likes comedy.")
    assert second.cached_tokens > 0
    assert second.cached_tokens % 16 == 0 or second.cached_tokens <= second.prompt_tokens
    assert first.prompt_tokens > 200
