"""A server that is told to stop, as a process of its own: what is under way is finished."""

import json
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from serving import client, scripted, spawned

#: Seconds that the model thinks; requests that wait for it when the signal comes.
WAIT, MANY = 1.5, 20


@pytest.fixture
def slow(example):
    with scripted(wait=WAIT) as model:
        given = {
            "PALATE_MODEL_NAME": "tool-caller", "PALATE_MODEL_BASE_URL": model.url,
            "PALATE_CHAT_AGENT": "tools",
        }  # fmt: skip
        with spawned(example, **given) as shop:
            yield shop


def _until_inside(shop, number):
    deadline = time.monotonic() + 20
    while f"palate_in_flight {number + 1}.0" not in shop.admin.get("/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_answers_under_way_finish_and_nobody_new_is_let_in(slow, told):
    def talk(number):
        with client(slow.url, slow.token) as caller:
            said = {"text": "a heist film", "stream": number % 2 == 0}
            return caller.post("/v1/chat", json=said)

    # Who keeps a connection and asks nothing holds nothing up.
    host, port = slow.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))), ThreadPoolExecutor(MANY) as pool:
        asked = [pool.submit(talk, number) for number in range(MANY)]
        _until_inside(slow, MANY)
        slow.process.send_signal(told)
        started = time.monotonic()
        time.sleep(0.3)
        with client(slow.url, slow.token) as late, pytest.raises(httpx.TransportError):
            late.get("/healthz")
        answers = [one.result() for one in asked]
        slow.process.wait(20)
        took = time.monotonic() - started
    assert [one.status_code for one in answers] == [200] * MANY
    for number, answer in enumerate(answers):
        if number % 2 == 0:  # a stream comes to its end
            assert answer.text.count("event: finished\n") == 1
            last = answer.text.rstrip().rpartition("data: ")[2]
            assert json.loads(last)["conversation"]
        else:
            assert answer.json()["conversation"]
    assert took < 15
    assert not (slow.folder / "data" / "server.token").exists()
    assert not (slow.folder / "data" / "owner.json").exists()
