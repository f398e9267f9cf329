"""A reply heard while it is written: each stream ends whole or typed, and leaves nothing."""

import asyncio
import re
import time

import pytest

from palate.agent.models.openai import OpenAIModel
from palate.agent.models.scripted import ScriptedModel
from palate.agent.models.streams import pieces
from palate.domain import Completion, Message, ModelCall, StreamingModel
from palate.errors import ModelError, ModelTimeout, ReplyError

KEY = "sk-secret-0123456789abcdef"
CALL = ModelCall(
    (Message("system", "every letter once, best first, separated by spaces, and nothing"),
     Message("user", "\n".join(f"{chr(65 + n)} Thing {n}" for n in range(20)))),
    max_tokens=200,
)  # fmt: skip
#: Scenario -> the kind of error, and a word that its message holds.
ENDS = {
    "stream-no-finish": (ReplyError, "without being finished"),
    "stream-done-only": (ReplyError, "without being finished"),
    "stream-hung-up": (ModelError, "hung up"), "stream-reset": (ModelError, "hung up"),
    "stream-error": (ReplyError, "no memory for ***"),
    "stream-bad-utf8": (ReplyError, "UTF-8"), "stream-half-event": (ReplyError, "not JSON"),
    "stream-not-json": (ReplyError, "502"), "stream-not-object": (ReplyError, "object"),
    "stream-filtered": (ReplyError, "filter"), "stream-odd-finish": (ReplyError, "tired"),
    "stream-refused": (ReplyError, "refused"), "stream-stalled": (ModelTimeout, "time"),
    "stream-drip": (ModelTimeout, "time"), "stream-endless": (ReplyError, "longer than"),
    # What fails before the first piece fails as an answer that is no stream.
    "down": (ModelError, "503"), "wrong-key": (ModelError, "401"), "html": (ReplyError, "JSON"),
    "silent": (ModelTimeout, "time"), "no-choices": (ReplyError, "no choice"),
    "events-with-error": (ReplyError, "CUDA"), "events-bad-utf8": (ReplyError, "UTF-8"),
    "events-no-finish": (ReplyError, "without being finished"), "bomb": (ReplyError, "longer"),
}  # fmt: skip


def heard(model, seconds=5.0, call=CALL):
    """Returns the pieces, the completion or the error, and the seconds it took."""

    async def once():
        told, started = [], time.monotonic()
        try:
            async for one in model.stream(call, deadline=started + seconds):
                told.append(one)
        except ModelError as error:
            return told, error, time.monotonic() - started
        finally:
            await model.aclose()
        return told[:-1], told[-1], time.monotonic() - started

    return asyncio.run(once())


@pytest.fixture(params=["aiohttp", "sdk"])
def model_of(server, request):
    def make(scenario, **options):
        url = server.url(scenario, re.sub(r"\W", "-", request.node.name))
        fixed = {"api_key": KEY, "retries": 0, "transport": request.param}
        return OpenAIModel(server.model, base_url=url, **fixed | options)

    return make


async def open_connections(wire):
    """Counts a carrier's connections of this loop, idle ones among them."""
    if wire.name == "aiohttp":
        connector = (await wire._sessions.get()).connector
        return len(connector._acquired) + sum(map(len, connector._conns.values()))
    pool = (await wire._clients.get())._client._transport._pool
    return sum(not one.is_closed() for one in pool.connections)


def test_pieces_and_then_the_whole(model_of):
    model = model_of("good")
    assert isinstance(model, StreamingModel)
    told, end, _ = heard(model)
    assert len(told) > 1 and "".join(told) == end.text == " ".join("TSRQPONMLKJIHGFEDCBA")
    assert end.finish == "stop" and end.usage.calls == 1 and end.usage.completion_tokens > 0


@pytest.mark.parametrize("scenario", ENDS)
def test_every_fault_is_typed_and_in_time(model_of, scenario):
    kind, word = ENDS[scenario]
    seconds = 0.4 if kind is ModelTimeout else 5.0
    told, error, took = heard(model_of(scenario), seconds)
    assert isinstance(error, kind) and word in str(error), error
    assert KEY not in str(error) and took < seconds + 0.25
    assert error.usage.calls == 1
    assert all(isinstance(one, str) for one in told)


def test_cut_by_the_limit_is_told_and_odd_events_are_passed_over(model_of):
    assert heard(model_of("stream-length"))[1].finish == "length"
    assert heard(model_of("stream-odd-choices"))[1].finish == "stop"


def test_a_server_that_does_not_stream_is_heard_in_one_piece(model_of):
    told, end, _ = heard(model_of("packed"))
    assert told == [end.text]


def test_a_refused_option_is_left_out(model_of, server):
    model = model_of("strict")
    told, end, _ = heard(model)
    assert "".join(told) == end.text and "stream_options" in model.rejected


def test_tries_again_before_the_first_piece_and_not_after(model_of):
    assert heard(model_of("down-then-good", retries=2))[1].usage.retries == 1
    told, error, _ = heard(model_of("stream-no-finish", retries=2))
    assert told and error.usage.retries == 0


def test_whoever_stops_listening_leaves_no_connection(model_of):
    async def first():
        model = model_of("stream-drip")
        stream = model.stream(CALL, deadline=time.monotonic() + 30)
        piece = await anext(stream)
        await stream.aclose()
        left = await open_connections(model.wire)
        await model.aclose()
        return piece, left, model.concurrency

    piece, left, throttle = asyncio.run(first())
    assert piece and left == 0 and not any(gate.inside for gate in throttle._gates.values())


def test_a_model_that_cannot_stream_is_heard_at_its_end():
    async def whole():
        model = ScriptedModel(["A B C"])
        return [one async for one in pieces(model, CALL, deadline=time.monotonic() + 1)]

    text, end = asyncio.run(whole())
    assert text == "A B C" and isinstance(end, Completion)
