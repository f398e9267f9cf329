"""The embedded default, and a remote embedder against a server that misbehaves in every way."""

import json
import logging
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from palate.errors import ModelError, ModelTimeout, PrerequisiteError, ReplyError
from palate.retrieval.embedders import make_embedder, understands
from palate.retrieval.embedders.openai import RemoteEmbedder
from palate.retrieval.embedders.wordllama import WordLlamaEmbedder
from palate.settings import EmbedderSettings

# ------------------------------------------------------------------ the embedded default


@pytest.fixture(scope="module")
def llama():
    return WordLlamaEmbedder()


def test_near_texts_are_near(llama):
    dog, puppy, tax = llama.embed(["a dog film", "a movie about a puppy", "how to file your taxes"])
    assert dog @ puppy > dog @ tax + 0.1


@pytest.mark.parametrize("count", [3, 40])
def test_pooling_is_wordllamas_own(llama, count):
    texts = [f"text number {i} about {'rain ' * (i % 7)}" for i in range(count)]
    own = llama._loaded().embed  # pads its batches: ask for one text at a time
    expected = np.concatenate([own([text], norm=True) for text in texts])
    assert llama.embed(texts) == pytest.approx(expected, abs=1e-6)


def test_loading_leaves_the_root_logger_alone_and_the_network_out():
    code = """
import logging, socket
def refuse(*a): raise RuntimeError("network")
socket.socket.connect = refuse
from palate.retrieval.embedders.wordllama import WordLlamaEmbedder
assert WordLlamaEmbedder().embed(["a film"]).any()
assert not logging.getLogger().handlers, logging.getLogger().handlers
assert logging.getLogger().level == logging.WARNING
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


def test_a_broken_installation_is_an_instruction(llama, monkeypatch):
    import wordllama

    def gone(*args, **kwargs):
        raise FileNotFoundError("weights")

    monkeypatch.setattr(wordllama.WordLlama, "load", gone)
    monkeypatch.setattr(WordLlamaEmbedder, "_shared", None)
    with pytest.raises(PrerequisiteError, match="pip install"):
        WordLlamaEmbedder().embed(["a film"])


def test_trust_by_script():
    assert understands("wordllama:l2_supercat:256", "a quiet film") == 1
    assert understands("wordllama:l2_supercat:256", "安静的电影") == 0
    assert 0 < understands("wordllama:l2_supercat:256", "安静的 film") < 1
    assert understands("openai:bge-m3", "安静的电影") == 1


# ------------------------------------------------------------------ a remote one


class Server(ThreadingHTTPServer):
    """Answers each request with the next of ``script``; the last one goes on for ever."""

    daemon_threads = True

    def __init__(self, script):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.seen = []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address):
        pass  # clients hang up on purpose here


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.headers, body))
        script = self.server.script
        (script.pop(0) if len(script) > 1 else script[0])(self, body)

    def log_message(self, *args):
        pass


def answer(status, body, headers=()):
    def send(handler, _):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in (("Content-Length", str(len(content))), *headers):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return send


def vectors(handler, body):
    data = [{"index": i, "embedding": [3.0, 4.0]} for i in range(len(body["input"]))]
    answer(200, {"data": data})(handler, body)


def drip(handler, body):
    """Sends a byte now and then: each read is quick, the whole takes for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.fixture
def serve():
    started, embedders = [], []

    def start(*script, **options):
        server = Server(script)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        started.append(server)
        embedders.append(RemoteEmbedder("some-model", server.url, "secret-key", **options))
        return server, embedders[-1]

    yield start
    for embedder in embedders:
        embedder.close()
    for server in started:
        server.shutdown()
        server.server_close()


def test_batches_key_and_model_arrive(serve):
    server, embedder = serve(vectors, batch=2)
    assert embedder.embed(["a", "", "b", "c"]).tolist()[0] == pytest.approx([0.6, 0.8])
    assert [body["input"] for _, body in server.seen] == [["a", "b"], ["c"]]
    headers, body = server.seen[0]
    assert headers["Authorization"] == "Bearer secret-key"
    assert body["model"] == "some-model"
    assert embedder.name == "openai:some-model"


def test_dimensions_are_asked_once(serve):
    server, embedder = serve(vectors)
    assert embedder.dimensions == embedder.dimensions == 2
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>not an API</html>",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        {"error": "but with 200"},
        {"data": []},
        {"data": [{"index": 0, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]},
        {"data": [{"index": 0, "embedding": []}, {"index": 1, "embedding": []}]},
        {"data": [{"index": 0, "embedding": ["x"]}, {"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": "%%"}, {"index": 1, "embedding": "%%"}]},
        b'{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}',
    ],
)
def test_a_200_that_is_no_reply_is_a_reply_error(serve, body):
    _, embedder = serve(answer(200, body))
    with pytest.raises(ReplyError, match="some-model"):
        embedder.embed(["one", "two"])


def test_a_server_that_changes_its_width_is_refused(serve):
    _, embedder = serve(vectors, answer(200, {"data": [{"index": 0, "embedding": [1.0, 2, 3]}]}))
    embedder.embed(["one"])
    with pytest.raises(ReplyError, match="widths"):
        embedder.embed(["two"])


def test_a_refusal_has_its_status_and_never_the_key(serve):
    said = {"error": {"message": "no such model; you sent secret-key"}}
    server, embedder = serve(answer(404, said))
    with pytest.raises(ModelError, match="no such model") as caught:
        embedder.embed(["one"])
    assert (caught.value.status, caught.value.retryable) == (404, False)
    assert "secret-key" not in str(caught.value)
    assert len(server.seen) == 1


def test_a_busy_server_is_asked_again(serve):
    server, embedder = serve(answer(503, {}), answer(429, {}, [("Retry-After", "0.01")]), vectors)
    assert embedder.embed(["one"]).any()
    assert len(server.seen) == 3


def test_retries_end(serve):
    server, embedder = serve(answer(500, {}), retries=1)
    with pytest.raises(ModelError) as caught:
        embedder.embed(["one"])
    assert (caught.value.status, caught.value.retryable) == (500, True)
    assert len(server.seen) == 2


@pytest.mark.parametrize("script", [drip, answer(429, {}, [("Retry-After", "100")])])
def test_one_deadline_bounds_a_slow_drip_and_a_long_pause(serve, script):
    _, embedder = serve(script, timeout=0.4)
    started = time.monotonic()
    with pytest.raises(ModelTimeout, match=r"0\.4 s"):
        embedder.embed(["one"])
    assert time.monotonic() - started < 2


def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    embedder = RemoteEmbedder("m", f"http://127.0.0.1:{port}/v1", retries=0)
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        embedder.embed(["one"])
    assert caught.value.retryable
    embedder.close()
    embedder.close()


def test_it_works_inside_a_running_loop_and_after_close(serve):
    import asyncio

    _, embedder = serve(vectors)

    async def main():
        return embedder.embed(["one"])

    assert asyncio.run(main()).any()
    embedder.close()
    assert embedder.embed(["one"]).any()


# ------------------------------------------------------------------ the settings


def test_settings_without_a_model_or_a_key_are_instructions():
    with pytest.raises(PrerequisiteError, match=r"embedder\.model"):
        make_embedder(EmbedderSettings(provider="openai"), {})
    named = EmbedderSettings(provider="openai", model="m", api_key_env="MY_KEY")
    with pytest.raises(PrerequisiteError, match="MY_KEY"):
        make_embedder(named, {"OPENAI_API_KEY": "another"})
    assert make_embedder(named, {"MY_KEY": "k"}).name == "openai:m"


def test_the_default_needs_nothing(caplog):
    caplog.set_level(logging.INFO)
    assert make_embedder(EmbedderSettings(), {}).name.startswith("wordllama:")
