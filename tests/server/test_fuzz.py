"""Whatever is sent, the answer is typed: schemathesis over the whole OpenAPI, and bad bodies.

``PALATE_FUZZ=200`` asks for more examples of each operation than the few of every day.
"""

import gc
import os
import time

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as any_of
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import response_schema_conformance
from serving import client, problem, served

from benchmarks.bad_bodies import bad_bodies
from benchmarks.bodies import send

EXAMPLES = int(os.environ.get("PALATE_FUZZ", "3"))
#: Films of the example that are kept: `/v1/fit` learns from so few in milliseconds.
FILMS = 40


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    import shutil

    from palate import Palate

    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("fuzzed") / "films")
    with Palate.open(folder) as palate:
        rest = [one.id for one in palate.store.items_after("", 1_000)][FILMS:]
        palate.delete_items(rest)
        palate.fit()
    with served(folder) as server:
        yield server


def _operations(shop):
    schema = schemathesis.openapi.from_dict(shop.admin.get("/openapi.json").json())
    for found in schema.get_all_operations():
        yield found.ok()


def _typed(answer, sent):
    assert answer.status_code < 500, (sent, answer.text)
    if answer.status_code >= 400:
        assert "application/problem+json" in answer.headers["content-type"], (sent, answer.text)
        assert answer.json()["status"] == answer.status_code


def _try(shop, operation):
    """Sends examples of one operation; returns how many were answered."""
    answered = []

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), derandomize=True,
    )  # fmt: skip
    @any_of(case=operation.as_strategy())
    def tried(case):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {shop.token}"}
        answer = case.call(base_url=shop.url)
        sent = (operation.method, operation.path, case.path_parameters, case.query, case.body)
        _typed(answer, sent)
        if answer.status_code < 400:
            # What is answered is what the OpenAPI says.
            case.validate_response(answer, checks=[response_schema_conformance])
        answered.append(answer.status_code)

    tried()
    return len(answered)


def test_no_operation_fails_and_every_refusal_is_typed(shop):
    tried = {(one.method, one.path): _try(shop, one) for one in _operations(shop)}
    assert len(tried) >= 36
    assert ("post", "/v1/fit") in tried
    assert all(tried.values()), tried
    # Whatever was put in meanwhile can be learnt from, and recommended.
    assert shop.admin.post("/v1/fit").status_code == 200
    assert shop.admin.post("/v1/recommend", json={"n": 5}).status_code == 200


#: Seconds of the server's processor that a bad body may take.
BOUND = 0.1


@pytest.fixture
def settled():
    """Sets aside what other tests have left, as `palate serve` sets aside what it has loaded."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def test_a_hundred_bad_bodies_are_refused_at_once_without_a_model(example, settled):
    """The wall clock is `python -m benchmarks.bodies`; a busy machine does not change this one."""

    class Refusing:
        name = "never"

        async def complete(self, call, *, deadline):
            raise AssertionError("a bad body reached the model")

        async def aclose(self):
            pass

    bodies = bad_bodies(bulky=False)
    assert len(bodies) >= 100
    with served(example, model=Refusing()) as shop:
        host, port = shop.url.removeprefix("http://").split(":")
        clock = time.pthread_getcpuclockid(shop.thread.ident)
        shop.admin.post("/v1/recommend", json={"n": 0})
        for bad in bodies:
            before = time.clock_gettime(clock)
            told = send(host, int(port), shop.token, bad)
            spent = time.clock_gettime(clock) - before
            assert not told.wrong, (bad.name, bad.path, told.wrong)
            assert spent < BOUND, (bad.name, bad.path, spent)


def test_of_many_faults_the_first_row_is_named(shop):
    rows = [{"user": "ada", "item": "heat-1995", "action": "like"}, *[{"user": 1}] * 9_000]
    answer = shop.admin.post("/v1/feedback", json={"events": rows})
    assert answer.status_code == 422
    assert {one["where"] for one in answer.json()["faults"]} == {
        "body.events.1.user", "body.events.1.item", "body.events.1.action",
    }  # fmt: skip


def test_unknown_members_are_named_and_a_flood_of_them_is_not(shop):
    few = shop.admin.post("/v1/recommend", json={"who": 1, "whom": 2})
    assert {one["where"] for one in few.json()["faults"]} == {"body.who", "body.whom"}
    many = shop.admin.post("/v1/recommend", json={f"k{n}": n for n in range(5_000)})
    assert [one["where"] for one in many.json()["faults"]] == ["body"]


def test_more_values_than_are_read_quickly_are_refused_unread(shop):
    answer = shop.admin.post("/v1/items/delete", json={"ids": [1] * 300_000})
    problem(answer, 413, "too-many-values")
    # Commas of a text are none.
    text = "One thief, two banks, and a long night: Los Angeles in summer. " * 200
    items = [{"id": f"prose-{n}", "title": "x", "text": text} for n in range(1_000)]
    assert shop.admin.post("/v1/items", json={"items": items}).json()["new"] == 1_000
    shop.admin.post("/v1/items/delete", json={"ids": [one["id"] for one in items]})


@settings(max_examples=20, deadline=None)
@any_of(name=st.text(min_size=1, max_size=40))
def test_any_id_is_put_read_and_deleted_or_refused(shop, name):
    from urllib.parse import quote

    answer = shop.admin.post("/v1/items", json={"items": [{"id": name, "title": "x"}]})
    _typed(answer, name)
    if answer.status_code == 200:
        path = f"/v1/items/{quote(name, safe='')}"
        if name in (".", ".."):
            return  # a client resolves these itself
        assert shop.admin.get(path).json()["id"] == name
        assert shop.admin.delete(path).json() == {"deleted": 1}


def test_a_stranger_learns_nothing_by_fuzzing(shop):
    with client(shop.url) as stranger:
        for operation in _operations(shop):
            if operation.path in ("/healthz", "/readyz"):
                continue
            path = operation.path.replace("{", "").replace("}", "")
            answer = stranger.request(operation.method.upper(), path, content=b"{")
            assert answer.status_code == 401, (operation.method, path)
