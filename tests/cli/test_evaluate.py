"""``palate eval``: from events to a run, its gates, and what goes wrong on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from palate.eval.runs.health import OUTCOMES as EVERY

ONE = '  - {id: good, name: "simulated:skill=0.9", price_in: 1, price_out: 1}\n'
YAML = f"""
name: small
split: {{kind: last, users: 20, candidates: 10}}
models:
{ONE}metrics: [NDCG@10]
statistics: {{samples: 200}}
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


def run(palate, example, *args, code=0):
    return json.loads(palate("eval", "run", *args, "--json", code=code, workspace=example).out)


def test_a_run_its_gates_and_its_replay(example, palate, config, tmp_path):
    dry = palate("eval", "run", config, "--dry-run", "--json", workspace=example).out
    assert json.loads(dry)["variants"][0]["calls"] == 20
    assert json.loads(palate("eval", "list", "--json", workspace=example).out) == {"runs": []}
    whole = run(palate, example, config)
    good = next(one for one in whole["lines"] if one["name"].startswith("good"))
    assert good["model"]["NDCG@10"]["mean"] > 0.6
    assert good["cost"]["calls"] == 20
    assert whole["guard"] == "own-truth"
    controls = [one["name"] for one in whole["lines"] if one["kind"] == "control"]
    assert controls == ["random", "identity", "popularity", "BM25", "item-kNN", "prior", "oracle"]
    again = run(palate, example, config, "--resume", "latest")
    assert again["lines"] == whole["lines"]
    log = f"{whole['folder']}/log.jsonl"
    # Recorded replies need no model: a name that nobody serves will do, under the same id.
    config.write_text(YAML.replace("simulated:skill=0.9", "nobody/serves-this"))
    replayed = run(palate, example, config, "--replay", log)
    assert [one["model"] for one in replayed["lines"]] == [one["model"] for one in whole["lines"]]
    config.write_text(YAML + "gates: [{variant: 'good*', min: 0.999}]\n")
    markdown = tmp_path / "pr.md"
    told = palate("eval", "gate", "latest", "--config", config, "--markdown", markdown,
                  code=100, workspace=example)  # fmt: skip
    assert "FAILED" in told.out
    assert "**FAILED**" in markdown.read_text()


def test_gates_that_cannot_fail_are_refused(example, palate, config):
    whole = run(palate, example, config)
    assert whole["gates"] == []
    told = palate("eval", "gate", "latest", code=8, workspace=example)
    assert "has no gates: nothing could fail" in " ".join(told.err.split())
    told = palate("eval", "gate", "latest", "--config", config, code=8, workspace=example)
    assert "has no gates" in " ".join(told.err.split())


def test_gates_hold_reasons_and_what_is_shown(example, palate, config):
    bounds = "{metric: SupportedClaims, min: 0.01}, {metric: ReasonWords, max: 1}"
    shown = YAML.replace("[NDCG@10]", "[NDCG@10, Coverage@10]")
    config.write_text(f"{shown}gates: [{bounds}, {{metric: Coverage@10, min: 0.02}}]\n")
    found = run(palate, example, config, code=100)
    assert [one["passed"] for one in found["gates"]] == [True, False, True]
    assert "ReasonWords is" in found["gates"][1]["sentence"]
    config.write_text(f"{shown}gates: [{{metric: SupportedClaims, failed: 0.1}}]\n")
    told = palate("eval", "gate", "latest", "--config", config, code=8, workspace=example)
    assert "takes min and max" in " ".join(told.err.split())


OUTCOMES = {
    "silent": "silent", "garbage": "unread", "refuse": "refused", "cut": "truncated",
    "error": "failed", "sloppy": "repaired", "history": "repaired",
}  # fmt: skip


def test_every_fault_is_counted_by_its_name(example, palate, config, tmp_path):
    models = "".join(f"  - {{id: {one}, name: 'simulated:fault={one}'}}\n" for one in OUTCOMES)
    head, _, tail = YAML.partition(ONE)
    config.write_text(head + models + tail)
    markdown = tmp_path / "pr.md"
    found = run(palate, example, config, "--markdown", markdown)
    lines = {one["name"].split(" · ")[0]: one["health"] for one in found["lines"]}
    for fault, outcome in OUTCOMES.items():
        # Exactly one outcome a case.
        assert {name: lines[fault][name] for name in EVERY if lines[fault].get(name)} == {
            outcome: 20
        }
    assert (lines["sloppy"]["duplicate"], lines["sloppy"]["foreign"]) == (20, 20)
    # Whose past holds nothing liked has nothing that could be repeated.
    assert lines["history"]["history repeat"] >= 15
    assert lines["cut"]["partial"] == 20
    named = {one["line"].split(" · ")[0]: one["name"] for one in found["exposures"]}
    assert named["refuse"] == "refusing model"
    assert named["cut"] == "truncated model"
    assert "**Validity of the replies**" in markdown.read_text()


def test_orders_of_one_model_are_compared(example, palate, config, tmp_path):
    models = """
  - {id: steady, name: "simulated:skill=0.5"}
  - {id: leaning, name: "simulated:skill=0,bias=1"}
  - {id: mute, name: "simulated:fault=silent"}
"""
    axes = "axes: {order: [retrieved, reversed], seed: [0, 1]}\nrankers: [labels]\n"
    head, _, tail = YAML.partition(ONE)
    config.write_text(head + models.lstrip("\n") + axes + tail)
    markdown = tmp_path / "pr.md"
    found = run(palate, example, config, "--markdown", markdown)["steadiness"]
    turned = {one["variant"]: one for one in found if one["first"] == "retrieved"}
    # A model that does not lean draws the same order whichever way the candidates stand.
    assert turned["steady · labels · seed 0"]["tau"]["mean"] == 1
    assert turned["steady · labels · seed 0"]["same"]["mean"] == 1
    leaning = turned["leaning · labels · seed 0"]["tau"]
    assert leaning["mean"] < leaning["high"] < 0.5
    assert leaning["n"] == 20
    assert not any(name.startswith("mute") for name in turned)
    assert {(one["first"], one["second"]) for one in found} == {
        ("retrieved", "reversed"), ("seed 0", "seed 1"),
    }  # fmt: skip
    assert "Kendall tau" in markdown.read_text()


def test_cohorts_are_told_by_any_field_of_the_users(example, palate, config, tmp_path):
    people = json.loads(palate("eval", "cases", tmp_path / "c.jsonl", "--users", 20, "--json",
                               workspace=example).out)  # fmt: skip
    ids = [json.loads(line)["user"] for line in Path(people["file"]).read_text().splitlines()]
    rows = [f"{user},{20 + n},{'at' if n % 2 else 'ch'}" for n, user in enumerate(ids[:18])]
    (tmp_path / "users.csv").write_text("\n".join(["id,age,country", *rows]) + "\n")
    palate("ingest", "users", tmp_path / "users.csv", workspace=example)
    config.write_text(YAML + "cohorts: [age, country]\n")
    found = run(palate, example, config)["lines"][0]["cohorts"]
    assert {name: one["n"] for name, one in found["country"].items()} == {
        "at": 9, "ch": 9, "unknown": 2,
    }  # fmt: skip
    assert list(found["age"]) == ["unknown", "20 to 24", "25 to 28", "29 to 32", "33 to 37"]
    assert {"history", "truth"} < set(found)
    for one in found["country"].values():
        assert one["low"] <= one["mean"] <= one["high"]
    config.write_text(YAML + "cohorts: [agge]\n")
    told = palate("eval", "run", config, code=8, workspace=example)
    assert "Did you mean 'age'?" in " ".join(told.err.split())


def test_variants_that_ask_the_same_are_named(example, palate, config):
    config.write_text(YAML + "prompts: [rank/labels]\nrankers: [listwise, labels, first-token]\n")
    found = run(palate, example, config)
    assert [(one["line"], one["name"]) for one in found["exposures"]] == [("good · labels", "twin")]
    assert "good · listwise" in found["exposures"][0]["sentence"]
    # A row of letters is what this prompt asks for: nothing had to be mended.
    assert (
        next(one for one in found["lines"] if one["name"] == "good · listwise")["health"][
            "complete"
        ]
        == 20
    )


def test_an_ordinary_run_raises_no_alarm(example, palate, config):
    config.write_text(YAML.replace(", candidates: 10", "").replace("users: 20", "users: 60"))
    found = run(palate, example, config)
    # Who draws at random meets long histories, too: that is no cheat.
    assert [(one["line"], one["name"]) for one in found["exposures"]] == []


def test_retrieval_has_a_ceiling(example, palate, config):
    config.write_text(YAML.replace(", candidates: 10", ""))
    found = run(palate, example, config, "--limit", 10)
    retrieved, shown = found["ceiling"]
    assert 0 <= shown <= retrieved <= 1
    oracle = next(one for one in found["lines"] if one["name"] == "oracle")
    assert oracle["product"]["NDCG@10"]["mean"] == 1


def test_a_global_split_is_guarded(example, palate, config):
    config.write_text(YAML.replace("kind: last", "kind: global, share: 0.2"))
    found = run(palate, example, config, "--limit", 10)
    assert found["guard"] == "global"
    assert "Nothing at or after" in found["guarded"]


def test_a_planted_leak_stops_the_run_and_is_named(example, palate, config, told, tmp_path):
    cases = tmp_path / "cases.jsonl"
    palate("eval", "cases", cases, "--users", 5, workspace=example)
    rows = [json.loads(line) for line in cases.read_text().splitlines()]
    rows[2]["history"] = list(rows[2]["truth"])
    cases.write_text("".join(json.dumps(row) + "\n" for row in rows))
    config.write_text(YAML + "data: {cases: cases.jsonl}\n")
    said = told("eval", "run", config, code=8, workspace=example)
    assert "Leak (truth-in-history)" in said


def test_mistakes_are_told(example, palate, config, told):
    config.write_text(YAML + "modles: []\n")
    assert "Did you mean 'models'" in told("eval", "run", config, code=8, workspace=example)
    config.write_text(YAML.replace("skill=0.9", "skill=9"))
    assert "no simulated model" in told("eval", "run", config, code=8, workspace=example)
    schema = json.loads(palate("eval", "schema").out)
    assert set(schema["properties"]) >= {"data", "split", "models", "gates", "limits"}


def test_every_ranker_finds_a_good_models_opinion(example, palate, config):
    config.write_text(YAML + "rankers: [pointwise, pairwise, setwise, windows]\n")
    found = run(palate, example, config, "--limit", 8)
    own = {one["name"]: one["model"]["NDCG@10"]["mean"] for one in found["lines"]
           if one["kind"] != "control"}  # fmt: skip
    assert len(own) == 4
    assert min(own.values()) > 0.7, own


JUDGED = (
    YAML
    + """
judge: {model: {name: "simulated-judge:noise=0.1", id: sim, price_in: 1}, cases: 12,
        pairs: evidence}
"""
)


def test_reasons_are_judged_apart_resumed_and_replayed(example, palate, config, tmp_path):
    config.write_text(JUDGED)
    dry = json.loads(palate("eval", "run", config, "--dry-run", "--json", workspace=example).out)
    assert [row["calls"] for row in dry["variants"]] == [20, 36]
    whole = run(palate, example, config)
    judge = whole["judge"]
    line = judge["lines"][next(iter(judge["lines"]))]
    assert 0 < line["scored"] == line["asked"] <= 12
    assert 0 < judge["cost"]["calls"] <= 36
    assert judge["cost"]["usd"] > 0
    # The judge's calls are in nobody else's cost.
    assert whole["lines"][-1]["cost"]["calls"] == 20
    assert judge["calibration"] is None
    log = Path(whole["folder"]) / "log.jsonl"
    calls = log.read_text().count('"t":"call"')
    assert run(palate, example, config, "--resume", "latest")["judge"] == judge
    assert log.read_text().count('"t":"call"') == calls
    markdown = tmp_path / "pr.md"
    palate("eval", "view", "latest", "--markdown", markdown, workspace=example)
    assert "Agreement not measured" in markdown.read_text()
    replayed = run(palate, example, config, "--replay", log)
    assert replayed["judge"]["lines"] == judge["lines"]


def test_a_broken_judge_is_unscored_in_no_mean(example, palate, config):
    gates = "gates: [{metric: 'judge:useful', min: 1}, {metric: 'judge:useful', failed: 0.5}]\n"
    config.write_text(JUDGED.replace("noise=0.1", "fault=garbage") + gates)
    found = run(palate, example, config, code=100)
    assert [one["passed"] for one in found["gates"]] == [False, False]
    assert "unscored" in found["gates"][0]["sentence"]
    judge = found["judge"]
    line = judge["lines"][next(iter(judge["lines"]))]
    assert line["asked"] > 0 == line["scored"]
    assert line["scores"] == {}
    assert line["pairs"]["wins"] is None
    assert judge["causes"] == {"unreadable reply": judge["asked"]}
    assert ("judge sim", "broken judge") in {(e["line"], e["name"]) for e in found["exposures"]}


def test_a_judge_that_prefers_a_slot_is_named(example, palate, config):
    leaning = JUDGED.replace("noise=0.1", "noise=0,bias=1").replace("cases: 12", "cases: 0")
    config.write_text(leaning.replace("skill=0.9", "skill=0.9,heed=0.2"))
    found = run(palate, example, config)
    names = {(one["line"], one["name"]) for one in found["exposures"]}
    assert ("judge sim", "judge prefers a slot") in names
    assert ("judge sim", "broken judge") not in names
    assert found["judge"]["questions"]["useful"].startswith("useful, 1 to 5. 1: does not help")


def test_a_sound_judge_raises_no_alarm(example, palate, config):
    config.write_text(JUDGED.replace("cases: 12", "cases: 0"))
    found = run(palate, example, config)
    assert not [one for one in found["exposures"] if one["line"].startswith("judge")]


def test_agreement_stands_beside_the_scores(example, palate, config):
    config.write_text(JUDGED)
    labels = Path(__file__).parents[2] / "examples" / "judge-labels.jsonl"
    told = palate("eval", "calibrate-judge", labels, "--judge", config, "--json",
                  workspace=example).out  # fmt: skip
    assert json.loads(told)["found"]["cases"] == 30
    judge = run(palate, example, config)["judge"]
    assert judge["calibration"] == json.loads(told)["found"]
    config.write_text(JUDGED + "gates: [{metric: 'judge:faithful', min: 0.1}]\n")
    shown = palate("eval", "gate", "latest", "--config", config, workspace=example).out
    assert " ".join(shown.split()).count("Agreement with people") == 2
    config.write_text(JUDGED + "gates: [{metric: 'judge:charming', min: 0.1}]\n")
    palate("eval", "gate", "latest", "--config", config, code=8, workspace=example)
