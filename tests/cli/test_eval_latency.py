"""Latency of a run, warm and cold apart: a served model that is slow while it loads."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from palate.eval.runs.summarise import _cold_cases

YAML = """
name: slow
split: {{kind: last, users: 20, candidates: 6}}
models:
  - {{id: served, name: slow, base_url: "{url}"}}
rankers: [labels]
metrics: [NDCG@10]
statistics: {{samples: 200}}
limits: {{concurrency: 2}}
"""


@pytest.fixture
def url():
    """A model on 127.0.0.1 whose first two replies take half a second."""
    asked = []

    class Exchange(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(None)
            if len(asked) <= 2:
                time.sleep(0.5)
            body = json.dumps({
                "choices": [{"message": {"content": "B A C"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 10, "completion_tokens": 3},
            }).encode()  # fmt: skip
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Exchange) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


def test_the_first_answers_are_told_apart(example, palate, tmp_path, url):
    config, markdown = tmp_path / "eval.yaml", tmp_path / "pr.md"
    config.write_text(YAML.format(url=url))
    found = json.loads(palate("eval", "run", config, "--json", "--markdown", markdown,
                              workspace=example).out)  # fmt: skip
    cost = found["lines"][-1]["cost"]
    assert cost["cold_p50"] >= 0.5
    assert 0 < cost["seconds_p50"] <= cost["seconds_p95"] < 0.5
    assert "Latency of an answer" in markdown.read_text()
    again = json.loads(palate("eval", "run", config, "--resume", "latest", "--json",
                              workspace=example).out)  # fmt: skip
    assert again["lines"][-1]["cost"] == cost


@pytest.mark.parametrize(
    ("at_once", "variants", "wanted"),
    [(8, 1, [8]), (8, 3, [3, 3, 2]), (2, 3, [1, 1, 1]), (1, 1, [1])],
)
def test_what_is_asked_before_any_reply_is_cold(at_once, variants, wanted):
    # Calls begin case by case: as many as there are at once are spread over the variants.
    names = [f"v{n}" for n in range(variants)]
    assert list(_cold_cases(at_once, names).values()) == wanted
