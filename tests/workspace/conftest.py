"""Workspaces to be suspicious of."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from palate import Event, Item, Palate

#: Titles that try to be markup, HTML, terminal commands, or simply are not English.
STRANGE = {
    "rtl": "قصة حب \u202eevil\u202c في القاهرة",
    "emoji": "🎬👨‍👩‍👧 The 🍕 Heist",
    "chinese": "花样年华",
    "html": "<script>alert('x')</script> & Co",
    "markup": "[bold red]loud[/nope] [/] :smile: [link=http://x]y[/link]",
    "escape": "red \x1b[31malert\x1b[0m \x1b]0;owned\x07 bell",
    "long": "Very " * 60 + "Long",
    "line": "two\nlines\tand\rmore",
}


@pytest.fixture
def shop(example):
    """The example, opened."""
    with Palate.open(example) as palate:
        yield palate


@pytest.fixture(scope="module")
def films(example_once, tmp_path_factory):
    """The example, opened once for tests that change nothing that another test looks at."""
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("shared") / "films")
    with Palate.open(folder) as palate:
        yield palate


def strange_items():
    return [
        Item(key, title, f"A story about {key}.", ("drama", key), {"year": 1990 + n})
        for n, (key, title) in enumerate(STRANGE.items())
    ]


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    """A small fitted workspace full of strange titles, opened."""
    with Palate.init(tmp_path_factory.mktemp("strange") / "shop") as palate:
        palate.ingest_items(strange_items())
        palate.ingest_events(
            [Event(f"u{n}", key, "like") for n in range(5) for key in list(STRANGE)[n : n + 3]]
        )
        palate.fit()
        yield palate


@pytest.fixture(scope="session")
def small_once(tmp_path_factory):
    """A fitted workspace of 40 items, built once: never open it, take ``small`` instead."""
    folder = tmp_path_factory.mktemp("small") / "shop"
    kinds, places = ("play", "song", "tale", "poem"), ("Oslo", "Rome", "Cairo", "Lima", "Kyoto")
    with Palate.init(folder) as palate:
        palate.ingest_items(
            Item(
                f"i{n}", f"A {kinds[n % 4]} from {places[n % 5]}", f"Number {n} of its kind.",
                (kinds[n % 4],), {"year": 1980 + n, "place": places[n % 5], "pages": n * 7 % 50},
            )
            for n in range(40)
        )  # fmt: skip
        palate.ingest_events(
            Event(f"u{user}", f"i{(user * 3 + step * 4) % 40}", "like")
            for user in range(15)
            for step in range(7)
        )
        palate.fit()
    return folder


@pytest.fixture
def small(small_once, tmp_path):
    """The small workspace, the test's own, closed."""
    return Path(shutil.copytree(small_once, tmp_path / "small"))


@pytest.fixture
def unused_url():
    """A base URL that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return f"http://127.0.0.1:{port}/v1"


@pytest.fixture
def listener():
    """A server that counts who comes, says nothing, and hangs up; ``(base URL, visits)``."""
    visits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    visitor, address = server.accept()
                except OSError:
                    return
                visits.append(address)
                visitor.close()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1", visits
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def python():
    """Starts a Python process with code; it is killed at the end if it still runs."""
    started = []

    def start(code, *args):
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "PALATE_"))},
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def bytes_of():
    """Returns the files below a folder that hold some bytes."""

    def find(folder, *needles):
        hits = []
        for path in Path(folder).rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                hits += [(path.name, needle) for needle in needles if needle.encode() in data]
        return hits

    return find
