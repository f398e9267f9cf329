"""What every embedder must do. A new one joins by a line in ``embedder``."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from palate.domain import Embedder
from palate.retrieval.embedders import make_embedder
from palate.settings import EmbedderSettings

TEXTS = [
    "a quiet film about the sea",
    "海边小镇的故事",
    "فيلم عن الصحراء",
    "🎬 cinema",
    "x" * 50_000,
]


class _Hashes(BaseHTTPRequestHandler):
    """Answers ``/v1/embeddings`` with vectors made from the hash of each text, out of order."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = [
            {"object": "embedding", "index": i, "embedding": _encoded(text, asked)}
            for i, text in enumerate(asked["input"])
        ]
        body = json.dumps({"object": "list", "data": data[::-1], "model": asked["model"]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def _encoded(text, asked):
    digest = hashlib.sha256(text.encode()).digest()
    vector = np.frombuffer(digest, dtype=np.uint8).astype("<f4") - 127
    if asked.get("encoding_format") == "base64":
        return base64.b64encode(vector.tobytes()).decode()
    return vector.tolist()


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Hashes) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/v1"
        httpd.shutdown()


@pytest.fixture(scope="module", params=["wordllama", "openai"])
def embedder(request, server):
    settings = EmbedderSettings(provider=request.param, model="hashes", base_url=server, batch=2)
    made = make_embedder(settings, {})
    yield made
    if hasattr(made, "close"):
        made.close()


def test_it_is_an_embedder(embedder):
    assert isinstance(embedder, Embedder)
    assert embedder.name
    assert embedder.dimensions > 0


def test_rows_are_unit_float32(embedder):
    rows = embedder.embed(TEXTS)
    assert rows.shape == (len(TEXTS), embedder.dimensions)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_text_without_words_is_a_zero_row(embedder):
    rows = embedder.embed(["", "a film", "  \n ", "!?"])
    assert [bool(row.any()) for row in rows] == [False, True, False, False]


def test_nothing_in_nothing_out(embedder):
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_a_row_depends_on_its_text_only(embedder):
    together = embedder.embed(TEXTS * 8)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert together[: len(TEXTS)] == pytest.approx(alone, abs=1e-6)
    assert together[-len(TEXTS) :] == pytest.approx(alone, abs=1e-6)


def test_half_a_character_is_no_error(embedder):
    assert embedder.embed(["broken \ud83d emoji"]).shape[0] == 1


def test_threads_share_it(embedder):
    found = [None] * 4

    def work(index):
        found[index] = embedder.embed([TEXTS[index]])[0]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.stack(found) == pytest.approx(embedder.embed(TEXTS[:4]), abs=1e-6)
