"""An empty store in a folder of its own, and files to feed it with."""

import gzip
from pathlib import Path

import pytest

from palate.retrieval.store import Store


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "data" / "store.db") as opened:
        yield opened


@pytest.fixture
def write(tmp_path):
    """Writes a file under tmp_path: text as UTF-8, bytes as they are, packed if named .gz."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return _write
