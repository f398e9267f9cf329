from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import EvalError
from palate.eval.statistics.family import holm
from palate.eval.statistics.flips import p_values
from palate.eval.statistics.noise import components
from palate.eval.statistics.power import detectable, fewest, more_people
from palate.eval.statistics.spread import standard_errors
from palate.eval.statistics.verdict import EQUAL, MANY, Rules, judge_family


def test_p_is_that_of_all_flips() -> None:
    values = np.random.default_rng(1).normal(0.3, 0.5, size=10)
    signs = np.array(list(itertools.product((-1, 1), repeat=10)))
    exact = (np.abs(signs @ values) >= abs(values.sum()) - 1e-12).mean()
    found = p_values(values.reshape(-1, 1), n=50_000)[0]
    assert found == pytest.approx(exact, abs=0.01)


def test_cases_of_one_user_are_turned_together() -> None:
    one_each = np.random.default_rng(4).normal(0.3, size=(30, 1))
    users = np.repeat(np.arange(30), 20).tolist()
    together = p_values(np.repeat(one_each, 20, axis=0), users)
    assert together == pytest.approx(p_values(one_each))
    assert p_values(np.repeat(one_each, 20, axis=0))[0] < together[0]


def test_where_nothing_differs_p_is_1() -> None:
    assert p_values(np.zeros((40, 2))).tolist() == [1, 1]


def test_draws_in_pieces_are_the_same_draws(monkeypatch) -> None:
    values = np.random.default_rng(2).normal(0.2, size=(64, 3))
    before = p_values(values, n=1000)
    monkeypatch.setattr("palate.eval.statistics.flips._CELLS", 6400)
    assert p_values(values, n=1000).tolist() == before.tolist()


def test_the_test_decides_alike_recommenders_as_rarely_as_it_says() -> None:
    differences = np.random.default_rng(5).laplace(size=(50, 2000))
    assert (p_values(differences, n=1000) <= 0.05).mean() < 0.065


def test_a_stated_detectable_difference_is_decided_four_times_in_five() -> None:
    rng = np.random.default_rng(6)
    error = 0.2 / 100**0.5
    differences = rng.normal(detectable(error, 100), 0.2, size=(100, 2000))
    assert 0.77 < (p_values(differences, n=1000) <= 0.05).mean() < 0.83


def test_holm_is_that_of_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_keeps_the_order_and_never_helps(p) -> None:
    adjusted = holm(p)
    assert all(p_ <= a <= 1 for p_, a in zip(p, adjusted, strict=True))
    pairs = sorted(zip(p, adjusted, strict=True))
    assert all(a[1] <= b[1] for a, b in itertools.pairwise(pairs))
    assert min(adjusted) == pytest.approx(min(1, len(p) * min(p)))


def test_an_error_over_people_is_that_of_scipy() -> None:
    from scipy import stats

    values = np.random.default_rng(3).exponential(size=(50, 2))
    errors, people = standard_errors(values)
    assert people == 50
    assert errors == pytest.approx(stats.sem(values))
    copies, people = standard_errors(np.repeat(values, 3, axis=0), np.repeat(range(50), 3).tolist())
    assert (people, copies.tolist()) == (50, pytest.approx(errors.tolist()))


def _verdict(mean: float, people: int = 100, margin: float = 0.0, spread: float = 0.2) -> str:
    half = np.full(people // 2, spread)
    column = np.concatenate([half, -half]) + mean
    return judge_family(column.reshape(-1, 1), rules=Rules(margin=margin))[0].verdict


def test_a_verdict_in_words() -> None:
    assert _verdict(0.2) == "better"
    assert _verdict(-0.2) == "worse"
    assert _verdict(0.001, margin=0.1) == EQUAL
    assert _verdict(0.02).startswith("not decisive - ")
    assert _verdict(0.02).endswith(" more users would do")
    assert _verdict(0.0) == "not decisive - more users would hardly help"


@pytest.mark.parametrize("people", [100, MANY + 2])
def test_the_verdict_of_many_people_is_in_the_same_words(people) -> None:
    assert _verdict(0.2, people) == "better"
    assert _verdict(0.0, people, margin=0.1) == EQUAL


def test_as_many_more_users_as_told_do_decide() -> None:
    rng = np.random.default_rng(9)
    first = rng.normal(0.04, 0.2, size=(60, 1))
    first += 0.04 - first.mean()
    found = judge_family(first)[0]
    assert found.more is not None
    more = found.people + found.more
    again = rng.normal(0.04, 0.2, size=(more, 400))
    assert 0.72 < (p_values(again, n=1000) <= 0.05).mean() < 0.9


def test_a_small_difference_may_need_fewer_users_to_be_called_equal() -> None:
    # The interval's half of 0.02 must become 0.009: (20 / 9)^2 as many.
    assert more_people(0.001, 0.02, 0.03, 100, margin=0.01) == 394
    assert more_people(0.0, 0.02, 0.03, 100, margin=0.0) is None


def test_a_family_decides_less_than_one_comparison() -> None:
    rng = np.random.default_rng(12)
    column = rng.normal(0.05, 0.2, size=(100, 1))
    column += 0.045 - column.mean()
    alone = judge_family(column)[0]
    beside = judge_family(np.hstack([column, rng.normal(0, 0.2, size=(100, 19))]))[0]
    assert alone.verdict == "better"
    assert beside.verdict.startswith("not decisive")
    assert beside.p == alone.p
    assert beside.interval.low == pytest.approx(alone.interval.low)
    assert beside.detectable > alone.detectable


def test_the_effect_is_the_mean_in_deviations() -> None:
    values = np.random.default_rng(13).normal(0.1, 0.3, size=(80, 1))
    assert judge_family(values)[0].effect == pytest.approx(values.mean() / values.std(ddof=1))


def test_repeats_part_the_noise_of_the_model_from_that_of_the_sample() -> None:
    rng = np.random.default_rng(14)
    people = rng.normal(0.5, 0.3, size=4000)
    values = people + rng.normal(0, 0.1, size=(3, 4000))
    found = components(values)
    assert found.sampling == pytest.approx(0.3 / 4000**0.5, rel=0.05)
    assert found.model == pytest.approx(0.1 / (3 * 4000) ** 0.5, rel=0.05)
    assert found.share == pytest.approx(0.01 / 3 / (0.09 + 0.01 / 3), rel=0.15)


def test_a_model_that_always_says_the_same_has_no_noise() -> None:
    values = np.tile(np.random.default_rng(15).random(30), (2, 1))
    assert (components(values).model, components(values).share) == (0, 0)
    assert components(np.ones((2, 5))).share == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: components(np.ones((1, 5))),
        lambda: components(np.ones((2, 1))),
        lambda: p_values(np.array([[np.nan]])),
        lambda: p_values(np.ones((5, 1)), n=3),
        lambda: judge_family(np.ones((1, 1))),
        lambda: standard_errors(np.ones((3, 1)), ["a", "b"]),
    ],
)
def test_what_cannot_be_judged_is_refused(call) -> None:
    with pytest.raises(EvalError):
        call()


@pytest.mark.parametrize(("people", "comparisons", "wanted"), [(2, 1, 4), (5, 1, 1), (5, 8, 4)])
def test_too_few_people_decide_nothing_and_are_told_how_many_would(people, comparisons, wanted):
    # All differ by the same: no number of these people is ever decided below six (nine of eight).
    for one in judge_family(np.ones((people, comparisons))):
        assert one.verdict.startswith("not decisive")
        assert one.more == wanted
        assert one.detectable is None
        assert one.effect is None


@pytest.mark.parametrize(("people", "comparisons"), [(6, 1), (9, 8)])
def test_as_many_as_are_told_decide_it(people, comparisons):
    assert fewest(0.95, comparisons) == people
    assert {one.verdict for one in judge_family(np.ones((people, comparisons)))} == {"better"}


def test_few_people_without_a_difference_are_not_equal():
    assert judge_family(np.zeros((3, 1)), rules=Rules(margin=0.01))[0].verdict == (
        "not decisive - 3 more users would do"
    )
    assert judge_family(np.zeros((6, 1)), rules=Rules(margin=0.01))[0].verdict == EQUAL
