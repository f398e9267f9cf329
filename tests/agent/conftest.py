"""The loopback server, loaded by its path: test folders are no packages."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

SERVER = Path(__file__).parents[1] / "servers" / "vllm_like.py"


@pytest.fixture(scope="session")
def servers():
    """The module of the loopback server."""
    spec = importlib.util.spec_from_file_location("vllm_like", SERVER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def server(servers):
    """One server in a thread, for every scenario: the path chooses."""
    with servers.VllmLike() as running:
        yield running


@pytest.fixture
def spawn():
    """Starts servers in processes of their own, and ends what is left of them."""
    running = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, SERVER, *arguments], stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        url = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url)
        return process, url

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def unused_port():
    """A port of this machine at which nobody listens."""
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
