"""Whether the process is there, and whether it can recommend, are two questions."""

import asyncio

import pytest
from serving import client, logged, problem, served, spawned

from palate import Palate

ASK = {"user": "ada", "n": 1}


def _states(shop):
    with client(shop.url) as stranger:
        return stranger.get("/healthz").status_code, stranger.get("/readyz").status_code


@pytest.mark.parametrize("part", ["prior.json", "fit.json", "behaviour.npz"])
def test_a_server_whose_prior_is_damaged_starts_and_says_so(example, part):
    (example / "data" / "index" / part).write_bytes(b"damaged")
    with spawned(example) as shop:
        assert _states(shop) == (200, 503)
        told = problem(shop.admin.post("/v1/recommend", json=ASK), 503, "not-ready")
        assert "palate fit" in told["detail"]
        [line] = logged(shop, event="not-ready")
        assert line["tenant"] == "films" and "palate fit" in line["why"]
        assert shop.admin.post("/v1/fit").status_code == 200
        assert _states(shop) == (200, 200)
        assert shop.admin.post("/v1/recommend", json=ASK).status_code == 200


def test_a_workspace_without_items_becomes_ready(tmp_path):
    Palate.init(tmp_path / "shop").close()
    with served(tmp_path / "shop") as shop:
        assert _states(shop) == (200, 503)
        problem(shop.admin.post("/v1/recommend", json={"n": 1}), 503, "not-ready")
        items = [{"id": f"i{n}", "title": f"Thing {n}"} for n in range(3)]
        shop.admin.post("/v1/items", json={"items": items})
        shop.admin.post("/v1/fit")
        assert _states(shop) == (200, 200)


def test_it_is_not_ready_while_it_is_being_rebuilt(example):
    with served(example) as shop:
        tenant = shop.tenants[0]

        async def asked():
            async with tenant._gate.alone():
                return await tenant.ready()

        assert asyncio.run(asked()) is False
        assert _states(shop) == (200, 200)


def test_what_could_not_be_loaded_is_tried_again_and_not_too_often(example, monkeypatch):
    monkeypatch.setattr("palate.server.tenants._AGAIN", 0.2)
    prior = example / "data" / "index" / "prior.json"
    kept = prior.read_bytes()
    prior.unlink()
    with served(example) as shop:
        assert _states(shop)[1] == 503
        prior.write_bytes(kept)
        for _ in range(100):
            if _states(shop)[1] == 200:
                return
    raise AssertionError("it never noticed")
