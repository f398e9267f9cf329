"""The main job on a PostgreSQL server, where ``PALATE_TEST_POSTGRES`` names a database."""

import os

import pytest
from sqlalchemy import create_engine, make_url

from palate import Palate
from palate.errors import UnknownUser
from palate.retrieval.schema import metadata

URL = os.environ.get("PALATE_TEST_POSTGRES")
pytestmark = pytest.mark.skipif(not URL, reason="PALATE_TEST_POSTGRES names no database")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    engine = create_engine(make_url(URL).set(drivername="postgresql+psycopg"))
    metadata.drop_all(engine)
    engine.dispose()
    monkeypatch.setenv("PALATE_STORE_URL", URL)
    with Palate.init(tmp_path / "shop", example="movies") as palate:
        palate.fit()
        yield palate


def test_the_main_job_on_postgres(shop):
    first = shop.recommend("ada", n=5)
    assert len(first) == 5
    assert first.fitted
    shop.feedback("ada", first[0].item.id, "dismiss", recommendation=first.id)
    again = shop.recommend("ada", text="a tense submarine thriller", constraints=["year >= 1980"])
    assert first[0].item.id not in [one.item.id for one in again]
    assert shop.trace(first.id).user == "ada"


def test_forgetting_on_postgres(shop):
    shop.recommend("ada", n=3)
    forgotten = shop.forget("ada")
    assert forgotten.events > 100
    assert forgotten.traces == 1
    with pytest.raises(UnknownUser):
        shop.profile("ada")
