"""Recommenders of one's own in a run: judged like every line, and cheats among them named."""

from __future__ import annotations

import json

import pytest

YAML = """
name: own
split: {kind: last, users: 60, candidates: 10}
recommenders: [mine.py:make]
metrics: [NDCG@10]
statistics: {samples: 200}
gates: [{variant: mine, min: 0.01}]
"""
MINE = """
from palate.eval.controls import in_order


class Mine:
    def __init__(self, name, order):
        self.name, self.order = name, order

    def rank(self, requests):
        return [in_order(self.order(one)) for one in requests]


def make(palate):
    people = {}
    for user in palate.store.users():
        for event in palate.store.user_events(user.id):
            people[event.item] = people.get(event.item, 0) + 1
    return [
        Mine("mine", lambda one: sorted(one.candidates, key=lambda i: (-people.get(i, 0), i))),
        Mine("lazy", lambda one: one.candidates),
    ]
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "eval.yaml"
    path.write_text(YAML)
    (tmp_path / "mine.py").write_text(MINE)
    return path


def test_it_is_a_line_like_any_other(palate, example, config):
    found = json.loads(palate("eval", "run", config, "--json", workspace=example).out)
    lines = {one["name"]: one for one in found["lines"]}
    assert lines["mine"]["kind"] == "own"
    assert lines["mine"]["against"]["NDCG@10"]["verdict"]
    # It saw what the guard lets through, and so learnt what the control learnt.
    assert (
        lines["mine"]["product"]["NDCG@10"]["mean"] > lines["random"]["product"]["NDCG@10"]["mean"]
    )
    assert found["gates"][0]["passed"]
    assert ("lazy", "identity order") in {(one["line"], one["name"]) for one in found["exposures"]}
    palate("eval", "view", "latest", workspace=example)


@pytest.mark.parametrize(
    ("mine", "told"),
    [
        ("def other(palate): ...", "has no function 'make'"),
        ("import nowhere_to_be_found", "cannot be loaded"),
        ("def make(palate): return 3", "has no name and rank()"),
        ("def make(palate): raise KeyError('x')", "failed: KeyError('x')"),
        (MINE.replace('"lazy"', '"prior"'), "two lines would be called 'prior'"),
        (MINE.replace("self.order(one)", "one.nothing"), "mine failed on case"),
    ],
)
def test_what_is_no_recommender_is_told_before_the_run(palate, example, config, mine, told):
    (config.parent / "mine.py").write_text(mine)
    fails = palate("eval", "run", config, code=8, workspace=example).err
    assert told in " ".join(fails.split())
    assert json.loads(palate("eval", "list", "--json", workspace=example).out) == {"runs": []}


FORETELLING = """
from palate.eval.controls import in_order


class Foretelling:
    name = "foretelling"

    def __init__(self, palate):
        self.palate = palate

    def rank(self, requests):
        return [in_order(self.order(one)) for one in requests]

    def order(self, one):
        found = self.palate.predict_pairs([(one.user, item) for item in one.candidates], ["like"])
        values = {p.item.id: p.value for p in found}
        return sorted(one.candidates, key=lambda item: (-values[item], item))


def make(palate):
    return [Foretelling(palate)]
"""


def test_it_may_rank_by_predictions(palate, example, config, tmp_path):
    (tmp_path / "mine.py").write_text(FORETELLING)
    config.write_text(
        YAML.replace("users: 60", "users: 8").replace("variant: mine", "variant: foretelling")
    )
    found = json.loads(palate("eval", "run", config, "--json", workspace=example).out)
    assert found["gates"][0]["passed"]
    [snapshot] = (example / "data" / "runs" / "snapshots").iterdir()
    assert (snapshot / "data" / "index" / "forecasts.npz").is_file()
    config.write_text(YAML.split("recommenders", maxsplit=1)[0] + "metrics: [NDCG@10]\n")
    palate("eval", "run", config, "--json", workspace=example)
    other = max(
        (example / "data" / "runs" / "snapshots").iterdir(), key=lambda p: p.stat().st_ctime
    )
    assert not (other / "data" / "index" / "forecasts.npz").exists(), "ranking needs none"
