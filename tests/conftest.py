"""What every test lives under: no network, no keys, one data setting."""

import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure: what a property says does not depend on the clock.
settings.register_profile("palate", deadline=None)
settings.load_profile("palate")

_LOCAL = ("127.", "::1", "localhost")
_connect = socket.socket.connect


def _only_here(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(_LOCAL):
        raise RuntimeError(f"a test tried to reach {address}: tests do not use the network")
    return _connect(self, address)


@pytest.fixture(autouse=True)
def _closed_world(monkeypatch):
    """Blocks every address but this machine's, and forgets keys and settings of the caller."""
    monkeypatch.setattr(socket.socket, "connect", _only_here)
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "PALATE_")) and name != "PALATE_DATA":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def palate_data() -> Path:
    """The folder of real data sets; skips the test where there is none."""
    folder = os.environ.get("PALATE_DATA")
    if not folder:
        pytest.skip("PALATE_DATA is not set: the real data sets are not here")
    return Path(folder)


@pytest.fixture(scope="session")
def example_once(tmp_path_factory) -> Path:
    """The example workspace, built and fitted once: never open it, take ``example`` instead."""
    from palate import Palate

    folder = tmp_path_factory.mktemp("example") / "films"
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("OPENAI_", "PALATE_")) and name != "PALATE_DATA":
                patch.delenv(name)
        with Palate.init(folder, example="movies") as palate:
            palate.fit()
    return folder


@pytest.fixture
def example(example_once, tmp_path) -> Path:
    """A fitted example workspace of the test's own, closed."""
    return Path(shutil.copytree(example_once, tmp_path / "films"))
