"""The measures of predictions against slow obvious ones, and what is known of their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import EvalError
from palate.eval.calibrated import auc, brier, ece, log_loss, mae, resampled, rmse

cases = st.lists(
    st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.9]), st.booleans(), st.integers(0, 3)),
    min_size=1, max_size=25,
).filter(lambda found: sum(weight for _, _, weight in found))  # fmt: skip


@given(cases)
def test_weights_are_copies_of_cases(found):
    p, y, w = np.array(found, np.float64).T
    again, copies = np.repeat([p, y], w.astype(int), axis=1)
    ones = np.ones(len(again))
    for measure in (brier, rmse, mae):
        assert measure(p, y, w) == pytest.approx(measure(again, copies, ones))
    assert brier(p, y, w) == pytest.approx(np.mean((again - copies) ** 2))
    pairs = [
        1.0 if a > b else 0.5 if a == b else 0.0
        for a in again[copies == 1]
        for b in again[copies == 0]
    ]
    expected = np.mean(pairs) if pairs else np.nan
    assert auc(p, y, w) == pytest.approx(expected, nan_ok=True)


def test_the_calibration_error_is_what_probabilities_are_off_by():
    y = np.tile([0.0, 0.0, 0.0, 1.0], 500)
    ones = np.ones(len(y))
    assert ece(np.full(len(y), 0.25), y, ones) == pytest.approx(0, abs=1e-9)
    assert ece(np.full(len(y), 0.6), y, ones) == pytest.approx(0.35)


def test_an_interval_over_people_is_wider_than_one_over_cases():
    rng = np.random.default_rng(0)
    y = np.repeat(rng.normal(size=40), 25)
    mean = lambda w: float(w @ y / w.sum())  # noqa: E731
    people = resampled(mean, np.repeat(np.arange(40), 25).tolist(), n=300)
    alone = resampled(mean, list(range(1000)), n=300)
    assert people.low < people.mean < people.high
    assert people.high - people.low > 2 * (alone.high - alone.low)


def test_one_person_gives_no_interval():
    with pytest.raises(EvalError, match="two people"):
        resampled(lambda w: float(w.sum()), ["ann"] * 5)


def test_log_loss_is_the_mean_surprise_and_is_bounded():
    ones = np.ones(3)
    found = log_loss(np.array([0.5, 0.25, 1.0]), np.array([1.0, 0.0, 0.0]), ones)
    expected = (np.log(2) - np.log(0.75) - np.log(1e-6)) / 3
    assert found == pytest.approx(expected, rel=1e-9)
