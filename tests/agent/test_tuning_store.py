"""The file of the learnt weights, and the leans of the slots."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.agent.rankers.logprobs import label_logprobs, lean_of, without_lean
from palate.agent.tuning_store import STALE, Key, Tuned, Weights
from palate.errors import PrerequisiteError

KEY = Key("rank/listwise@2", "ab" * 32, "qwen", "listwise")
GOOD = Tuned(0.75, 0.02, 0.01, 0.03, 200, 0.75, leans=(0.5, -0.5), prior="one", at="2026-01-02")
USELESS = Tuned(0.0, 0.001, -0.01, 0.012, 200, 0.3, prior="one")


def test_what_is_written_is_read_and_private(tmp_path):
    path = tmp_path / "weights.json"
    assert Weights.read(path, "one").entries == {}
    Weights({}).with_one(KEY, USELESS).with_one(KEY, GOOD).write(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Weights.read(path, "one").entries == {KEY: GOOD}


def test_a_weight_beside_another_prior_is_stale_and_says_so(tmp_path):
    Weights({KEY: GOOD}).write(tmp_path / "w")
    [found] = Weights.read(tmp_path / "w", "another").entries.values()
    assert found.stale
    assert found.weight == GOOD.weight
    assert found.remarks == (STALE,)
    assert GOOD.remarks == ()


def test_a_weight_of_0_says_why():
    [told] = USELESS.remarks
    assert "did not help" in told
    assert "[-0.0100, +0.0120]" in told


def test_a_weight_is_of_one_model_template_and_ranker_only():
    weights = Weights({KEY: GOOD})
    assert weights.of_model("qwen") == {(KEY.sha256, "listwise"): GOOD}
    assert weights.of_model("llama") == {}


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", '{"weights": [{}]}', '{"weights": [3]}', '{"weights": null}', "\udcff",
        '{"weights": [{"template": "t", "sha256": "s", "model": "m", "ranker": "r", "weight": '
        'NaN, "gain": 0, "low": 0, "high": 0, "cases": 1, "wanted": 0, "leans": []}]}',
    ],
)  # fmt: skip
def test_a_damaged_file_says_what_to_do(tmp_path, text):
    path = tmp_path / "weights.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PrerequisiteError, match="Delete it"):
        Weights.read(path, "one")


@given(st.lists(st.floats(-8, 0), min_size=2, max_size=20), st.data())
def test_without_its_lean_a_reply_is_what_it_would_have_been(values, data):
    labels = [chr(65 + n) for n in range(len(values))]
    leans = [data.draw(st.floats(-2, 2)) for _ in labels]
    fair = label_logprobs(dict(zip(labels, values, strict=True)), labels)
    leaning = {label: v + lean for label, v, lean in zip(labels, values, leans, strict=True)}
    found = without_lean(label_logprobs(leaning, labels), labels, leans)
    for label in labels:
        assert found.values[label] == pytest.approx(fair.values[label], abs=1e-9)
    assert sum(map(math.exp, found.values.values())) == pytest.approx(1)
    assert list(found.values.values()) == sorted(found.values.values(), reverse=True)


def test_the_lean_is_the_mean_over_the_widest_prompts():
    wide = [{"A": -1.0, "B": -3.0, "C": -2.0}, {"A": -2.0, "B": -2.0, "C": -2.0}]
    assert lean_of([*wide, {"A": -9.0, "B": 0.0}]) == pytest.approx((0.5, -0.5, 0.0))
    assert lean_of([]) == ()
