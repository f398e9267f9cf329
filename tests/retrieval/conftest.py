"""An empty store in a folder of its own, and files to feed it with.

``PALATE_TEST_POSTGRES`` names a database (a SQLAlchemy URL) that the same tests then run on as
well; its tables are dropped.
"""

import gzip
import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from palate.retrieval.schema import metadata
from palate.retrieval.store import Store

POSTGRES = os.environ.get("PALATE_TEST_POSTGRES")


@pytest.fixture(params=["sqlite", *(["postgres"] if POSTGRES else [])])
def store(request, tmp_path):
    where = tmp_path / "data" / "store.db" if request.param == "sqlite" else emptied(POSTGRES)
    with Store.open(where) as opened:
        yield opened


def emptied(url):
    """Drops the tables of Palate from a database."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    metadata.drop_all(engine)
    engine.dispose()
    return url


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
