"""What every model must do. A new one joins by a line in ``model``."""

import asyncio
import importlib.util
import time
from pathlib import Path

import pytest

from palate.agent.models.openai import OpenAIModel
from palate.agent.models.scripted import ScriptedModel
from palate.domain import Completion, Message, Model, ModelCall
from palate.errors import ModelError, ModelTimeout

CALL = ModelCall((Message("user", "A Alien\nB Heat"),), max_tokens=100)
LATE = -1.0


@pytest.fixture(scope="module")
def server():
    path = Path(__file__).parents[1] / "servers" / "vllm_like.py"
    spec = importlib.util.spec_from_file_location("vllm_like", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.VllmLike() as running:
        yield running


@pytest.fixture(params=["scripted list", "scripted function", "openai"])
def model(request, server):
    if request.param == "openai":
        return OpenAIModel(server.model, base_url=server.url())
    replies = ["a reply"] * 20 if request.param == "scripted list" else lambda _: "a reply"
    return ScriptedModel(replies)


@pytest.fixture(params=["scripted list", "openai"])
def failing(request, server):
    """A model that has nothing to say."""
    if request.param == "openai":
        return OpenAIModel(server.model, base_url=server.url("no-choices"), retries=1)
    return ScriptedModel([])


async def ask(model, seconds=5.0, call=CALL):
    try:
        return await model.complete(call, deadline=time.monotonic() + seconds)
    finally:
        await model.aclose()


def test_it_is_a_model(model):
    assert isinstance(model, Model)
    assert model.name


def test_a_completion_is_complete(model):
    completion = asyncio.run(ask(model))
    assert isinstance(completion, Completion)
    assert completion.text.strip()
    assert completion.model == model.name
    assert completion.finish in ("stop", "length")
    assert completion.usage.calls == 1
    assert completion.usage.prompt_tokens > 0
    assert completion.usage.completion_tokens > 0


def test_it_serves_several_loops(model):
    texts = [asyncio.run(ask(model)).text for _ in range(3)]
    assert all(texts)


def test_calls_at_once(model):
    async def many():
        deadline = time.monotonic() + 5
        found = await asyncio.gather(*(model.complete(CALL, deadline=deadline) for _ in range(8)))
        await model.aclose()
        return found

    assert len(asyncio.run(many())) == 8


def test_a_deadline_that_has_passed(model):
    with pytest.raises(ModelTimeout):
        asyncio.run(ask(model, LATE))


def test_nothing_but_model_errors(failing):
    with pytest.raises(ModelError):
        asyncio.run(ask(failing))


def test_closing_is_safe_at_any_time(model):
    async def close_twice():
        await model.aclose()
        await model.aclose()

    asyncio.run(close_twice())


def test_the_call_stays_as_it_was(model):
    before = repr(CALL)
    asyncio.run(ask(model))
    assert repr(CALL) == before
