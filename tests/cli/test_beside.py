"""Evaluating and tuning beside a server: on a copy, alone, and with nothing left behind."""

import json
import shutil
import signal
import subprocess
import sys

import pytest
from serving import client, problem, served

from palate import Palate
from palate.errors import WorkspaceInUse
from palate.workspace.copies import opened_copy
from palate.workspace.tuned import read_weights

YAML = """
name: beside
split: {kind: last, users: 20, candidates: 10}
models: [{id: good, name: "simulated:skill=0.9"}]
metrics: [NDCG@10]
statistics: {samples: 200}
gates: [{variant: 'good*', min: 0.1}]
"""


@pytest.fixture(scope="module")
def shop(example_once, tmp_path_factory):
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("beside") / "films")
    with served(folder) as server:
        server.folder = folder
        yield server
    assert not (folder / "data" / "copy").exists()


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "eval.yaml"
    path.write_text(YAML)
    return path


def test_a_run_is_made_beside_the_server_of_what_the_server_knows(shop, palate, config):
    fresh = {"user": "newcomer", "item": "heat-1995", "action": "like"}
    shop.admin.post("/v1/feedback", json={"events": [fresh]})
    ran = palate("eval", "run", config, "--json", workspace=shop.folder)
    found = json.loads(ran.out)
    assert found["gates"][0]["passed"]
    assert str(shop.folder / "data" / "runs") in found["folder"], "it stays with the workspace"
    listed = json.loads(palate("eval", "list", "--json", workspace=shop.folder).out)["runs"]
    assert found["folder"].endswith(listed[-1]["run"])
    palate("eval", "gate", "latest", workspace=shop.folder)
    again = palate("eval", "run", config, "--resume", "latest", "--json", workspace=shop.folder)
    assert json.loads(again.out)["lines"] == found["lines"]
    assert not (shop.folder / "data" / "copy").exists()
    assert shop.admin.post("/v1/recommend", json={"user": "ada"}).status_code == 200


def test_cases_scores_and_predictions_are_made_beside_it(shop, palate, tmp_path):
    cases, pairs = tmp_path / "cases.jsonl", tmp_path / "pairs.csv"
    palate("eval", "cases", cases, "--users", 20, workspace=shop.folder)
    shown = palate("eval", "score", cases, "--json", workspace=shop.folder).out
    assert '"prior"' in shown
    pairs.write_text("user,item\nada,heat-1995\n")
    shown = palate("predict", "--file", pairs, "--action", "like", workspace=shop.folder).out
    assert "Heat" in shown
    assert "Brier" in palate("predict", "--evaluate", workspace=shop.folder).out
    assert "ada" not in palate("prompts", "render", "-u", "ada", workspace=shop.folder).out
    report = json.loads(palate("doctor", "--json", workspace=shop.folder).out)
    assert report["checks"][0]["finding"].startswith(f"{shop.url} serves this workspace")


def test_what_a_tune_learns_counts_in_the_server_at_once(shop, palate):
    engine, name = shop.tenants[0].palate.engine, "simulated:skill=0.7"
    assert not engine.weights.entries
    given = ("--ranker", "first-token", "--limit", 40, "--model", name, "--json")
    learnt = json.loads(palate("tune", *given, workspace=shop.folder).out)
    [(key, tuned)] = shop.tenants[0].palate.engine.weights.entries.items()
    assert (key.model, tuned.weight) == (name, learnt["weight"])
    assert not tuned.stale
    assert read_weights(shop.tenants[0].palate).entries


def test_one_at_a_time_and_nobody_is_forgotten_meanwhile(shop, palate, told, config):
    ask = lambda: shop.admin.post("/v1/copy").raise_for_status()  # noqa: E731
    with opened_copy(shop.folder, ask) as copy:
        assert copy.store.item_count == shop.tenants[0].palate.store.item_count
        home = shop.folder / "data" / "copy"
        assert {one.stat().st_mode & 0o077 for one in [home, *home.rglob("*")]} == {0}
        line = told("eval", "run", config, code=4, workspace=shop.folder)
        assert "An evaluation of the workspace" in line
        answer = problem(shop.admin.delete("/v1/users/ada"), 409, "in-use")
        assert "evaluation" in answer["detail"]
        told("profile", "forget", "ada", "--yes", code=4, workspace=shop.folder)
        assert shop.tenants[0].palate.store.user("ada") is not None
        # The server answers and takes as ever.
        event = {"user": "ada", "item": "heat-1995", "action": "click"}
        assert shop.admin.post("/v1/feedback", json={"events": [event]}).status_code == 200
    assert not home.exists()
    assert shop.admin.delete("/v1/users/ada").status_code == 200


def test_only_the_command_of_this_machine_may_have_it_copied(shop, palate):
    key = palate("keys", "add", "--scope", "admin", workspace=shop.folder).out.split()[-1]
    with client(shop.url, key) as caller:
        problem(caller.post("/v1/copy"), 403, "forbidden")
        problem(caller.post("/v1/weights"), 403, "forbidden")
    assert not (shop.folder / "data" / "copy").exists()


HOLD = """
import sys, time
from palate.workspace.copies import make_copy, opened_copy
from palate.workspace.folder import Folder
from pathlib import Path
import shutil
root = Path(sys.argv[1])
def ask():
    Folder(root).copy.home.mkdir()
    shutil.copy(root / "data" / "palate.db", Folder(root).copy.store)
with opened_copy(root, ask):
    print("open", flush=True)
    time.sleep(60)
"""


def test_the_copy_of_a_killed_command_is_deleted_by_whoever_opens_next(example):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(example)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "open\n"
        copy = example / "data" / "copy"
        with Palate.open(example) as palate:
            assert copy.exists(), "it is in use"
            with pytest.raises(WorkspaceInUse, match=rf"process {process.pid}\b"):
                palate.forget("ada")
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with Palate.open(example) as palate:
        assert not copy.exists()
        assert palate.forget("ada").known
