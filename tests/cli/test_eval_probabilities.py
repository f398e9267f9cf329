"""LogLoss, Brier and ECE of a run: who gives probabilities has them, and nobody else."""

from __future__ import annotations

import json

YAML = """
name: sure
split: {kind: last, users: 40, candidates: 10}
models:
  - {id: good, name: "simulated:skill=0.8"}
  - {id: mute, name: "simulated:fault=silent"}
rankers: [labels, first-token]
metrics: [NDCG@10, LogLoss, Brier, ECE]
statistics: {samples: 200}
gates:
  - {variant: prior, metric: LogLoss, max: 2.5}
  - {variant: "good*", metric: ECE, column: model, max: 0.5}
"""


def test_probabilities_are_judged_where_there_are_some(example, palate, tmp_path):
    config, markdown = tmp_path / "eval.yaml", tmp_path / "pr.md"
    config.write_text(YAML)
    told = palate("eval", "run", config, "--json", "--markdown", markdown, code=100,
                  workspace=example).out  # fmt: skip
    found = json.loads(told)
    lines = {one["name"]: one for one in found["lines"]}
    assert set(lines["prior"]["foretold"]) == {"LogLoss", "Brier", "ECE"}
    assert lines["random"]["foretold"] == lines["popularity"]["foretold"] == {}
    sure = lines["good · first-token"]
    assert sure["own_foretold"]["LogLoss"]["mean"] < lines["prior"]["foretold"]["LogLoss"]["mean"]
    assert sure["foretold"]["LogLoss"]["n"] == 40
    # A row of letters has no probabilities of its own; what is fused has the prior's.
    assert lines["good · labels"]["own_foretold"] == {}
    assert lines["good · labels"]["foretold"]["Brier"]["mean"] > 0
    assert lines["mute · labels"]["own_foretold"] == {}
    for one in (lines["prior"]["foretold"], sure["own_foretold"]):
        for mean in one.values():
            assert mean["low"] <= mean["mean"] <= mean["high"]
    gates = {one["sentence"]: one["passed"] for one in found["gates"]}
    # A line without a value meets no bound.
    assert [ok for said, ok in gates.items() if "has no value" in said] == [False]
    assert "How sure, and how rightly" in markdown.read_text()
    config.write_text(YAML.replace("[NDCG@10, LogLoss", "[LogLoss, NDCG@10"))
    fails = palate("eval", "run", config, code=8, workspace=example).err
    assert "begin with a metric such as NDCG@10" in " ".join(fails.split())
