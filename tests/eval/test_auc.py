"""AUC of a case, against all pairs counted one by one."""

import numpy as np
import pytest

from palate.errors import EvalError
from palate.eval.metrics import evaluate, parse_metric
from palate.eval.metrics.auc import auc


def slow(truth, order, candidates):
    """Counts pairs; what an order leaves out stands below it, level."""
    place = {item: n for n, item in enumerate(order)}
    rank = {item: place.get(item, len(candidates)) for item in candidates}
    relevant = [item for item in candidates if truth.get(item, 0) > 0]
    others = [item for item in candidates if item not in relevant]
    won = [(rank[a] < rank[b]) + (rank[a] == rank[b]) / 2 for a in relevant for b in others]
    return sum(won) / len(won) if order else 0.0


def test_a_thousand_random_rankings_within_1e_9():
    rng = np.random.default_rng(1)
    for _ in range(1000):
        candidates = [f"i{n}" for n in rng.permutation(int(rng.integers(2, 15)))]
        relevant = rng.choice(candidates, int(rng.integers(1, len(candidates))), replace=False)
        truth = {str(item): float(rng.choice([1.0, 2.0])) for item in relevant}
        order = [str(i) for i in rng.permutation(candidates)][: int(rng.integers(0, 16))]
        assert auc(truth, order, candidates) == pytest.approx(slow(truth, order, candidates), 1e-9)


def test_a_missing_user_scores_0():
    metric = parse_metric("auc")
    assert str(metric) == "AUC"
    assert evaluate([metric], [{"a": 1.0}], [[]], [["a", "b"]])[0, 0] == 0


def test_ties_of_what_is_left_out_count_half():
    assert auc({"a": 1.0}, ["b"], ["a", "b", "c"]) == 0.25


@pytest.mark.parametrize("candidates", [None, ["a"], ["b", "c"]])
def test_without_a_pair_to_judge_there_is_no_value(candidates):
    with pytest.raises(EvalError):
        auc({"a": 1.0}, ["a"], candidates)


def test_a_cut_off_is_refused():
    with pytest.raises(EvalError, match="whole order"):
        parse_metric("AUC@10")
