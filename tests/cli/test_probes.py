"""Probes are held against the same variant without them, and what they find is named."""

from __future__ import annotations

import json

YAML = """
name: probes
split: {kind: last, users: 120, candidates: 10}
models:
  - {id: personal, name: "simulated:skill=0,heed=1", knows_until: 1990}
  - {id: deaf, name: "simulated:skill=0.7"}
  - {id: mute, name: "simulated:fault=silent"}
rankers: [labels]
axes: {probe: [none, history-removed, history-swapped, history-shuffled, titles-anonymous]}
metrics: [NDCG@10]
statistics: {samples: 500, margin: 0.05}
"""


def test_who_loses_nothing_without_a_history_is_named(example, palate, tmp_path):
    config, markdown = tmp_path / "eval.yaml", tmp_path / "pr.md"
    config.write_text(YAML)
    found = json.loads(palate("eval", "run", config, "--json", "--markdown", markdown,
                              workspace=example).out)  # fmt: skip
    probed = {(one["line"].split(" · ")[0], one["probe"]): one for one in found["probed"]}
    removed = probed["deaf", "history-removed"]
    # What the person liked is nothing to it: the same order again, to the last case.
    assert (removed["loss"]["mean"], removed["verdict"]) == (0, "does not use the history")
    assert probed["deaf", "titles-anonymous"]["verdict"] == "knows items by their titles"
    assert probed["deaf", "titles-anonymous"]["loss"]["low"] > 0
    assert not any(line == "mute" for line, _ in probed)
    gap = probed["personal", "after its last year"]
    assert gap["loss"]["low"] <= gap["loss"]["mean"] <= gap["loss"]["high"]
    named = {(one["line"].split(" · ")[0], one["name"]) for one in found["exposures"]}
    assert ("deaf", "does not use the history") in named
    assert ("deaf", "does not care whose history it is") in named
    assert "**Probes**" in markdown.read_text()
