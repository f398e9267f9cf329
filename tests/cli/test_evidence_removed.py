"""Whether ranks move without what reasons cite: the whole path, models that differ in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

YAML = """
name: removed
split: {kind: last, users: 60, candidates: 10}
models:
  - {id: heeds, name: "simulated:skill=0.2,heed=1", price_in: 1, price_out: 1}
  - {id: pretends, name: "simulated:skill=0.2", price_in: 1, price_out: 1}
  - {id: mute, name: "simulated:fault=silent"}
rankers: [listwise]
metrics: [NDCG@10]
statistics: {samples: 500}
evidence_removed: {cases: 0}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "eval.yaml"
    path.write_text(YAML)
    return path


def run(palate, example, *args):
    return json.loads(palate("eval", "run", *args, "--json", workspace=example).out)


def test_a_ranking_that_rests_on_what_it_cites_moves_and_another_does_not(
    example, palate, config, tmp_path
):
    markdown = tmp_path / "pr.md"
    whole = run(palate, example, config, "--markdown", markdown)
    moved = {one["line"].split(" · ")[0]: one for one in whole["moved"]}
    assert set(moved) == {"heeds", "pretends"}
    heeds, pretends = moved["heeds"], moved["pretends"]
    assert heeds["verdict"] == "moves with what it cites"
    assert heeds["difference"]["low"] > 0.5
    assert heeds["cited"]["mean"] > heeds["other"]["mean"]
    assert pretends["verdict"] == "does not use what it cites"
    # Nothing of the history is in its order: it gives the same one again.
    assert pretends["cited"]["mean"] == pretends["other"]["mean"] == 0
    assert heeds["asked"] == heeds["scored"] > 30
    assert heeds["cost"]["calls"] <= 2 * heeds["asked"]
    assert heeds["cost"]["usd"] > 0
    exposed = {(one["line"].split(" · ")[0], one["name"]) for one in whole["exposures"]}
    assert ("pretends", "cites what it does not use") in exposed
    assert ("heeds", "cites what it does not use") not in exposed
    assert "Without the evidence that reasons cite" in markdown.read_text()
    # The variants' own cost holds none of it.
    assert all(one["cost"]["calls"] == 60 for one in whole["lines"] if one["kind"] == "model")


def test_it_is_counted_resumed_and_replayed(example, palate, config):
    dry = json.loads(palate("eval", "run", config, "--dry-run", "--json", workspace=example).out)
    rows = {row["variant"]: row["calls"] for row in dry["variants"]}
    assert rows["heeds · listwise: evidence-removed"] == 120
    whole = run(palate, example, config)
    log = Path(whole["folder"]) / "log.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    again = run(palate, example, config, "--resume", "latest")
    assert again["moved"] == whole["moved"]
    assert log.read_text() == "".join(lines)
    # Cut amid the second asking, as a kill would.
    log.write_text("".join(lines[:-40]))
    resumed = run(palate, example, config, "--resume", "latest")
    assert resumed["moved"] == whole["moved"]
    replayed = run(palate, example, config, "--replay", log)
    assert [one["difference"] for one in replayed["moved"]] == [
        one["difference"] for one in whole["moved"]
    ]


def rewritten(log, field, change):
    """Writes a log anew without the calls of those whose answers have a field."""
    records = [json.loads(line) for line in log.read_text().splitlines()]
    keys = {one["v"] for one in records if field in one}
    kept = [one for one in records if one["t"] != "call" or one["v"] not in keys]
    made = [change(one) if one.get("v") in keys else one for one in kept]
    assert made != kept
    assert len(kept) < len(records)
    log.write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in made))


def test_answers_that_came_when_retried_are_tried_as_well(example, palate, config):
    whole = run(palate, example, config)
    log = Path(whole["folder"]) / "log.jsonl"
    # As it is written where the answer had failed and there was no reason to try.
    kept = ("t", "v", "c", "usage")
    rewritten(log, "controlled", lambda one: {key: one[key] for key in kept})
    again = run(palate, example, config, "--resume", "latest", "--retry-errors")
    assert again["moved"] == whole["moved"]


def test_reasons_that_came_when_retried_are_judged_as_well(example, palate, config):
    judge = "judge: {model: {name: 'simulated-judge:noise=0.1', id: sim}, cases: 12}\n"
    config.write_text(YAML.replace("evidence_removed: {cases: 0}\n", judge))
    whole = run(palate, example, config)
    log = Path(whole["folder"]) / "log.jsonl"
    rewritten(log, "verdicts", lambda one: one | {"verdicts": [], "usage": [0, 0, 0]})
    again = run(palate, example, config, "--resume", "latest")
    assert again["judge"] == whole["judge"]


def test_of_one_person_nothing_is_said(example, palate, config):
    config.write_text(
        YAML.replace("users: 60", "users: 1") + "axes: {order: [retrieved, reversed]}\n"
    )
    found = run(palate, example, config)
    assert not any(one["verdict"] for one in found["moved"])
    assert {(one["tau"]["low"], one["tau"]["high"]) for one in found["steadiness"]} == {(-1, 1)}
    named = {one["name"] for one in found["exposures"]}
    assert "cites what it does not use" not in named
