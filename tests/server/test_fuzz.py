"""Whatever is sent, the answer is typed: schemathesis over the whole OpenAPI, and bad bodies.

``PALATE_FUZZ=200`` asks for more examples of each operation than the few of every day.
"""

import json
import os
import random
import socket
import time

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as any_of
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import response_schema_conformance
from serving import client, served

EXAMPLES = int(os.environ.get("PALATE_FUZZ", "3"))
#: It learns for seconds, and what it does is tested elsewhere.
SLOW = {"/v1/fit"}


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    import shutil

    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("fuzzed") / "films")
    with served(folder) as server:
        yield server


def _operations(shop):
    schema = schemathesis.openapi.from_dict(shop.admin.get("/openapi.json").json())
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path not in SLOW:
            yield operation


def _typed(answer, sent):
    assert answer.status_code < 500, (sent, answer.text)
    if answer.status_code >= 400:
        assert "application/problem+json" in answer.headers["content-type"], (sent, answer.text)
        assert answer.json()["status"] == answer.status_code


def _try(shop, operation):
    """Sends examples of one operation; returns how many were answered."""
    answered = []

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), derandomize=True,
    )  # fmt: skip
    @any_of(case=operation.as_strategy())
    def tried(case):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {shop.token}"}
        answer = case.call(base_url=shop.url)
        sent = (operation.method, operation.path, case.path_parameters, case.query, case.body)
        _typed(answer, sent)
        if answer.status_code < 400:
            # What is answered is what the OpenAPI says.
            case.validate_response(answer, checks=[response_schema_conformance])
        answered.append(answer.status_code)

    tried()
    return len(answered)


def test_no_operation_fails_and_every_refusal_is_typed(shop):
    tried = {(one.method, one.path): _try(shop, one) for one in _operations(shop)}
    assert len(tried) >= 35
    assert all(tried.values()), tried


def _malformed():
    dice = random.Random(7)
    yield from (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"\0", b"{}{}", b'{"n": NaN}')
    yield b'{"n": 1e999}'
    yield b'{"n": ' + b"9" * 5000 + b"}"
    yield b"[" * 100_000
    yield b'{"a":' * 50_000
    yield b'{"text": "\\ud800"}'
    yield b'{"text": "\\u0000"}'
    yield b'{"user": "\\udfff"}'
    yield json.dumps({"text": "x" * 30_000}).encode()
    yield json.dumps({"constraints": ["x"] * 1000}).encode()
    yield json.dumps({"history": ["y"] * 100_000}).encode()
    while True:
        yield bytes(dice.randrange(256) for _ in range(dice.randrange(1, 400)))


PATHS = ("/v1/recommend", "/v1/rerank", "/v1/predict", "/v1/chat", "/v1/chat/completions")


def test_a_hundred_bad_bodies_are_refused_at_once_without_a_model(example):
    class Refusing:
        name = "never"

        async def complete(self, call, *, deadline):
            raise AssertionError("a bad body reached the model")

        async def aclose(self):
            pass

    slowest = []
    with served(example, model=Refusing()) as shop:
        shop.admin.post("/v1/recommend", json={"n": 0})
        send = {"Content-Type": "application/json"}
        bodies = _malformed()
        for number in range(80):
            path, body = PATHS[number % len(PATHS)], next(bodies)
            started = time.perf_counter()
            answer = shop.admin.post(path, content=body, headers=send)
            slowest.append(time.perf_counter() - started)
            assert 400 <= answer.status_code < 500, (path, body[:80], answer.text)
            _typed(answer, (path, body[:80]))
        for number in range(20):
            path = PATHS[number % len(PATHS)]
            started = time.perf_counter()
            assert _oversized(shop, path, chunked=number % 2 == 0) == 413
            slowest.append(time.perf_counter() - started)
    slowest.sort()
    # The machine may be busy with something else once or twice, not all the time.
    assert slowest[int(0.95 * len(slowest))] < 0.1, slowest[-8:]


def _oversized(shop, path, *, chunked):
    """Announces (or sends, bit by bit) more than is taken; returns the status of the answer."""
    host, port = shop.url.removeprefix("http://").split(":")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {shop.token}\r\n"
        "Content-Type: application/json\r\n"
    )
    head += "Transfer-Encoding: chunked\r\n\r\n" if chunked else "Content-Length: 999999999\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(head.encode())
        if chunked:
            for _ in range(16):  # just over the bound, and nothing after it
                line.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
        return int(line.recv(4096).split()[1])


@settings(max_examples=20, deadline=None)
@any_of(name=st.text(min_size=1, max_size=40))
def test_any_id_is_put_read_and_deleted_or_refused(shop, name):
    from urllib.parse import quote

    answer = shop.admin.post("/v1/items", json={"items": [{"id": name, "title": "x"}]})
    _typed(answer, name)
    if answer.status_code == 200:
        path = f"/v1/items/{quote(name, safe='')}"
        if name in (".", ".."):
            return  # a client resolves these itself
        assert shop.admin.get(path).json()["id"] == name
        assert shop.admin.delete(path).json() == {"deleted": 1}


def test_a_stranger_learns_nothing_by_fuzzing(shop):
    with client(shop.url) as stranger:
        for operation in _operations(shop):
            if operation.path in ("/healthz", "/readyz"):
                continue
            path = operation.path.replace("{", "").replace("}", "")
            answer = stranger.request(operation.method.upper(), path, content=b"{")
            assert answer.status_code == 401, (operation.method, path)
