"""Runs: the log survives kills, repeats no call, and what is hidden is exposed by name."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from palate.domain import Message, ModelCall
from palate.errors import EvalError
from palate.eval.bootstrap import intervals
from palate.eval.controls import in_order
from palate.eval.metrics import NDCG
from palate.eval.runs.config_file import config_from
from palate.eval.runs.gates import check_gates, junit
from palate.eval.runs.kept import load_values
from palate.eval.runs.labels import labelled, reasons_wanted, slots_of
from palate.eval.runs.ledger import read_replies
from palate.eval.runs.log import Log, read_calls, read_log
from palate.eval.runs.summarise import Judged, noise_of
from palate.eval.runs.summary import read_summary
from palate.eval.runs.tables import as_markdown
from palate.eval.runs.values import Questions
from palate.eval.runs.variants import variants_of
from palate.eval.statistics.spread import standard_errors
from palate.eval.statistics.verdict import normal_intervals

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("harness", HERE / "harness.py")
assert _spec is not None and _spec.loader is not None
harness = importlib.util.module_from_spec(_spec)
sys.modules["harness"] = harness
_spec.loader.exec_module(harness)

ROUNDS = 3


@pytest.fixture
def world(arrays):
    pairs = [(f"p{n}", item) for n, item in enumerate(harness.ITEMS) for _ in range(1)]
    return harness.World(arrays(pairs, tuple(harness.ITEMS)))


def names(summary):
    return {(one.line.split(" · ")[0], one.name) for one in summary.exposures}


def calls_of(log):
    return [(c["v"], c["c"], c["k"], c["i"]) for c in read_calls(log)]


def test_a_killed_run_resumes_to_the_same_summary_and_repeats_no_call(tmp_path):
    script = [sys.executable, str(HERE / "kill_rounds.py")]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    started = time.monotonic()
    subprocess.run([*script, str(tmp_path / "whole")], env=env, check=True)
    whole = time.monotonic() - started
    expected = (tmp_path / "whole" / "run" / "summary.json").read_bytes()
    log = tmp_path / "killed" / "run" / "log.jsonl"
    rng = random.Random(5)
    recorded: list = []
    for _ in range(ROUNDS):
        process = subprocess.Popen([*script, str(tmp_path / "killed")], env=env)
        time.sleep(rng.uniform(0.6, 1.0) * whole)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if log.exists():
            now = calls_of(log)
            assert now[: len(recorded)] == recorded
            recorded = now
    subprocess.run([*script, str(tmp_path / "killed")], env=env, check=True)
    assert (tmp_path / "killed" / "run" / "summary.json").read_bytes() == expected
    made = calls_of(log)
    assert len(made) == len(set(made)) == 400


@pytest.mark.parametrize("cut", [1, 7, 40, 200, 333])
def test_a_log_cut_anywhere_is_continued(tmp_path, world, cut):
    asked, cases = harness.config("simulated:skill=0.5"), harness.make_cases(60)
    folder, whole = harness.run(tmp_path / "a", world, asked, cases)
    content = folder.log.read_bytes()
    folder.log.write_bytes(content[: len(content) * cut // 400])
    _, again = harness.run(tmp_path / "a", world, asked, cases)
    assert again == whole
    assert len(set(calls_of(folder.log))) == len(calls_of(folder.log)) == 60


def test_failed_calls_are_kept_unless_they_are_retried(tmp_path, world):
    asked, cases = harness.config("simulated:fault=flaky"), harness.make_cases(80)
    folder, summary = harness.run(tmp_path, world, asked, cases)
    failed = summary.lines[-1].health["failed"]
    assert 5 < failed < 40
    before = len(calls_of(folder.log))
    harness.run(tmp_path, world, asked, cases)
    assert len(calls_of(folder.log)) == before
    harness.run(tmp_path, world, asked, cases, retry=True)
    assert len(calls_of(folder.log)) == before + failed


def test_a_log_of_another_run_and_a_damaged_one_are_refused(tmp_path):
    path = tmp_path / "log.jsonl"
    Log.open(path, {"cases": "a"}).close()
    with pytest.raises(EvalError, match="another cases"):
        Log.open(path, {"cases": "b"})
    path.write_text(path.read_text() + "nonsense\n" + '{"t":"call"}\n')
    with pytest.raises(EvalError, match="line 2"):
        list(read_log(path))


def test_recorded_replies_stand_in_for_the_model(tmp_path, world):
    asked, cases = harness.config("simulated:skill=0.8"), harness.make_cases(40)
    folder, first = harness.run(tmp_path / "a", world, asked, cases)
    replies = read_replies(folder.log)
    _, again = harness.run(tmp_path / "b", world, asked, cases, replies=replies)
    assert again.lines == first.lines
    with pytest.raises(EvalError, match="holds no reply"):
        harness.run(tmp_path / "c", world, asked, harness.make_cases(41, seed=3), replies=replies)


@pytest.mark.parametrize("many", [1, 8])
def test_the_money_ends_a_run_that_can_go_on(tmp_path, world, many):
    model = {"name": "simulated:skill=0.5", "price_in": 1000, "price_out": 1000}
    asked = config_from({"models": [model], "limits": {"usd": 1.0, "concurrency": many}})
    for _ in range(2):  # resumed with as little, it spends nothing more
        with pytest.raises(EvalError, match=r"limits\.usd is 1"):
            harness.run(tmp_path, world, asked, harness.make_cases(100))
        log = tmp_path / "run" / "log.jsonl"
        spent = sum(c["u"][1] + c["u"][2] for c in read_calls(log)) * 1000 / 1e6
        assert 0.8 < spent <= 1.0
    with pytest.raises(EvalError, match=r"limits\.usd is 1"):
        harness.run(tmp_path, world, asked, harness.make_cases(100))
    assert not (tmp_path / "run" / "summary.json").exists()


class Cheat:
    def __init__(self, name, order):
        self.name, self.order = name, order

    def rank(self, requests):
        return [in_order(self.order(request)) for request in requests]


def test_cheats_are_exposed_by_name(tmp_path, world, arrays):
    cases = harness.make_cases(300)
    truth = {case.candidates: next(iter(case.truth)) for case in cases}
    clean = world.controls(["popularity"], 0)[0]

    def leaked(request):
        order = list(clean.rank([request])[0].order)
        place = order.index(truth[request.candidates])
        if place:
            order[place - 1], order[place] = order[place], order[place - 1]
        return order

    def easy(request):
        whole = clean.rank([request])[0].order
        return whole if whole.index(truth[request.candidates]) < 3 else ()

    world.extra = (
        Cheat("keeps", lambda request: request.candidates),
        Cheat("peeks", leaked),
        Cheat("picks", easy),
    )
    faults = ["simulated:fault=silent", "simulated:fault=garbage", "simulated:fault=error",
              "simulated:skill=0", "simulated:skill=0.9"]  # fmt: skip
    _, summary = harness.run(tmp_path, world, harness.config(*faults), cases)
    assert names(summary) == {
        ("keeps", "identity order"),
        ("peeks", "leaked truth"),
        ("picks", "answers only some"),
        ("simulated:fault=silent", "silent model"),
        ("simulated:fault=garbage", "garbage model"),
        ("simulated:fault=error", "failing model"),
        ("simulated:skill=0", "no better than chance"),
    }
    for line in summary.lines:
        if "fault" in line.name:
            assert line.model["NDCG@10"].mean == 0
            assert line.answered["NDCG@10"].n == 0


def test_an_order_leak_shows_at_the_identity_control(tmp_path, world):
    cases = []
    for one in harness.make_cases(60):
        rest = [item for item in one.candidates if item not in one.truth]
        cases.append(replace(one, candidates=(*one.truth, *rest)))
    _, summary = harness.run(tmp_path, world, harness.config("simulated:skill=0.5"), cases)
    assert ("identity", "order leak") in names(summary)


def test_repeating_the_history_is_exposed(tmp_path, world):
    cases = [
        harness.Case(id=f"c{n}", user=f"u{n}", history=("i1", "i2"), truth={"i9": 1.0})
        for n in range(30)
    ]
    world.extra = (Cheat("repeats", lambda request: ("i1", "i2", "i9")),)
    asked = harness.config(controls=["random", "prior"])
    world.controls = lambda names, seed: [
        Cheat("random", lambda r: ("i3", "i4")), Cheat("prior", lambda r: ("i9", "i3")),
        *world.extra,
    ]  # fmt: skip
    _, summary = harness.run(tmp_path, world, asked, cases)
    assert ("repeats", "repeats the history") in names(summary)


def test_what_is_read_back_is_what_was_written(tmp_path, world):
    asked = harness.config("simulated:skill=0.7")
    folder, summary = harness.run(tmp_path, world, asked, harness.make_cases(40))
    assert read_summary(folder.summary) == summary
    assert json.loads(summary.to_json())["cases"] == 40
    values = load_values(folder.values)
    assert values["product"].shape == (len(summary.lines), 40, 1)
    assert "answered only" in as_markdown(summary)
    assert folder.log.stat().st_mode & 0o777 == 0o600


def test_gates_pass_fail_and_become_junit(tmp_path, world):
    asked = harness.config(
        "simulated:skill=0.9",
        gates=[
            {"variant": "simulated*", "min": 0.5},
            {"variant": "simulated*", "column": "model", "max": 0.1},
            {"variant": "simulated*", "against": "random", "at_least": 0.1, "failed": 0.0},
        ],
    )
    folder, summary = harness.run(tmp_path, world, asked, harness.make_cases(60))
    checked = check_gates(asked.gates, summary, load_values(folder.values), asked.statistics)
    assert [one.passed for one in checked] == [True, False, True, True]
    xml = junit(summary, checked).decode()
    assert 'tests="4"' in xml
    assert 'failures="1"' in xml
    with pytest.raises(EvalError, match="no line is called"):
        gates = harness.config("simulated:", gates=[{"variant": "nobody", "min": 0}]).gates
        check_gates(gates, summary, load_values(folder.values), asked.statistics)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"modles": []}, "Did you mean 'models'"),
        ({"split": {"usres": 3}}, "Did you mean 'users'"),
        ({"limits": {"rmp": 3}}, "Did you mean 'rpm'"),
        ({"gates": [{"variant": "*"}]}, "a gate needs"),
        ({"controls": ["oracle"]}, "random and prior"),
        ({"rankers": ["listwise", "listwise"]}, "stands twice"),
        ({"statistics": {"level": 2}}, "statistics.level"),
    ],
)
def test_what_a_configuration_cannot_hold_is_told(data, words):
    with pytest.raises(EvalError, match=words):
        config_from(data)


def test_beyond_many_people_the_normal_interval_is_that_of_the_bootstrap():
    rng = np.random.default_rng(3)
    values = rng.beta(0.6, 0.9, size=(3000, 1))
    users = [("user", str(n // 2)) for n in range(3000)]
    errors, _ = standard_errors(values, users)
    one = normal_intervals(values.mean(axis=0), errors, 0.95)[0]
    other = intervals(values, users=users)[0]
    assert (one.mean, one.low, one.high) == pytest.approx(
        (other.mean, other.low, other.high), abs=1e-3
    )


def test_labels_and_slots_are_read_off_any_template():
    text = "Liked:\n- A Film (1999)\nCandidates:\nA Alien; horror\nB Aliens (1986); action\nRank."
    call = ModelCall((Message("user", text),), 9)
    assert labelled(call) == {"A": "Alien; horror", "B": "Aliens (1986); action"}
    titles = {"1": "Aliens (1986)", "2": "Alien (1979)"}
    assert slots_of(call, titles) == ("2", "1")
    assert slots_of(call, {"1": "Aliens (1986)"}) == ()


def test_verdicts_of_a_run_are_of_one_family_and_tell_what_could_be_found(tmp_path, world):
    asked = harness.config("simulated:skill=0.9", "simulated:skill=0.0")
    folder, summary = harness.run(tmp_path, world, asked, harness.make_cases(60))
    found = [by["NDCG@10"] for line in summary.lines
             for by in (line.against, line.against_model) if by]  # fmt: skip
    assert len({one.name for one in summary.lines}) + 2 - 1 == len(found)  # two models alone
    assert min(one.adjusted for one in found) == pytest.approx(
        min(1, len(found) * min(one.p for one in found))
    )
    assert {one.verdict for one in found} >= {"better"}
    assert any(one.more and one.verdict.endswith("would do") for one in found)
    # Popularity is the baseline under another name here: nothing differs, nothing is spread.
    assert sum(one.detectable is None for one in found) == 1
    assert all(0 < one.detectable < 1 for one in found if one.detectable is not None)
    assert read_summary(folder.summary) == summary
    told = as_markdown(summary)
    assert f"corrected for {len(found)} comparisons" in told
    assert "that 60 people decide four times in five" in told


def test_repeats_of_a_run_tell_the_noise_of_the_model(tmp_path, world):
    cases = harness.make_cases(40)
    asked = harness.config("simulated:skill=0.5")
    folder, _ = harness.run(tmp_path, world, asked, cases)
    once, twice = variants_of(asked, repeat=2)
    columns = []
    for variant, seed in ((once, 1), (twice, 2)):
        column = Questions(cases, [NDCG @ 10], [()] * 40).empty(variant.name, model=True)
        column.own[:] = np.random.default_rng(seed).random((40, 1))
        columns.append(column)
    by = Judged(Questions(cases, [NDCG @ 10], [()] * 40), asked.statistics, [{}] * 40)
    ((name, noise),) = noise_of(columns, {one.name: one for one in (once, twice)}, by)
    assert (name, noise.repeats) == ("simulated:skill=0.5 · listwise", 2)
    assert noise.share > 0.5
    summary = replace(read_summary(folder.summary), noise=((name, noise),))
    assert "asked 2 times: the standard error" in as_markdown(summary)
    folder.summary.write_text(summary.to_json())
    assert read_summary(folder.summary) == summary


@pytest.mark.parametrize(("said", "wanted"), [("Give reasons for the first 4 only.", 4), ("", 2)])
def test_a_simulated_model_gives_as_many_reasons_as_the_prompt_asks_for(said, wanted):
    call = ModelCall((Message("system", said), Message("user", "A one\nB two")), 64)
    assert reasons_wanted(call) == wanted
