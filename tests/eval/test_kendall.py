"""Kendall's tau, against SciPy's."""

import math
import random

import pytest
from scipy.stats import kendalltau

from palate.eval.metrics.kendall import kendall_tau


def test_it_is_that_of_scipy_on_1000_random_orders():
    rng = random.Random(5)
    for _ in range(1000):
        items = [f"i{n}" for n in range(rng.randint(2, 30))]
        one, other = (rng.sample(items, len(items)) for _ in range(2))
        places = {item: place for place, item in enumerate(other)}
        wanted = kendalltau(range(len(one)), [places[item] for item in one]).statistic
        assert kendall_tau(one, other) == pytest.approx(wanted, abs=1e-9)


def test_the_same_and_the_reversed_order_are_its_ends():
    assert kendall_tau("abcd", "abcd") == 1
    assert kendall_tau("abcd", "dcba") == -1


def test_items_of_one_order_alone_are_left_out():
    assert kendall_tau("axbc", "abyc") == 1


@pytest.mark.parametrize(("one", "other"), [("", ""), ("a", "a"), ("abc", "ade"), ("abc", "")])
def test_fewer_than_two_shared_items_have_none(one, other):
    assert math.isnan(kendall_tau(one, other))
