"""A server on 127.0.0.1, for real: uvicorn in a thread, and callers over sockets."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import uvicorn

from palate import Palate
from palate.server.app import Application
from palate.server.run import config_of
from palate.server.service import Service
from palate.server.serving import Serving
from palate.server.telemetry import Telemetry
from palate.server.tenants import Tenant


@contextmanager
def served(*folders, model=None, telemetry=None, **serving):
    """Serves workspaces; yields what tests need of the server."""
    tenants = [Tenant(Path(folder).name, Palate.open(folder)) for folder in folders]
    if model is not None:
        for tenant in tenants:
            tenant.palate.use_model(model)
    given = {"port": 0, "rate": 0} | serving
    service = Service(Serving(**given), tenants, telemetry=telemetry or Telemetry())
    tokens = [tenant.token.make() for tenant in tenants]
    server = uvicorn.Server(config_of(Application(service), grace=5))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        for tenant in tenants:
            tenant.palate.served_at(url)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            deadline = time.monotonic() + 30
            while not server.started:
                assert thread.is_alive() and time.monotonic() < deadline, "it did not start"
                time.sleep(0.01)
            with client(url, tokens[0]) as admin:
                yield SimpleNamespace(
                    url=url, service=service, tenants=tenants, tokens=tokens, server=server,
                    token=tokens[0], admin=admin, thread=thread,
                )  # fmt: skip
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


def scripted(*given, wait=0.0, **named):
    """Returns a scripted model that calls tools, on 127.0.0.1; ``wait`` is how long it thinks."""
    file = Path(__file__).parent / "servers" / "tool_caller.py"
    spec = importlib.util.spec_from_file_location("tool_caller", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Thinking(module.ToolCaller):
        def answer(self, asked):
            time.sleep(self.wait)
            return super().answer(asked)

    made = Thinking(*given, **named)
    made.wait = wait
    made._server.handle_error = lambda *_: None  # those who hang up are expected
    return made


def pointing(patch, model):
    """Has workspaces that are opened from now on ask a scripted model; the prior ranks."""
    for name, value in {
        "MODEL_NAME": "tool-caller", "MODEL_BASE_URL": model.url, "MODEL_PRICE_IN": "2",
        "CHAT_AGENT": "tools", "RANKING_RANK_BY": "prior",
    }.items():  # fmt: skip
        patch.setenv(f"PALATE_{name}", value)


def client(url, token=None, **headers):
    """Returns a caller with a key, or a stranger."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return httpx.Client(base_url=url, headers=headers, timeout=20, trust_env=False)


def problem(answer, status, kind):
    """Asserts that an answer is the typed problem that it should be."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"urn:palate:problem:{kind}"
    assert body["status"] == status
    assert body["request"] == answer.headers["x-request-id"]
    assert body["detail"].rstrip().endswith((".", "?")), body
    return body


@contextmanager
def spawned(folder, *flags, log=None, **environ):
    """Runs ``palate serve`` as a process of its own; yields what tests need of it.

    Its log stands in a file beside the workspace, a JSON object a line.
    """
    log = log or Path(folder).with_name(Path(folder).name + ".log")
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", "from palate.cli import main; main()", "-w", str(folder),
             "serve", "--port", "0", "--rate", "0", *flags],
            stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, **environ},
        )  # fmt: skip
    try:
        said = process.stdout.readline()
        assert "Palate serves" in said, log.read_text()
        url = said.split()[-1]
        _until_it_answers(url, process)
        token = (Path(folder) / "data" / "server.token").read_text()
        with client(url, token) as admin:
            yield SimpleNamespace(
                url=url, token=token, admin=admin, process=process, pid=process.pid, log=log,
                folder=Path(folder),
            )  # fmt: skip
    finally:
        process.terminate()
        process.stdout.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_it_answers(url, process):
    deadline = time.monotonic() + 30
    with client(url) as stranger:
        while True:
            assert process.poll() is None and time.monotonic() < deadline, "it did not start"
            try:
                stranger.get("/healthz")
                return
            except httpx.TransportError:
                time.sleep(0.05)


def logged(shop, **wanted):
    """Returns the lines of a spawned server's log that say so; every line must be JSON."""
    rows = [json.loads(one) for one in shop.log.read_text().splitlines()]
    return [one for one in rows if wanted.items() <= one.items()]
