"""Nobody holds the server: not who hangs up, not who says half, not who does not listen."""

import asyncio
import socket
import time

import pytest
from serving import pointing, scripted, served

from palate.server.gate import Gate
from palate.server.run import serve
from palate.server.serving import Serving


class Slow:
    """A model that never answers, and counts who waits for it."""

    name = "slow"

    def __init__(self):
        self.waiting, self.asked = 0, 0

    async def complete(self, call, *, deadline):
        self.waiting += 1
        self.asked += 1
        try:
            await asyncio.sleep(60)
            raise AssertionError("nobody waits that long")
        finally:
            self.waiting -= 1

    async def aclose(self):
        pass


def _line(shop, text):
    host, port = shop.url.removeprefix("http://").split(":")
    line = socket.create_connection((host, int(port)), timeout=10)
    line.sendall(text.encode())
    return line


def _post(shop, body, length=None):
    return (
        f"POST /v1/recommend HTTP/1.1\r\nHost: {shop.url.removeprefix('http://')}\r\n"
        f"Authorization: Bearer {shop.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {length or len(body)}\r\n\r\n{body}"
    )


def _until(holds, what):
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def test_who_hangs_up_ends_what_was_begun_for_them(example):
    model = Slow()
    with served(example, model=model) as shop:
        lines = [_line(shop, _post(shop, '{"user": "ada"}')) for _ in range(5)]
        _until(lambda: model.waiting == 5, "all five reach the model")
        answer = shop.admin.post("/v1/recommend", json={"user": "ada", "rank_by": "prior"})
        assert answer.status_code == 200, "others are answered meanwhile"
        for line in lines:
            line.close()
        _until(lambda: model.waiting == 0, "nobody waits for the model any more")
        gone = shop.service.metrics.requests.labels("/v1/recommend", "POST", "499")._value
        _until(lambda: gone.get() == 5, "the metrics say so")


def test_who_hangs_up_amid_an_answer_is_no_failure(example, caplog):
    with scripted(wait=30) as model, pytest.MonkeyPatch.context() as patch:
        pointing(patch, model)
        with served(example) as shop:
            asked = _post(shop, '{"text": "a western", "stream": true}')
            with _line(shop, asked.replace("/v1/recommend", "/v1/chat")) as line:
                _until(lambda: b"thinking" in line.recv(4096), "the answer begins")
            gone = shop.service.metrics.gone._value
            _until(lambda: gone.get() == 1, "the metrics say that the caller went away")
    assert "failure" not in caplog.text


def test_who_follows_the_link_at_once_waits_for_the_server(example, monkeypatch):
    reached = []

    def ready(url, links):
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=2):
            reached.append(links)

    monkeypatch.setattr("palate.server.run._run", lambda *_: None)
    serve({"films": example}, Serving(port=0), ready=ready)
    [links] = reached
    assert list(links) == ["films"]


def test_of_several_workspaces_each_link_says_which_it_opens(capsys):
    from palate.cli.serve import _tell

    _tell("http://127.0.0.1:1", {"films": "http://x/1", "books": "http://x/2"})
    said = capsys.readouterr().out
    assert "the page of films, once within ten minutes: http://x/1\n" in said
    assert "the page of books, once within ten minutes: http://x/2\n" in said


def test_half_a_request_is_told_so(example):
    with served(example, patience=0.3) as shop, _line(shop, _post(shop, "{", 100)) as line:
        assert b" 408 " in line.recv(4096)


def test_many_may_be_inside_or_one_alone():
    async def play():
        gate, inside = Gate(), []

        async def one(name, way):
            async with way():
                inside.append(name)
                await asyncio.sleep(0.02)
                inside.append(f"-{name}")

        first = [asyncio.create_task(one(name, gate.together)) for name in "ab"]
        await asyncio.sleep(0.005)
        alone = asyncio.create_task(one("X", gate.alone))
        await asyncio.sleep(0.005)
        late = asyncio.create_task(one("c", gate.together))
        await asyncio.gather(*first, alone, late)
        return inside

    assert asyncio.run(play()) == ["a", "b", "-a", "-b", "X", "-X", "c", "-c"]


@pytest.mark.parametrize("way", ["together", "alone"])
def test_who_is_cancelled_leaves_the_gate(way):
    async def play():
        gate = Gate()
        async with gate.together():
            waits = asyncio.create_task(_through(gate, "alone"))
            await asyncio.sleep(0)
            waits.cancel()
            await asyncio.gather(waits, return_exceptions=True)
        inside = asyncio.create_task(_through(gate, way, 10))
        await asyncio.sleep(0.01)
        inside.cancel()
        await asyncio.gather(inside, return_exceptions=True)
        await asyncio.wait_for(_through(gate, "alone"), 1)
        await asyncio.wait_for(_through(gate, "together"), 1)

    asyncio.run(play())


async def _through(gate, way, seconds=0.0):
    async with getattr(gate, way)():
        await asyncio.sleep(seconds)
