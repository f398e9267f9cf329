"""The one client against a loopback server: every fault ends typed, in time, without the key."""

import asyncio
import gc
import threading
import time
import traceback
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from palate.agent.models.openai import OpenAIModel
from palate.domain import Message, ModelCall
from palate.errors import ModelError, ModelTimeout, ReplyError

KEY = "sk-secret-0123456789abcdef"
CALL = ModelCall(
    (Message("system", 'Reply with "order".'), Message("user", "A Alien\nB Heat\nC Ran")),
    max_tokens=200,
    schema={"type": "object"},
    seed=1,
)
GOOD = [
    "good",
    "fenced",
    "think",
    "garbage",
    "huge",
    "packed",
    "cut",
    "letters",
    "missing",
    "foreign",
]
#: Scenario -> the kind of error, and a word that its message holds.
FAULTS = {
    "busy-absurd": (ModelError, "429"), "busy-words": (ModelError, "429"),
    "cut-chunks": (ModelError, "hung up"), "events-with-error": (ReplyError, "not JSON"),
    "events-no-finish": (ReplyError, "not JSON"), "events-bad-utf8": (ReplyError, "UTF-8"),
    "busy-long": (ModelError, "wait 100 s"), "down": (ModelError, "503"),
    "no-retry": (ModelError, "503"), "too-long": (ModelError, "prompts.budget"),
    "no-schema": (ModelError, "503"), "wrong-key": (ModelError, "api_key_env"),
    "key-in-error": (ModelError, "no credit"), "key-in-body": (ReplyError, "not JSON"),
    "key-in-200": (ReplyError, "no credit"), "half-json": (ReplyError, "not JSON"),
    "html": (ReplyError, "not JSON"), "bad-utf8": (ReplyError, "UTF-8"),
    "not-an-object": (ReplyError, "object"), "deep": (ReplyError, "not JSON"),
    "nothing": (ReplyError, "not JSON"), "no-choices": (ReplyError, "no choice"),
    "error-in-200": (ReplyError, "CUDA"), "bad-gzip": (ReplyError, "compressed"),
    "bomb": (ReplyError, "longer than"), "packed-oddly": (ReplyError, "'br'"),
    "echo-base64": (ReplyError, "***"), "echo-quoted": (ReplyError, "***"),
    "no-finish": (ReplyError, "finished"), "filtered": (ReplyError, "filter"),
    "refused": (ReplyError, "refused"), "empty": (ReplyError, "empty"),
    "no-content": (ReplyError, "empty"), "only-thoughts": (ReplyError, "thinking"),
    "odd-content": (ReplyError, "empty"), "endless": (ReplyError, "longer than"),
    "drip": (ModelTimeout, "time"), "silent": (ModelTimeout, "time"),
    "stalled": (ModelTimeout, "time"), "reset": (ModelError, "hung up"),
}  # fmt: skip


def ask(model, seconds=5.0, call=CALL):
    async def once():
        try:
            return await model.complete(call, deadline=time.monotonic() + seconds)
        finally:
            await model.aclose()

    return asyncio.run(once())


@pytest.fixture(params=["aiohttp", "sdk"])
def model_of(server, request):
    """Makes models of both carriers: what is a fault for one is one for the other."""

    def make(scenario, **options):
        url = server.url(scenario, request.node.name.replace("[", "-").replace("]", ""))
        fixed = {"api_key": KEY, "retries": 0, "transport": request.param}
        model = OpenAIModel(server.model, base_url=url, **fixed | options)
        assert model.wire.name == {"aiohttp": "aiohttp", "sdk": "openai SDK"}[request.param]
        return model

    return make


@pytest.mark.parametrize("scenario", GOOD)
def test_a_reply_comes_with_its_usage(model_of, scenario):
    completion = ask(model_of(scenario))
    assert completion.text
    assert len(completion.text) <= 65_536
    usage = completion.usage
    assert (usage.calls, usage.retries) == (1, 0)
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert usage.seconds > 0
    assert completion.finish == ("length" if scenario == "cut" else "stop")


def test_every_scenario_of_the_server_is_tested(servers):
    changing = {"busy-then-good", "down-then-good", "strict", "slow", "duplicates"}
    assert set(servers.SCENARIOS) == set(GOOD) | set(FAULTS) | changing


@pytest.mark.parametrize("scenario", FAULTS)
def test_every_fault_is_typed_and_in_time_and_without_the_key(model_of, scenario):
    kind, word = FAULTS[scenario]
    model = model_of(scenario)
    seconds = 0.4 if kind is ModelTimeout else 3.0
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        ask(model, seconds=seconds)
    assert time.monotonic() - started < seconds + 0.25
    assert word in str(caught.value)
    error = caught.value
    assert KEY not in repr(error) + repr(model) + "".join(traceback.format_exception(error))
    assert KEY not in repr(error.__context__) + repr(error.__cause__)
    assert error.__context__ is None or not hasattr(error.__context__, "request")


def test_max_tokens_is_honoured(model_of):
    completion = ask(model_of("good"), call=replace(CALL, max_tokens=5))
    assert completion.finish == "length"
    assert completion.usage.completion_tokens <= 5


@pytest.mark.parametrize("scenario", ["busy-then-good", "down-then-good"])
def test_a_second_try_is_counted(model_of, scenario):
    usage = ask(model_of(scenario, retries=2)).usage
    assert (usage.calls, usage.retries) == (1, 1)


def test_tries_end_and_what_they_cost_is_told(model_of):
    with pytest.raises(ReplyError) as caught:
        ask(model_of("no-finish", retries=2))
    usage = caught.value.usage
    assert (usage.calls, usage.retries) == (1, 2)
    assert usage.prompt_tokens >= 3
    assert usage.completion_tokens >= 3


@pytest.mark.parametrize(
    "scenario", ["no-retry", "too-long", "refused", "wrong-key", "only-thoughts"]
)
def test_what_would_fail_again_is_not_tried_again(model_of, server, scenario):
    before = len(server.asked)
    with pytest.raises(ModelError):
        ask(model_of(scenario, retries=5, preset="vllm"))
    assert len(server.asked) == before + 1


def test_a_long_wait_is_not_waited_for(model_of, server):
    before, started = len(server.asked), time.monotonic()
    with pytest.raises(ModelError, match="429"):
        ask(model_of("busy-long", retries=5), seconds=10)
    assert time.monotonic() - started < 1
    assert len(server.asked) == before + 1


def test_a_strict_server_is_learnt_once(model_of, server):
    model = model_of("strict")
    before = len(server.asked)
    assert ask(model).text
    learning = len(server.asked) - before
    assert learning == 4  # unknown field, max_tokens, temperature, and the good one
    assert ask(model).text
    assert len(server.asked) - before == learning + 1
    last = server.asked[-1]
    assert "max_completion_tokens" in last
    assert not {"chat_template_kwargs", "max_tokens", "temperature"} & set(last)
    assert last["seed"] == 1


def test_a_server_without_schemas_is_learnt(model_of, server):
    model = model_of("no-schema")
    for _ in range(2):
        with pytest.raises(ModelError, match="503"):
            ask(model)
    assert "response_format" not in server.asked[-2]
    assert "response_format" not in server.asked[-1]


@pytest.mark.parametrize("key", ["x", "A", "EMPTY", "order"])
def test_a_placeholder_for_a_key_is_not_cut_out_of_replies(model_of, key):
    reply = ask(model_of("good", api_key=key))
    assert reply.text == ask(model_of("good", api_key=None)).text


def test_a_prompt_too_long_teaches_nothing_wrong(model_of, server):
    model = model_of("too-long")
    for _ in range(2):
        with pytest.raises(ModelError):
            ask(model)
    assert "max_tokens" in server.asked[-1]


def test_what_is_sent(model_of, server):
    ask(model_of("good"))
    sent = server.asked[-1]
    assert sent["temperature"] == 0
    assert sent["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}
    assert not {"n", "stream", "presence_penalty", "frequency_penalty"} & set(sent)


def test_a_model_the_server_lacks(server):
    with pytest.raises(ModelError, match=r"does not exist.*model\.name"):
        ask(OpenAIModel("other", base_url=server.url()))


def test_nobody_listens():
    model = OpenAIModel("m", base_url="http://127.0.0.1:9/v1", retries=1)
    with pytest.raises(ModelError, match="Is the server running"):
        ask(model)


def test_a_deadline_in_the_past_sends_nothing(model_of, server):
    before = len(server.asked)
    with pytest.raises(ModelTimeout):
        ask(model_of("good"), seconds=-1)
    assert len(server.asked) == before


def test_secrets_in_the_url_are_not_shown(server):
    url = server.url("down").replace("127", "me:pass-word@127")
    model = OpenAIModel(server.model, base_url=url, retries=0)
    with pytest.raises(ModelError) as caught:
        ask(model)
    assert "pass-word" not in repr(model) + repr(caught.value)


def held_by(model):
    """What a model keeps for each event loop."""
    wire = model.wire
    return [model._sdk._clients, wire._sessions if wire.name == "aiohttp" else wire._clients]


@pytest.mark.parametrize("closed", [True, False])
def test_one_object_serves_several_loops(model_of, closed):
    model = model_of("good")

    async def once():
        await model.complete(CALL, deadline=time.monotonic() + 5)
        if closed:
            await model.aclose()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(4):
            asyncio.run(once())
        gc.collect()
    for held in held_by(model):
        assert not held
        assert not held._lifetimes


def test_closing_twice_or_unused_is_no_error(model_of):
    async def twice(model):
        await model.aclose()
        await model.complete(CALL, deadline=time.monotonic() + 5)
        await model.aclose()
        await model.aclose()

    asyncio.run(twice(model_of("good")))


def test_twenty_calls_at_once(model_of):
    model = model_of("slow")

    async def all_of_them():
        deadline = time.monotonic() + 5
        found = await asyncio.gather(*(model.complete(CALL, deadline=deadline) for _ in range(20)))
        await model.aclose()
        return found

    started = time.monotonic()
    assert len(asyncio.run(all_of_them())) == 20
    assert time.monotonic() - started < 2.5


@pytest.mark.parametrize("transport", ["aiohttp", "sdk"])
def test_a_hundred_faults_leave_nothing_behind(spawn, transport):
    _, url = spawn()
    root = url.removesuffix("/v1")
    quick = [name for name in FAULTS if name not in ("drip", "silent", "stalled")]

    async def run_all():
        for name in [*quick, "drip", "stalled"]:
            model = OpenAIModel(
                "vllm-like", base_url=f"{root}/as/{name}/v1", retries=0, transport=transport
            )
            for _ in range(4 if name in quick else 2):
                with pytest.raises(ModelError):
                    await model.complete(CALL, deadline=time.monotonic() + 0.25)
            await model.aclose()
        await asyncio.sleep(0)
        return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    assert len(quick) * 4 + 4 >= 100
    threads, sockets = threading.active_count(), open_sockets()
    assert asyncio.run(run_all()) == []
    gc.collect()
    assert threading.active_count() <= threads
    assert open_sockets() <= sockets


def open_sockets():
    """Counts this process's sockets; 0 where the system does not tell."""
    folder = Path("/proc/self/fd")
    links = folder.iterdir() if folder.exists() else []
    return sum("socket:" in str(link.readlink()) for link in links if link.is_symlink())


def test_cancelling_is_not_swallowed(model_of):
    async def cancelled():
        model = model_of("silent")
        task = asyncio.create_task(model.complete(CALL, deadline=time.monotonic() + 5))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await model.aclose()

    asyncio.run(cancelled())
