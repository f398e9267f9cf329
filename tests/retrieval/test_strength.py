"""Strengths: signed, in [-1, 1], and a rating counts against the person's own mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.domain import Action, Event, Item
from palate.retrieval.strength import RatingScale, event_strengths, strengths
from palate.settings import STRENGTHS

FIVE = RatingScale(1.0, 5.0, 3.5)


def rate(*values, user="u"):
    return [Event(user, f"i{n}", Action.RATE, float(value)) for n, value in enumerate(values)]


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.RATE])
def test_actions_follow_the_table(action):
    assert event_strengths([Event("u", "i", action)])[0] == pytest.approx(STRENGTHS[action])


def test_a_table_of_ones_own():
    got = event_strengths([Event("u", "i", Action.VIEW)], {**STRENGTHS, "view": -0.4})
    assert got[0] == pytest.approx(-0.4)


def test_the_ends_of_the_scale_mean_the_most_whoever_gives_them():
    for values in ([5, 1], [5, 5, 5, 1], [1, 1, 1, 5]):
        got = event_strengths(rate(*values), scale=FIVE)
        assert got[values.index(5)] == 1
        assert got[values.index(1)] == -1


def test_the_same_rating_means_different_things():
    generous = event_strengths(rate(5, 5, 5, 5, 5, 5, 3), scale=FIVE)[-1]
    strict = event_strengths(rate(1, 1, 2, 1, 2, 1, 3), scale=FIVE)[-1]
    assert generous < -0.2
    assert strict > 0.2


def test_a_low_rating_is_a_dislike_even_alone():
    assert event_strengths(rate(2), scale=FIVE)[0] < -0.3
    assert event_strengths(rate(5), scale=FIVE)[0] == 1


def test_the_documented_formula():
    mean = (5 * 3.5 + 4 + 2) / 7
    got = event_strengths(rate(4, 2), scale=FIVE)
    assert got == pytest.approx([(4 - mean) / (5 - mean), (2 - mean) / (mean - 1)])


def test_a_rating_event_without_a_rating_is_a_view():
    assert event_strengths([Event("u", "i", Action.RATE)])[0] == pytest.approx(STRENGTHS["view"])


def test_values_of_other_actions_are_not_ratings():
    got = event_strengths([Event("u", "i", Action.PLAY, 9000.0), *rate(4)], scale=FIVE)
    assert got[0] == pytest.approx(STRENGTHS["play"])
    assert got[1] == event_strengths(rate(4), scale=FIVE)[0]


@pytest.mark.parametrize(
    ("seen", "scale"),
    [
        ((1, 5), (1, 5)), ((0.5, 5), (0.5, 5)), ((2, 4.5), (1, 5)), ((0, 1), (0, 1)),
        ((-1, 1), (-1, 1)), ((1, 10), (1, 10)), ((0, 10), (0, 10)), ((3, 97), (0, 100)),
        ((-500, 2000), (-500, 2000)), ((1, 1), (0, 1)), ((777, 777), (776, 778)),
    ],
)  # fmt: skip
def test_the_scale_is_guessed_from_the_range(seen, scale):
    got = RatingScale.of(*seen, sum(seen) / 2)
    assert (got.low, got.high) == scale
    assert got.low < got.mean < got.high


def test_of_a_whole_log_each_person_against_their_own_mean(store):
    store.upsert_items(Item(f"i{n}", "t") for n in range(7))
    people = {"u": rate(5, 5, 3, user="u"), "v": rate(1, 2, 3, user="v")}
    store.add_events([*people["u"], *people["v"], Event("v", "i1", Action.DISMISS)])
    got = strengths(store.event_arrays())
    scale = store.rating_scale()
    assert got[:3] == pytest.approx(event_strengths(people["u"], scale=scale))
    assert got[3:6] == pytest.approx(event_strengths(people["v"], scale=scale))
    assert got[6] == pytest.approx(STRENGTHS["dismiss"])
    assert got.dtype == np.float32


def test_nothing():
    assert event_strengths([]).shape == (0,)


@given(st.lists(st.floats(-1e6, 1e6), max_size=30))
def test_always_within_bounds_and_monotone(values):
    got = event_strengths(rate(*values))
    assert ((got >= -1) & (got <= 1)).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(got[order]) >= -1e-6).all()
