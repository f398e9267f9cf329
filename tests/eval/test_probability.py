"""LogLoss, Brier and ECE of probabilities over candidates, against SciPy and the plain formula."""

import math
import random

import numpy as np
import pytest
from scipy.special import log_softmax

from palate.eval.metrics.probability import Foretold, brier, log_loss, normalised


def drawn(rng, n):
    items = [f"i{place}" for place in range(n)]
    return items, [rng.gauss(0, 2) for _ in items], {rng.choice(items): 1.0}


def test_they_are_those_of_the_formula_on_1000_random_lists():
    rng = random.Random(3)
    for _ in range(1000):
        items, logs, truth = drawn(rng, rng.randint(2, 25))
        p = dict(zip(items, normalised(logs), strict=True))
        known = log_softmax(np.array(logs))
        right = items.index(next(iter(truth)))
        assert log_loss(p, truth) == pytest.approx(min(-known[right], -math.log(1e-6)), abs=1e-9)
        hits = np.eye(len(items))[right]
        assert brier(p, truth) == pytest.approx(((np.exp(known) - hits) ** 2).sum(), abs=1e-9)


def test_gains_share_the_truth_and_missing_ones_are_no_case():
    p = {"a": 0.5, "b": 0.5}
    assert brier(p, {"a": 3.0, "b": 1.0}) == pytest.approx(2 * 0.25**2)
    assert log_loss(p, {"a": 1.0, "b": 2.0}) == pytest.approx(math.log(2))
    assert math.isnan(log_loss(p, {"z": 1.0}))
    assert math.isnan(brier(p, {"z": 1.0}))
    assert math.isnan(brier(p, {"a": 0.0}))


def test_nobody_is_surer_than_a_millionth():
    assert log_loss({"a": 0.0, "b": 1.0}, {"a": 1.0}) == pytest.approx(-math.log(1e-6))


def test_a_case_without_its_truth_is_in_no_mean():
    found = Foretold()
    found.add(0, ["a", "b"], [0.0, 0.0], {"z": 1.0})
    found.add(1, ["a", "b"], [0.0, 0.0], {"b": 1.0})
    assert set(found.loss) == set(found.square) == {1}
    assert np.array(found.pairs).tolist() == [[0.5, 0.0, 1.0], [0.5, 1.0, 1.0]]
