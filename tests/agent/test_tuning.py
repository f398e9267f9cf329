"""Learning a weight: what it must find where the truth is known."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.agent.tuning import MOST, Heard, learn_apart, learn_weight
from palate.domain import Candidate, Item, Opinion


def cases(count, *, prior=1.0, model=1.0, scale=1.0, seed=0, size=10):
    """People who choose by ``softmax(prior p + model u)``; the model says ``scale u``."""
    rng, found = random.Random(seed), []
    for n in range(count):
        p = [rng.gauss(0, 1.5) for _ in range(size)]
        u = [rng.gauss(0, 1.5) for _ in range(size)]
        odds = [math.exp(prior * a + model * b) for a, b in zip(p, u, strict=True)]
        [chosen] = rng.choices(range(size), odds)
        total = math.log(sum(math.exp(a) for a in p))
        pool = sorted(
            (Candidate(Item(f"i{k}", f"T{k}"), p[k] - total) for k in range(size)),
            key=lambda one: -one.prior,
        )
        said = {f"i{k}": scale * u[k] for k in range(size)}
        order = tuple(sorted(said, key=lambda item: -said[item]))
        shown = [one.item.id for one in pool]
        found.append(Heard(f"u{n}", pool, Opinion(order, said), shown, {f"i{chosen}": 1.0}))
    return found


@pytest.mark.parametrize(("model", "scale"), [(1.0, 1.0), (0.5, 1.0), (1.0, 4.0), (2.0, 1.0)])
def test_it_finds_the_weight_by_which_people_choose(model, scale):
    heard = cases(1500, model=model, scale=scale)
    assert learn_weight(heard, careful=0) == pytest.approx(model / scale, rel=0.15)
    assert 0.75 * model / scale < learn_weight(heard) < learn_weight(heard, careful=0)


def test_a_prior_that_is_badly_scaled_changes_the_ratio_alone():
    # People follow the prior half as much as it says: beside it the model weighs twice as much.
    heard = cases(1500, prior=0.5, model=0.5)
    assert learn_weight(heard, careful=0) == pytest.approx(1.0, rel=0.2)


def test_an_opinion_that_says_nothing_gets_next_to_nothing():
    assert learn_weight(cases(1500, model=0.0), careful=0) < 0.1
    assert learn_weight(cases(1500, model=0.0)) < 0.02


def test_the_interval_of_the_weight_holds_what_it_should():
    # The lower end lies above the truth in 2.5 of 100 samples: of 60, more than 6 would be odd.
    above = [learn_weight(cases(60, model=0.5, seed=seed)) > 0.5 for seed in range(60)]
    assert sum(above) <= 6


def test_few_cases_teach_a_smaller_weight_than_many():
    few, many = (learn_weight(cases(count, model=0.5)) for count in (40, 1500))
    assert few < many


def test_an_opinion_that_reverses_the_truth_gets_nothing():
    assert learn_weight(cases(300, model=-1.0)) == pytest.approx(0.0, abs=1e-9)


def test_cases_whose_truth_was_not_shown_teach_nothing():
    [one] = cases(1)
    assert learn_weight([]) == 0.0
    assert learn_weight([Heard("u", one.candidates, one.opinion, one.shown, {"x": 1.0})]) == 0.0


def test_a_silent_model_changes_no_order():
    [one] = cases(1)
    silent = Heard("u", one.candidates, Opinion(()), one.shown, one.truth)
    assert silent.order(5.0) == silent.order(0.0)


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(0, 2**20), st.floats(0, 1e6))
def test_a_weight_is_always_one_that_the_settings_take(count, seed, scale):
    assert 0 <= learn_weight(cases(count, scale=scale, seed=seed)) <= MOST


@given(st.integers(2, 6), st.integers(0, 100))
@settings(max_examples=10)
def test_nobody_is_ranked_with_a_weight_that_their_own_case_taught(folds, seed):
    heard = cases(60, model=2.0, seed=3)
    before = learn_apart(heard, seed=seed, folds=folds)
    for place in (0, 7):
        changed = list(heard)
        old = heard[place]
        worst = min(old.opinion.order, key=lambda item: old.opinion.logprobs[item])
        truth = {worst: 1.0}
        changed[place] = Heard(old.person, old.candidates, old.opinion, old.shown, truth)
        after = learn_apart(changed, seed=seed, folds=folds)
        assert after[place] == before[place]
        assert after != before


def test_all_cases_of_a_person_are_in_one_part():
    heard = [
        Heard("same", one.candidates, one.opinion, one.shown, one.truth) if n < 5 else one
        for n, one in enumerate(cases(20))
    ]
    assert len(set(learn_apart(heard)[:5])) == 1
