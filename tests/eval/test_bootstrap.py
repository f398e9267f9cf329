from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from palate.errors import EvalError
from palate.eval.bootstrap import Paired, interval, intervals, paired


@pytest.mark.parametrize("method", ["bca", "percentile"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_intervals_are_those_of_scipy(method: str, seed: int) -> None:
    values = np.random.default_rng(seed).exponential(size=60)
    ours = interval(values, method=method, n=40_000)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=40_000, method=method, rng=np.random.default_rng(seed)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert ours.mean == pytest.approx(values.mean())
    assert ours.low == pytest.approx(theirs.low, abs=width * 0.02)
    assert ours.high == pytest.approx(theirs.high, abs=width * 0.02)


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_intervals_cover_about_as_often_as_they_say(method: str) -> None:
    rng = np.random.default_rng(20)
    # 400 runs of 60 people; all runs are columns, so they share the draws of people only.
    runs = (rng.random((60, 400)) < 0.4) * rng.random((60, 400))
    covered = np.mean(
        [one.low <= 0.2 <= one.high for one in intervals(runs, method=method, n=2000)]
    )
    assert 0.91 <= covered <= 0.98


def test_cases_of_one_user_are_drawn_together() -> None:
    # 30 people with the same value in 20 cases each: there is no more to know than from 30 cases.
    one_each = np.random.default_rng(4).normal(size=30)
    copies = np.repeat(one_each, 20)
    users = np.repeat(np.arange(30), 20).tolist()
    together, alone = interval(copies, users=users), interval(one_each)
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high))
    apart = interval(copies)
    assert apart.high - apart.low < (alone.high - alone.low) / 3


def test_people_with_more_cases_weigh_more() -> None:
    assert interval([1, 1, 1, 0], users=["a", "a", "a", "b"]).mean == 0.75


def test_pairing_sees_what_two_intervals_do_not() -> None:
    rng = np.random.default_rng(5)
    hard = rng.random(100)
    a, b = hard + 0.02 + rng.normal(scale=0.02, size=100), hard
    assert interval(a).low < interval(b).high
    found = paired(a, b)
    assert found.verdict == "better"
    assert paired(b, a).verdict == "worse"
    assert found.difference.mean == pytest.approx((a - b).mean())


def test_no_difference_is_not_decisive() -> None:
    same = np.random.default_rng(6).random(50)
    found = paired(same, same)
    assert (found.difference.low, found.difference.high) == (0, 0)
    assert found.verdict == "not decisive"
    shifted = np.full(50, 0.1) + 0.2
    assert paired(shifted, np.full(50, 0.3)).verdict == "not decisive"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=30),
    st.sampled_from(["bca", "percentile"]),
    st.integers(0, 5),
)
def test_intervals_are_ordered_finite_and_repeatable(values, method, seed) -> None:
    found = interval(values, method=method, seed=seed, n=500)
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found == interval(values, method=method, seed=seed, n=500)
    assert isinstance(Paired(found).verdict, str)


def test_wider_level_wider_interval() -> None:
    values = np.random.default_rng(7).random(40)
    wide, narrow = interval(values, level=0.99), interval(values, level=0.8)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_chunks_do_not_matter(monkeypatch) -> None:
    values = np.random.default_rng(8).random(40)
    before = interval(values)
    monkeypatch.setattr("palate.eval.bootstrap._CELLS", 4000)
    assert interval(values) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda: interval([0.5]),
        lambda: interval([]),
        lambda: interval([0.1, 0.2], users=["a", "a"]),
        lambda: interval([0.1, float("nan")]),
        lambda: interval([0.1, 0.2], level=1),
        lambda: interval([0.1, 0.2], users=["a"]),
        lambda: interval([0.1, 0.2], n=3),
        lambda: paired([0.1, 0.2], [0.1]),
    ],
)
def test_what_has_no_interval_is_refused(call) -> None:
    with pytest.raises(EvalError):
        call()
