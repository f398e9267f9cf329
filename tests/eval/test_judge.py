"""Judges: bias found by swapping, kappa that falls with noise, broken ones that are unscored."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import asdict
from pathlib import Path

import pytest
from scipy.stats import spearmanr

from palate.errors import EvalError
from palate.eval.judge.agreement import agreement
from palate.eval.judge.bench import bench_of
from palate.eval.judge.calibrate import calibrate
from palate.eval.judge.exhibit import Exhibit
from palate.eval.judge.kept import find_calibration, keep_calibration
from palate.eval.judge.labels import read_labels
from palate.eval.judge.read import win_of
from palate.eval.judge.simulated import make_simulated_judge
from palate.eval.judge.values import calibration_from
from palate.eval.runs.config import JudgeSpec
from palate.eval.runs.config_file import config_from
from palate.prompts.library import Library

LABELS = Path(__file__).parents[2] / "examples" / "judge-labels.jsonl"


def bench(name="simulated-judge:", **more):
    return bench_of(JudgeSpec(model=name, **more), Library.open())


def measured(temper=""):
    made = bench(f"simulated-judge:{temper}")
    labels = read_labels(LABELS, made.questions.rubric)
    known = {one.reason: one.labels for one in labels.cases}
    judge = make_simulated_judge(made.spec.model.name, "judge", known)
    return calibrate(made, judge, labels, jobs=4)


def test_agreement_is_its_slow_obvious_self():
    rng = random.Random(4)
    a = [rng.randint(1, 5) for _ in range(40)]
    b = [min(5, max(1, x + rng.randint(-1, 1))) for x in a]
    found = agreement(a, b)
    n, values = len(a), range(1, 6)
    for power, mine in ((0, found.kappa), (2, found.weighted)):

        def far(x, y, power=power):
            return (x - y) ** 2 if power else int(x != y)

        seen = sum(far(x, y) for x, y in zip(a, b, strict=True)) / n
        chance = sum(far(x, y) * a.count(x) / n * b.count(y) / n for x in values for y in values)
        assert mine == pytest.approx(1 - seen / chance)
    assert found.spearman == pytest.approx(spearmanr(a, b).statistic)
    assert found.within_one.mean == 1
    assert found.exact.low < found.exact.mean == sum(map(int.__eq__, a, b)) / n < found.exact.high


def test_one_answer_throughout_has_no_kappa_and_no_nan():
    found = agreement([1, 1, 1], [1, 1, 1])
    assert (found.kappa, found.weighted, found.spearman) == (None, None, None)
    assert found.exact.mean == 1
    none = agreement([], [], 3)
    assert (none.n, none.unscored, none.kappa) == (0, 3, None)
    json.dumps(asdict(none), allow_nan=False)


def test_kappa_falls_with_noise():
    kappas = [
        sum(
            measured(f"noise={noise},seed={seed}").found.dimensions["useful"].weighted or 0
            for seed in range(5)
        ) / 5
        for noise in (0, 0.3, 0.6, 1)
    ]  # fmt: skip
    assert kappas[0] == 1
    assert kappas == sorted(kappas, reverse=True)
    assert kappas[0] - kappas[1] > 0.1
    assert kappas[1] - kappas[3] > 0.2


def test_a_lenient_judge_agrees_in_ranks_more_than_in_points():
    found = measured("lenient=1").found.dimensions["specific"]
    assert found.exact.mean < 0.4
    assert (found.spearman or 0) > 0.9


@pytest.mark.parametrize("fault", ["silent", "garbage", "refuse", "range", "part", "error"])
def test_a_broken_judge_is_unscored_by_its_cause(fault):
    found = measured(f"fault={fault}")
    for one in found.found.dimensions.values():
        assert (one.n, one.unscored, one.weighted) == (0, 30, None)
    cause = "failed call" if fault == "error" else "unreadable reply"
    assert found.causes == {cause: 30}


def test_a_flaky_judge_is_scored_where_it_answers():
    found = measured("fault=flaky").found.dimensions["plain"]
    assert found.n + found.unscored == 30
    assert 0 < found.unscored < 20
    assert found.weighted == 1


def preferences(bias):
    made = bench(f"simulated-judge:bias={bias}", pairs="evidence")
    judge = make_simulated_judge(made.spec.model.name, "judge", {})
    shown = Exhibit("film", "Heat (1995); crime", liked=["Alien"])

    async def ask():
        found = []
        for n in range(60):
            texts = f"You liked Alien, and Heat is a crime film, {n}.", f"It fits, {n}."
            calls = tuple(made.questions.between(shown, *one) for one in (texts, texts[::-1]))
            found.append((await made.questions.prefer(judge, calls)).said)
        return found

    return asyncio.run(ask())


def test_swapping_finds_position_bias_and_makes_it_a_tie():
    honest, biased = preferences(0), preferences(1)
    assert {win_of(said) for said in honest} == {1.0}
    assert set(biased) == {("A", "A")}
    assert {win_of(said) for said in biased} == {0.5}
    some = [said == ("A", "A") for said in preferences(0.5)]
    assert 5 < sum(some) < 55


def test_a_calibration_is_kept_by_rubric_and_model(tmp_path):
    found = measured("noise=0.2").found
    assert calibration_from(json.loads(json.dumps(asdict(found)))) == found
    keep_calibration(tmp_path, found)
    keep_calibration(tmp_path, found)
    assert find_calibration(tmp_path, bench("simulated-judge:noise=0.2")) == found
    assert find_calibration(tmp_path, bench("simulated-judge:noise=0.3")) is None
    assert len(json.loads((tmp_path / "judges.json").read_text())) == 1


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("nonsense", "line 1"),
        ('{"id": "a", "item": "x", "reason": "y"}', "labels"),
        ('{"id": "a", "item": "x", "reason": "y", "labels": {"faithful": "yes"}}', "1 to 5"),
        ('{"id": "a", "item": 3, "reason": "y", "labels": {}}', "texts"),
        ("[1]", "line 1"),
    ],
)
def test_a_wrong_label_is_told_with_its_line(tmp_path, line, match):
    path = tmp_path / "labels.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(EvalError, match=match):
        read_labels(path, bench().questions.rubric)


def test_a_ranking_simulator_is_no_judge():
    with pytest.raises(EvalError, match="simulated-judge"):
        config_from({"judge": {"model": "simulated:skill=1"}})
    with pytest.raises(EvalError, match="no simulated judge"):
        make_simulated_judge("simulated-judge:noise=2", "j", {})
