"""Reasons over HTTP: phrased by a model, checked, streamed, kept, and nobody else's."""

import asyncio
import json
import re
import shutil
import time

import pytest
from serving import client, problem, served

from palate.agent.models.scripted import ScriptedModel


def _reply(call):
    letters = re.findall(r"^([A-Z]) ", call.messages[-1].content, re.MULTILINE)
    said = dict.fromkeys(letters, "This fits what you like.")
    said[letters[-1]] = "It won nine Oscars and stars Napoleon Bonaparte."
    return json.dumps({"reasons": [{"label": k, "reason": v} for k, v in said.items()]})


class Slow(ScriptedModel):
    """Says its reply in pieces, and at times never ends; closed where nobody listens any more."""

    endless, closed = False, False

    async def stream(self, call, *, deadline):
        completion = await self.complete(call, deadline=deadline)
        try:
            for piece in re.findall(r".{1,9}", completion.text, re.DOTALL):
                yield piece
                if Slow.endless and "}" in piece:
                    await asyncio.sleep(60)
            yield completion
        finally:
            Slow.closed = True


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("reasons") / "films")
    with served(folder, model=Slow(_reply)) as server:
        server.folder = folder
        yield server


@pytest.fixture
def slate(shop):
    asked = {"user": "p146", "n": 4, "rank_by": "prior"}
    return shop.admin.post("/v1/recommend", json=asked).json()


def test_they_are_phrased_checked_counted_and_kept(shop, slate):
    there = f"/v1/recommendations/{slate['id']}"
    told = shop.admin.post(f"{there}/reasons", json={}).json()
    assert [one["rank"] for one in told["reasons"]] == [1, 2, 3, 4]
    texts = [one["reason"]["text"] for one in told["reasons"]]
    assert texts[0] == "This fits what you like." and "Napoleon" not in texts[-1]
    assert told["reasons"][-1]["reason"]["written_by"] == "evidence"
    assert told["usage"]["calls"] == 1
    kept = shop.admin.get(f"{there}/why").json()["items"]
    assert kept[0]["reason"]["text"] == texts[0]


def test_each_comes_as_soon_as_it_is_checked(shop, slate):
    there = f"/v1/recommendations/{slate['id']}/reasons"
    items = [one["item"]["id"] for one in slate["recommendations"][:2]]
    asked = {"stream": True, "items": items}
    with shop.admin.stream("POST", there, json=asked) as answer:
        lines = [line for line in answer.iter_lines() if line]
    names = [line[7:] for line in lines if line.startswith("event: ")]
    assert names == ["reason", "reason", "finished"]
    data = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    assert {one["item"]["id"] for one in data[:2]} == set(items)
    assert data[-1]["usage"]["calls"] == 1


def test_who_goes_away_ends_the_model_s_answer(shop, slate, monkeypatch):
    monkeypatch.setattr(Slow, "endless", True)
    monkeypatch.setattr(Slow, "closed", False)
    there = f"/v1/recommendations/{slate['id']}/reasons"
    with shop.admin.stream("POST", there, json={"stream": True}) as answer:
        assert next(answer.iter_lines()) == "event: reason"
    deadline = time.monotonic() + 5
    while not Slow.closed:
        assert time.monotonic() < deadline, "the model goes on for nobody"
        time.sleep(0.01)


def test_nobody_asks_about_the_slate_of_somebody_else(shop, slate):
    there = f"/v1/recommendations/{slate['id']}/reasons"
    with client(shop.url, shop.tenants[0].keys.add(("user",), "ada")) as ada:
        problem(ada.post(there, json={}), 404, "not-found")
    problem(shop.admin.post("/v1/recommendations/r0/reasons", json={}), 404, "not-found")
    problem(shop.admin.post(there, json={"items": ["no-film"]}), 404, "not-found")
