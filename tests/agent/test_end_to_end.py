"""The whole path in processes of their own: the command line here, the server there."""

import json
import subprocess
import sys
import threading
import time

import pytest

KEY = "sk-end-to-end-0123456789"


@pytest.fixture
def palate(example, monkeypatch):
    """Starts ``palate -w WS recommend --user ada --model ... --json``."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def start(url, **environ):
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        command = [sys.executable, "-c", "import palate.cli, sys; sys.exit(palate.cli.main())"]
        asked = ["recommend", "--user", "ada", "-n", "5", "--model", f"{url}#vllm-like", "--json"]
        return subprocess.Popen(
            [*command, "-w", str(example), *asked],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


def answer(process):
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert KEY not in out + errors
    assert "Traceback" not in errors
    return json.loads(out)


def test_a_model_ranks_and_explains(palate, spawn):
    _, url = spawn("--scenario", "good")
    slate = answer(palate(url))
    assert (slate["ranked_by"], slate["model"], slate["cause"]) == ("fused", "vllm-like", None)
    reasons = [one["reason"] for one in slate["recommendations"]]
    spoken = [reason for reason in reasons if reason["written_by"] == "model"]
    assert spoken
    assert all(claim["supported"] for reason in spoken for claim in reason["claims"])
    assert not any(reason["replaced"] for reason in reasons)
    assert slate["usage"]["prompt_tokens"] > 0
    assert slate["usage"]["cached_tokens"] > 0


def test_a_server_pulled_away_in_mid_reply(palate, spawn):
    server, url = spawn("--scenario", "stalled")
    process = palate(url, PALATE_MODEL_TIMEOUT="6", PALATE_MODEL_RETRIES="1")
    asked = threading.Event()
    threading.Thread(target=lambda: server.stdout.readline() and asked.set(), daemon=True).start()
    assert asked.wait(30)  # the server says so when half of a reply is out
    server.kill()
    killed = time.monotonic()
    slate = answer(process)
    assert time.monotonic() - killed < 6.25
    assert (slate["ranked_by"], slate["model"]) == ("prior", None)
    assert "cannot be reached or hung up" in slate["cause"]
    assert any("The model did not decide" in remark for remark in slate["remarks"])
    reasons = [one["reason"] for one in slate["recommendations"]]
    assert {reason["written_by"] for reason in reasons} == {"evidence"}
