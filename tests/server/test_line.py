"""What comes over a bare socket: half heads, long heads, no HTTP at all; typed, bounded, let go."""

import http.client
import json
import socket
import time

import pytest
from serving import served

PATIENCE = 0.6


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    import shutil

    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("line") / "films")
    with served(folder, patience=PATIENCE, bulk=200_000, body=100_000) as server:
        yield server


def _open(shop):
    host, port = shop.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def _said(line):
    """Reads until the server hangs up."""
    told = b""
    try:
        while part := line.recv(65536):
            told += part
    except ConnectionError:
        pass
    return told


def _typed(told, status, kind):
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), told[:300]
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert (problem["status"], problem["type"]) == (status, f"urn:palate:problem:{kind}")
    assert f"x-request-id: {problem['request']}".encode() in head
    assert set(problem) == {"type", "title", "status", "detail", "request", "faults"}


def _head(shop, start="POST /v1/recommend", key=True):
    host = shop.url.removeprefix("http://")
    mine = f"Authorization: Bearer {shop.token}\r\n" if key else ""
    return f"{start} HTTP/1.1\r\nHost: {host}\r\n{mine}".encode()


BAD = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and so on\r\n\r\n",
    "no such method": b"EAT / HTTP/1.1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\n{}{}",
    "a length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    b"\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    "a bare line end in a header": b"GET / HTTP/1.1\r\nX: a\rb\r\n\r\n",
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_http_is_refused_in_the_one_shape(shop, what):
    with _open(shop) as line:
        line.sendall(BAD[what])
        _typed(_said(line), 400, "malformed")


def test_a_bad_chunk_ends_the_request(shop):
    with _open(shop) as line:
        line.sendall(_head(shop) + b"Transfer-Encoding: chunked\r\n\r\n")
        time.sleep(0.1)
        line.sendall(b"ZZ\r\n")
        _typed(_said(line), 400, "malformed")


def test_two_hosts_are_one_too_many(shop):
    with _open(shop) as line:
        line.sendall(_head(shop, "GET /healthz") + b"Host: evil\r\nConnection: close\r\n\r\n")
        _typed(_said(line), 400, "malformed")


LARGE = {
    "one header": [b"X: ", *[b"a" * 10_000] * 20],
    "many headers": [b"X: b\r\n" * 2_000] * 20,
    "a whole head at once": [b"Connection: close\r\nX: " + b"a" * 66_000 + b"\r\n\r\n"],
}


@pytest.mark.parametrize("what", LARGE)
@pytest.mark.parametrize("key", [True, False])
def test_a_head_has_a_size(shop, what, key):
    with _open(shop) as line:
        line.sendall(_head(shop, "GET /healthz", key))
        try:
            for part in LARGE[what]:
                line.sendall(part)
                time.sleep(0.002)
        except ConnectionError:
            pass  # it has hung up before we were done
        told = _said(line)
        if told:
            _typed(told, 431, "large-head")


@pytest.mark.parametrize(
    ("size", "status", "kind"), [(65_500, 431, "large-head"), (66_000, 400, "malformed")]
)
def test_a_long_address_is_refused(shop, size, status, kind):
    with _open(shop) as line:
        asked = "GET /v1/items?q=" + "a" * size
        line.sendall(_head(shop, asked) + b"Connection: close\r\n\r\n")
        _typed(_said(line), status, kind)


@pytest.mark.parametrize("sent", [b"G", b"GET /healthz HTTP/1.1\r\nHost: x\r\n"])
def test_half_a_head_is_told_so(shop, sent):
    with _open(shop) as line:
        line.sendall(sent)
        started = time.monotonic()
        _typed(_said(line), 408, "too-slow")
        assert time.monotonic() - started < 5 * PATIENCE


def test_who_says_nothing_is_let_go(shop):
    with _open(shop) as line:
        assert _said(line) == b""


def test_a_kept_connection_has_its_time_for_the_next_head(shop):
    with _open(shop) as line:
        line.sendall(_head(shop, "GET /healthz") + b"\r\n")
        assert b"200 OK" in line.recv(4096)
        time.sleep(1.5 * PATIENCE)  # between two requests there may be a pause
        line.sendall(_head(shop, "GET /healthz") + b"\r\n")
        assert b"200 OK" in line.recv(4096)
        line.sendall(_head(shop, "GET /healthz"))
        _typed(_said(line), 408, "too-slow")


def test_many_slow_heads_hold_nobody_up(shop):
    lines = [_open(shop) for _ in range(200)]
    for line in lines[::2]:
        line.sendall(b"GET / HT")
    started = time.monotonic()
    assert shop.admin.get("/v1/session").status_code == 200
    assert time.monotonic() - started < PATIENCE
    for line in lines:
        _said(line)
        line.close()


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [(False, "/v1/recommend", 401), (True, "/v1/recommend", 413), (True, "/v1/nothing", 413)],
)
def test_who_sends_all_of_a_body_first_still_hears_the_refusal(shop, key, path, status):
    host = shop.url.removeprefix("http://")
    for _ in range(5):
        caller = http.client.HTTPConnection(host, timeout=10)
        caller.request("POST", path, b"x" * 300_000,
                       {"Authorization": f"Bearer {shop.token if key else 'x'}"})  # fmt: skip
        answer = caller.getresponse()
        assert (answer.status, json.loads(answer.read())["status"]) == (status, status)
        caller.close()


@pytest.mark.parametrize("piece", [b"x", b"x" * 50_000])
def test_the_rest_of_a_refused_body_is_not_taken_for_ever(shop, piece):
    with _open(shop) as line:
        line.sendall(_head(shop, key=False) + b"Content-Length: 900000000\r\n\r\n")
        assert b" 401 " in line.recv(4096)
        started = time.monotonic()
        with pytest.raises(ConnectionError):
            while time.monotonic() - started < 10:
                line.sendall(piece)
                time.sleep(0.01)
        assert time.monotonic() - started < 5 * PATIENCE


def test_who_waits_to_be_told_to_go_on_is_not(shop):
    with _open(shop) as line:
        line.sendall(_head(shop) + b"Expect: 100-continue\r\nContent-Length: 90000000\r\n\r\n")
        _typed(_said(line), 413, "too-large")


PACKED = [
    b"Content-Encoding: gzip", b"Content-Encoding: GZIP", b"Content-Encoding: identity, br",
    b"Content-Encoding: gzip\r\nContent-Encoding: identity", b"Content-Encoding: deflate",
    b"Transfer-Encoding: gzip, chunked",
]  # fmt: skip


@pytest.mark.parametrize("said", PACKED)
def test_a_packed_body_is_not_unpacked(shop, said):
    body = b"2\r\n{}\r\n0\r\n\r\n" if said.startswith(b"Transfer") else b"{}"
    length = b"" if said.startswith(b"Transfer") else b"Content-Length: 2\r\n"
    with _open(shop) as line:
        line.sendall(_head(shop) + said + b"\r\n" + length + b"Connection: close\r\n\r\n" + body)
        _typed(_said(line), 415, "packed")


@pytest.mark.parametrize(("key", "status"), [(False, b" 401 "), (True, b" 200 ")])
def test_nobody_is_upgraded_to_another_protocol(shop, key, status):
    with _open(shop) as line:
        line.sendall(_head(shop, "GET /v1/session", key) + (
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ))  # fmt: skip
        assert status in line.recv(4096)


def test_pipelined_requests_are_answered_in_their_order(shop):
    with _open(shop) as line:
        first = _head(shop, "GET /v1/session", key=False) + b"\r\n"
        last = _head(shop, "GET /healthz") + b"Connection: close\r\n\r\n"
        line.sendall(first * 3 + last)
        told = _said(line)
    statuses = [part[:3] for part in told.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"401", b"401", b"401", b"200"]


# ------------------------------------------------------------------ how many at once


def test_strangers_do_not_fill_the_house(example):
    with served(example, in_flight=2, patience=5) as shop:
        lines = [_open(shop) for _ in range(10)]
        for line in lines:
            line.sendall(_head(shop, "POST /signin", key=False) + b"Content-Length: 50\r\n\r\n{")
        assert shop.admin.get("/v1/session").status_code == 200
        for line in lines:
            line.close()


def test_one_person_does_not_fill_the_house(example):
    with served(example, person=2, patience=5) as shop:
        made = shop.tenants[0].keys.add(("user",), "ada")
        half = '{"n": 1'
        lines = [_open(shop) for _ in range(2)]
        host = shop.url.removeprefix("http://")
        asked = (
            f"POST /v1/recommend HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {made}\r\n"
            f"Content-Type: application/json\r\nContent-Length: 8\r\n"
        )
        for line in lines:
            line.sendall(f"{asked}\r\n{half}".encode())
        time.sleep(0.2)
        with _open(shop) as third:
            third.sendall(f"{asked}Connection: close\r\n\r\n{half}}}".encode())
            _typed(_said(third), 429, "too-many-at-once")
        assert shop.admin.get("/v1/session").status_code == 200
        lines[0].sendall(b"}")
        assert b" 200 " in lines[0].recv(4096)
        with _open(shop) as third:
            third.sendall(f"{asked}Connection: close\r\n\r\n{half}}}".encode())
            assert b" 200 " in _said(third)
        for line in lines:
            line.close()


def test_too_many_at_once_are_told_to_come_back(example):
    with served(example, in_flight=1, patience=5) as shop, _open(shop) as first:
        first.sendall(_head(shop) + b"Content-Length: 50\r\n\r\n{")
        time.sleep(0.2)
        with _open(shop) as second:
            second.sendall(_head(shop, "GET /v1/session") + b"Connection: close\r\n\r\n")
            told = _said(second)
        _typed(told, 503, "busy")
        assert b"retry-after: 1" in told
