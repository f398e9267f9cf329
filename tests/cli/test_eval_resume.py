"""Runs that stop and go on, and mistakes that are told before a call is paid for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

YAML = """
name: small
split: {kind: last, users: 20, candidates: 10}
models:
  - {id: good, name: "simulated:skill=0.9", price_in: 100, price_out: 100}
rankers: [labels]
metrics: [NDCG@10]
statistics: {samples: 200}
"""


@pytest.fixture
def example(evaluated):
    """Its snapshot is made already: what is tested here is what stands around it."""
    return evaluated


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "eval.yaml"
    path.write_text(YAML)
    return path


@pytest.fixture
def fails(palate, example):
    def run(*args):
        return " ".join(palate("eval", *args, code=8, workspace=example).err.split())

    return run


def run(palate, example, *args):
    return json.loads(palate("eval", "run", *args, "--json", workspace=example).out)


def test_a_run_that_the_money_ended_goes_on_with_more(palate, example, config, fails):
    whole = run(palate, example, config)
    config.write_text(YAML + "limits: {usd: 0.2}\n")
    assert "limits.usd is 0.2" in fails("run", config)
    assert "limits.usd is 0.2" in fails("run", config, "--resume", "latest")
    config.write_text(YAML + "limits: {usd: 50}\n")
    resumed = run(palate, example, config, "--resume", "latest")
    assert resumed["lines"] == whole["lines"]


@pytest.mark.parametrize(
    ("other", "flags", "told"),
    [
        (YAML.replace("0.9", "0.8"), (), "other models"),
        (YAML.replace("users: 20", "users: 30"), (), "other split"),
        (YAML + "limits: {cases: 7}\n", (), "other limits.cases"),
        (YAML, ("--limit", 5), "begun with 20 cases"),
        (YAML, ("--repeat", 3), "begun with --repeat 1"),
    ],
)
def test_a_run_goes_on_as_it_was_begun(palate, example, config, fails, other, flags, told):
    run(palate, example, config)
    config.write_text(other)
    assert told in fails("run", config, "--resume", "latest", *flags)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("gates: [{variant: 'typo*', min: 0.1}]", "gate 1 is for 'typo*'"),
        ("gates: [{metric: NDCG@5, min: 0.1}]", "no metric 'NDCG@5'"),
        ("gates: [{metric: 'judge:useful', min: 0.1}]", "no metric 'judge:useful'"),
        ("gates: [{against: piror, at_least: 0}]", "against is 'piror'"),
    ],
)
def test_what_cannot_be_is_told_before_the_first_call(palate, example, config, fails, more, told):
    config.write_text(YAML + more + "\n")
    for dry in ((), ("--dry-run",)):
        assert told in fails("run", config, *dry)
    config.write_text(YAML.replace("samples: 200", "baseline: nosuch"))
    assert "statistics.baseline is 'nosuch'" in fails("run", config)
    assert json.loads(palate("eval", "list", "--json", workspace=example).out) == {"runs": []}


def test_items_that_are_not_there_are_named(palate, example, config, fails, tmp_path):
    written = palate("eval", "cases", tmp_path / "c.jsonl", "--users", 10, "--candidates", 10,
                     workspace=example)  # fmt: skip
    assert "10 cases" in written.out
    cases = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text().splitlines()]
    config.write_text(YAML.replace("split: {kind: last, users: 20, candidates: 10}",
                                   "data: {cases: c.jsonl}"))  # fmt: skip

    def write():
        (tmp_path / "c.jsonl").write_text("".join(json.dumps(one) + "\n" for one in cases))

    cases[3]["candidates"].append("zzz")
    write()
    assert "names 'zzz', and no item of the catalogue has that id" in fails("run", config)
    cases[3]["candidates"].pop()
    cases[4]["truth"] = {"yyy": 1}
    write()
    found = run(palate, example, config)
    assert found["notes"][0].startswith("1 relevant items of 1 cases are no items of the catalogue")


def test_runs_are_compared_on_the_cases_that_both_asked_alike(palate, example, config, tmp_path):
    run(palate, example, config)
    config.write_text(YAML.replace("users: 20", "users: 12"))
    run(palate, example, config)
    listed = palate("eval", "list", "--json", workspace=example).out
    first, second = (one["run"] for one in json.loads(listed)["runs"])
    told = palate("eval", "compare", first, second, "--json", workspace=example).out
    found = json.loads(told)
    assert found["cases"] == 12
    assert found["left_out"] == [f"8 cases of {first} are not in {second}: they are not compared."]
    assert found["models"]["good · labels"]["NDCG@10"]["verdict"]
    config.write_text(YAML.replace("kind: last", "kind: per-user, share: 0.5"))
    run(palate, example, config)
    # The same people, other questions: none is paired by its id alone.
    fails = palate("eval", "compare", first, "latest", code=8, workspace=example).err
    assert "another question or truth" in " ".join(fails.split())


@pytest.mark.parametrize("line", ['{"t":"answer"}', "garbage", '{"x":1}', "[1]"])
def test_a_damaged_log_is_told_by_its_line(palate, example, config, fails, line):
    whole = run(palate, example, config)
    log = Path(whole["folder"]) / "log.jsonl"
    log.write_text(log.read_text() + line + "\n")
    assert "is damaged" in fails("view", "latest")
    assert "is damaged" in fails("run", config, "--resume", "latest")


def test_one_person_is_compared_with_nobody(palate, example, config):
    config.write_text(YAML.replace("users: 20", "users: 1"))
    told = palate("eval", "run", config, workspace=example).out
    assert "one person: nothing to compare" in " ".join(told.split())


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("judge: {model: {name: x, prise_in: 1}}", "Did you mean 'price_in'?"),
        ("judge: {modle: {name: x}}", "Did you mean 'model'?"),
        ("limits: {rmp: 3}", "Did you mean 'rpm'?"),
        ("evidence_removed: {case: 3}", "Did you mean 'cases'?"),
    ],
)
def test_the_nearest_key_is_named_wherever_it_stands(palate, example, config, fails, more, told):
    config.write_text(YAML + more + "\n")
    assert told in fails("run", config)


def test_an_empty_file_of_rankings_is_refused(palate, example, fails, tmp_path):
    palate("eval", "cases", tmp_path / "c.jsonl", "--users", 5, workspace=example)
    (tmp_path / "empty.jsonl").write_text("")
    assert "holds no rankings" in fails("score", tmp_path / "c.jsonl", tmp_path / "empty.jsonl",
                                        "--alone")  # fmt: skip


def test_repeats_part_the_noise_of_a_model_that_draws_anew(palate, example, config):
    config.write_text(YAML.replace("skill=0.9", "skill=0.5,temperature=0.5"))
    found = run(palate, example, config, "--repeat", 3)
    [[_, noise]] = found["noise"]
    assert noise["repeats"] == 3
    assert noise["model"] > 0.01
    assert noise["sampling"] >= 0
    assert run(palate, example, config, "--resume", "latest")["noise"] == found["noise"]
    # Without a temperature it says the same again: all noise is that of the sample.
    config.write_text(YAML.replace("skill=0.9", "skill=0.5"))
    [[_, still]] = run(palate, example, config, "--repeat", 3)["noise"]
    assert still["model"] == 0
