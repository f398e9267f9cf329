"""The circuit breaker, and the concurrency that gives way to 429s."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.agent.models.breaker import FIRST, LONGEST, Breaker
from palate.agent.models.openai import OpenAIModel
from palate.agent.models.throttle import Throttle
from palate.domain import Message, ModelCall
from palate.errors import ModelError, ReplyError

CALL = ModelCall((Message("user", "A Alien\nB Heat"),), max_tokens=50)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def fail(breaker, times):
    for _ in range(times):
        breaker.enter()
        breaker.failed()


def test_it_opens_tries_once_and_closes(clock):
    breaker = Breaker("http://x", 3, clock=clock)
    fail(breaker, 3)
    with pytest.raises(ModelError, match=r"failed 3 times in a row .* again in 5 s"):
        breaker.enter()
    clock.now += FIRST
    breaker.enter()
    with pytest.raises(ModelError, match="shortly"):
        breaker.enter()  # one is on its way
    breaker.succeeded()
    fail(breaker, 2)
    breaker.enter()


def test_pauses_grow_to_a_bound(clock):
    breaker, pauses = Breaker("http://x", 1, clock=clock), []
    fail(breaker, 1)
    for _ in range(8):
        started = clock.now
        while True:
            try:
                breaker.enter()
                break
            except ModelError:
                clock.now += 0.5
        pauses.append(clock.now - started)
        breaker.failed()
    assert pauses == sorted(pauses) and pauses[0] == FIRST and pauses[-1] == LONGEST


def test_a_cancelled_try_leaves_the_way_free(clock):
    breaker = Breaker("http://x", 1, clock=clock)
    fail(breaker, 1)
    clock.now += FIRST
    breaker.enter()
    breaker.left()
    breaker.enter()


def test_zero_never_opens(clock):
    fail(Breaker("http://x", 0, clock=clock), 100)


@given(st.lists(st.sampled_from(["ok", "fail", "left", "wait"]), max_size=60))
def test_after_the_longest_pause_somebody_always_gets_through(events):
    clock = Clock()
    breaker = Breaker("http://x", 2, clock=clock)
    for event in events:
        if event == "wait":
            clock.now += 1
            continue
        try:
            breaker.enter()
        except ModelError:
            continue
        {"ok": breaker.succeeded, "fail": breaker.failed, "left": breaker.left}[event]()
    clock.now += LONGEST
    breaker.enter()


def run(model, calls, seconds=3.0):
    async def once():
        ends = []
        for _ in range(calls):
            try:
                deadline = time.monotonic() + seconds
                ends.append(await model.complete(CALL, deadline=deadline))
            except ModelError as error:
                ends.append(error)
        await model.aclose()
        return ends

    return asyncio.run(once())


@pytest.mark.parametrize(("scenario", "posts"), [("down", 5), ("wrong-key", 12), ("html", 12)])
def test_only_a_server_that_fails_is_left_alone(servers, scenario, posts):
    with servers.VllmLike() as server:
        model = OpenAIModel(server.model, base_url=server.url(scenario), retries=0)
        ends = run(model, 12)
        assert len(server.asked) == posts
    assert ("left alone" in str(ends[-1])) == (posts == 5)
    assert all(isinstance(one, ReplyError) for one in ends) == (scenario == "html")


def test_impatience_is_no_failure_of_the_server(servers):
    with servers.VllmLike() as server:
        model = OpenAIModel(server.model, base_url=server.url("silent"), retries=0, breaker=1)
        run(model, 3, seconds=0.05)
        assert len(server.asked) == 3


def test_a_429_halves_and_answers_raise():
    async def once():
        throttle = Throttle(64)
        async with throttle.turn() as one, throttle.turn() as two:
            throttle.refused(one)
            throttle.refused(two)  # it was on its way before the cut
        assert throttle.limit == 32
        async with throttle.turn() as three:
            throttle.refused(three)
        assert throttle.limit == 16
        for _ in range(16):
            throttle.answered()
        assert 16.4 < throttle.limit < 17.1
        for _ in range(5000):
            throttle.answered()
        assert throttle.limit == 64

    asyncio.run(once())


def test_never_more_at_once_than_the_limit_and_nobody_is_forgotten():
    async def once():
        throttle, inside, most, done = Throttle(8), 0, 0, 0

        async def call(number):
            nonlocal inside, most, done
            async with throttle.turn() as mark:
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.001 * (number % 3))
                if number % 7 == 0:
                    throttle.refused(mark)
                else:
                    throttle.answered()
                inside -= 1
                done += 1

        tasks = [asyncio.create_task(call(number)) for number in range(200)]
        await asyncio.sleep(0.004)
        for task in tasks[50:80]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        cancelled = sum(task.cancelled() for task in tasks)
        assert most <= 8 and done + cancelled == 200 and done >= 170
        async with throttle.turn():
            pass
        assert not any(gate.inside or gate.waiting for gate in throttle._gates.values())

    asyncio.run(once())


def test_a_busy_server_is_asked_less_at_once(servers):
    with servers.VllmLike() as server:
        model = OpenAIModel(server.model, base_url=server.url("busy-words"), retries=0)
        run(model, 3)
        assert model.concurrency.limit == 16
