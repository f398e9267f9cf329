"""Foretelling: the calibrations against what defines them, and learning from made-up meetings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.domain import Action, Event
from palate.retrieval.forecast.calibrate import (
    ISOTONIC_CASES,
    fit_calibration,
    fit_least_squares,
    fit_logistic,
    fit_platt,
    sigmoid,
)
from palate.retrieval.forecast.isotonic import isotonic_knots, pool_adjacent
from palate.retrieval.forecast.learn import MOST, HeldOut, sampled
from palate.retrieval.forecast.outcomes import person_past
from palate.retrieval.strength import RatingScale

weighted = st.lists(
    st.tuples(st.floats(0, 1, width=32), st.integers(1, 5)), min_size=1, max_size=30
)


@given(weighted)
def test_pooling_is_the_nearest_rising_sequence(pairs):
    values, weights = np.array(pairs, np.float64).T
    means, sizes = pool_adjacent(values, weights)
    fitted = np.repeat(means, sizes)
    assert len(fitted) == len(values) and (np.diff(fitted) >= 0).all()
    # The min-max formula (Barlow et al., 1972) defines the same sequence.
    total, mass = np.cumsum(np.append(0, values * weights)), np.cumsum(np.append(0, weights))
    n = len(values)
    for i in range(n):
        best = max(
            min((total[b + 1] - total[a]) / (mass[b + 1] - mass[a]) for b in range(i, n))
            for a in range(i + 1)
        )
        assert fitted[i] == pytest.approx(best, abs=1e-9)


@given(st.lists(st.tuples(st.integers(-9, 9), st.booleans()), min_size=1, max_size=60))
def test_isotonic_probabilities_rise_and_are_never_certain(pairs):
    scores, answers = np.array(pairs, np.float64).T
    x, y = isotonic_knots(scores, answers)
    assert (np.diff(x) > 0).all() and (np.diff(y) >= 0).all()
    assert (y > 0).all() and (y < 1).all()


@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=2, max_size=60))
def test_platt_never_turns_an_order_around(pairs):
    scores, answers = np.array(pairs, np.float64).T
    fitted = fit_platt(scores, answers).probabilities(np.linspace(-9, 9, 50))
    assert (np.diff(fitted) >= 0).all() and (fitted >= 0).all() and (fitted <= 1).all()


@pytest.mark.parametrize("count", [ISOTONIC_CASES - 1, 4 * ISOTONIC_CASES])
def test_calibration_finds_the_chances_of_scores_that_are_too_sure(count):
    rng = np.random.default_rng(1)
    true = rng.normal(size=count)
    answers = (rng.random(count) < sigmoid(true)).astype(np.float64)
    fitted = fit_calibration(3 * true, answers)
    assert fitted.kind == ("isotonic" if count >= ISOTONIC_CASES else "platt")
    asked = np.linspace(-1.5, 1.5, 7)
    assert np.abs(fitted.probabilities(3 * asked) - sigmoid(asked)).max() < 0.09
    assert np.abs(sigmoid(3 * asked) - sigmoid(asked)).max() > 0.17


def test_regressions_find_the_weights():
    rng = np.random.default_rng(2)
    signals = rng.normal(3, 2, size=(20_000, 3))
    line = signals @ np.array([0.5, -0.3, 0.0]) + 0.2
    least = fit_least_squares(signals, line)
    assert least.weights / least.scale == pytest.approx([0.5, -0.3, 0.0], abs=1e-2)
    answers = (rng.random(len(line)) < sigmoid(line)).astype(np.float64)
    logistic = fit_logistic(signals, answers)
    assert logistic.weights / logistic.scale == pytest.approx([0.5, -0.3, 0.0], abs=0.04)


SCALE = RatingScale(1, 5, 3)


def past(*events):
    told = [Event("u", item, Action(action), value) for item, action, value in events]
    return person_past(told, {"a": 0, "b": 1, "c": 2}, SCALE)


def test_the_last_opinion_of_a_meeting_counts():
    found = past(("a", "like", None), ("b", "view", None), ("a", "dislike", None))
    assert found.rows.tolist() == [1, 0]  # by the newest event, "a" is the newer one
    assert found.answers[Action.LIKE].tolist() == [0, 0]
    assert found.answers[Action.DISLIKE].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("rating", "like", "dislike"), [(5, 1, 0), (4, 1, 0), (3.5, 0, 0), (2, 0, 1)]
)
def test_a_clear_rating_is_an_opinion(rating, like, dislike):
    found = past(("c", "rate", 1.0), ("c", "rate", rating))
    assert found.answers[Action.LIKE].tolist() == [like]
    assert found.answers[Action.DISLIKE].tolist() == [dislike]
    assert found.answers[Action.RATE].tolist() == [rating]


def test_what_is_not_in_the_index_and_what_was_not_said():
    found = past(("gone", "like", None), ("a", "click", None))
    assert found.rows.tolist() == [0] and np.isnan(found.answers[Action.RATE]).all()
    assert found.answers[Action.CLICK].tolist() == [1]
    assert found.answers[Action.PURCHASE].tolist() == [0]


@pytest.mark.parametrize(("places", "left"), [(0, 0), (MOST, MOST), (3 * MOST, MOST)])
def test_a_large_log_gives_a_sample_of_its_meetings(places, left):
    held = HeldOut(None, np.ones(places, np.bool_), 2 * np.arange(places))
    drawn = sampled(held).places
    assert len(drawn) == left
    assert (np.diff(drawn) > 0).all()
    assert set(drawn) <= set(held.places)
