"""The statistics and the conditional logit, against slow obvious ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.retrieval.behaviour import learn_behaviour, load_behaviour, save_behaviour
from palate.retrieval.factors import ENOUGH as ENOUGH_EVENTS
from palate.retrieval.factors import _spots, _Trainer, learn_factors
from palate.retrieval.features import LEARNT, NAMES, spread, standardise
from palate.retrieval.interactions import Interactions
from palate.retrieval.neighbours import (
    DAMPING,
    WINDOW,
    cosine_neighbours,
    count_followers,
    strongest,
)
from palate.retrieval.popularity import count_popularity
from palate.retrieval.prior import ENOUGH, Prior, fit_prior, load_prior, log_softmax, save_prior
from palate.retrieval.regression import learn_regression


def _log(sequences, n_items, strength=1.0):
    start = np.concatenate([[0], np.cumsum([len(s) for s in sequences])]).astype(np.int64)
    items = np.array([i for s in sequences for i in s], np.int32)
    return Interactions(
        tuple(f"u{n}" for n in range(len(sequences))), start, items,
        np.full(len(items), strength, np.float32), np.full(len(items), np.nan), n_items,
    )  # fmt: skip


sequences = st.lists(st.lists(st.integers(0, 6), unique=True, max_size=7), min_size=1, max_size=6)


@given(sequences)
def test_neighbours_are_damped_cosines(log):
    found = cosine_neighbours(_log(log, 7)).toarray()
    sets = [{u for u, s in enumerate(log) if i in s} for i in range(7)]
    for i in range(7):
        for j in range(7):
            both, norm = len(sets[i] & sets[j]), len(sets[i]) * len(sets[j]) + DAMPING
            assert found[i, j] == pytest.approx(0 if i == j else both / norm**0.5, abs=1e-6)


@given(sequences, st.lists(st.integers(0, 6), min_size=1, max_size=4))
def test_lift_is_how_much_more_often_than_by_chance(log, history):
    counts = np.zeros((7, 7))
    for s in log:
        for a in range(len(s)):
            for b in range(a + 1, min(a + WINDOW, len(s) - 1) + 1):
                counts[s[a], s[b]] += 1
    chance = np.outer(counts.sum(1), counts.sum(0)) / max(counts.sum(), 1)
    lift = np.log((counts + 2) / (chance + 2))
    given, rows = np.array(history, np.intp), np.arange(7)
    weights = np.linspace(0.5, 1, len(history)).astype(np.float32)
    followers = count_followers(_log(log, 7))
    found = followers.lift(spread(followers.counts, given, weights), given, weights, rows)
    assert found == pytest.approx(weights @ lift[given], abs=1e-4)


@given(sequences)
def test_the_regression_is_the_ridge_solution_column_by_column(log):
    interactions = _log(log, 7)
    found = learn_regression(interactions)
    people = interactions.matrix().toarray()[:, found.rows]
    for column in range(len(found.rows)):
        others = [i for i in range(len(found.rows)) if i != column]
        left = people[:, others].T @ people[:, others] + 10 * np.eye(len(others))
        expected = np.linalg.solve(left, people[:, others].T @ people[:, column])
        assert found.weights[others, column] == pytest.approx(expected, abs=1e-4)


def test_regression_scores_agree_with_its_entries():
    found = learn_regression(_log([[0, 1, 2], [0, 1], [2, 3]], 5))
    history, rows = np.array([0, 4, 2]), np.arange(5)
    interest = np.array([1, 1, 0.5], np.float32)
    between = interest @ found.between(history, rows)
    assert found.scores(history, interest) == pytest.approx(between)


def test_too_few_events_teach_no_factors():
    factors = learn_factors(_log([[0, 1, 2]] * 5, 4))
    assert not len(factors.bias)
    assert not factors.scores(np.array([0, 1])).any()


def _walks(people, n_items, seed):
    """People who go round a ring of items: what comes next is certain."""
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, n_items, people)
    return [[(start + step) % n_items for step in range(20)] for start in starts]


def test_factors_learn_an_order_that_counts_cannot_hide():
    factors = learn_factors(_log(_walks(ENOUGH_EVENTS // 20, 60, 1), 60), epochs=6)
    right = 0
    for start in range(60):
        history = np.array([(start + step) % 60 for step in range(6)])
        scores = factors.scores(history)
        scores[history] = -np.inf
        right += int(scores.argmax() == (start + 6) % 60)
    assert right >= 55


def test_factor_scores_of_some_rows_are_those_of_all():
    factors = learn_factors(_log(_walks(ENOUGH_EVENTS // 20, 40, 1), 45), epochs=1)
    history, rows = np.array([1, 44, 2, 3]), np.array([5, 44, 0])
    assert factors.scores_at(history, rows) == pytest.approx(
        factors.scores(history)[rows], abs=1e-5
    )
    assert factors.parts(history)[1].sum() == 0


def test_memory_is_the_weighted_sum_of_the_past():
    trainer = _Trainer.begin(np.arange(9, dtype=np.int32), None, 3)
    batch = [np.array([0, 1, 2, 3, 4]), np.array([5, 6]), np.array([7, 8, 0])]
    past = np.concatenate([items[:-1] for items in batch])
    views = trainer._remember(trainer.values["E"][past], _spots(batch))
    factors = trainer.factors(np.arange(9, dtype=np.int32))
    assert views[3] == pytest.approx(factors.parts(np.array([0, 1, 2, 3])).sum(axis=0), abs=1e-5)
    assert views[4] == pytest.approx(factors.parts(np.array([5])).sum(axis=0), abs=1e-5)
    other = np.random.default_rng(1).normal(size=views.shape).astype(np.float32)
    rows = np.random.default_rng(2).normal(size=views.shape).astype(np.float32)
    forward = (trainer._remember(rows, _spots(batch)) * other).sum()
    assert (rows * trainer._recall(other, _spots(batch))).sum() == pytest.approx(forward, rel=1e-4)


def test_the_gradient_is_the_slope_of_the_loss(monkeypatch):
    monkeypatch.setattr("palate.retrieval.factors._NEGATIVES", 10_000)
    place = np.arange(9, dtype=np.int32)
    trainer = _Trainer.begin(place, None, 3)
    rng = np.random.default_rng(0)
    seen = rng.normal(size=(5, trainer.values["V"].shape[1])).astype(np.float32)
    target = np.array([0, 3, 3, 8, 1], np.int32)

    def loss(x):
        scores = x @ trainer.values["V"].T + trainer.values["b"]
        return -np.mean([log_softmax(row)[t] for row, t in zip(scores, target, strict=True)])

    slope, _ = trainer._loss(seen, target)
    step = rng.normal(size=seen.shape) * 1e-3
    moved = (loss(seen + step) - loss(seen - step)) / 2
    assert float((slope * step).sum()) == pytest.approx(moved, rel=1e-2)


def test_an_empty_log_has_statistics_too():
    behaviour = learn_behaviour(_log([[]], 3))
    assert behaviour.neighbours.nnz == behaviour.followers.counts.nnz == 0
    assert count_popularity(_log([[]], 3)).log().tolist() == [0, 0, 0]


def test_the_strongest_entries_of_a_row_are_kept():
    matrix = cosine_neighbours(_log([[0, 1, 2], [0, 1], [0, 3]], 4))
    kept = strongest(matrix.copy(), 1)
    assert np.diff(kept.indptr).max() == 1
    for row in range(4):
        assert kept[row].toarray().max() == matrix[row].toarray().max()


def test_spread_is_a_product_of_a_few_rows():
    matrix = cosine_neighbours(_log([[0, 1, 2], [0, 1], [1, 3]], 4))
    weights = np.array([0.5, 1.0], np.float32)
    expected = weights @ matrix.toarray()[[0, 3]]
    assert spread(matrix, np.array([0, 3]), weights) == pytest.approx(expected)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=9))
def test_log_probabilities_sum_to_one(scores):
    assert np.exp(log_softmax(np.array(scores))).sum() == pytest.approx(1)


@settings(max_examples=30)
@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_contributions_add_up_to_the_score(n, seed):
    matrix = np.random.default_rng(seed).normal(size=(n, len(NAMES))).astype(np.float32)
    prior = Prior()
    scores = prior.contributions(matrix).sum(axis=1)
    assert prior.log_probabilities(matrix) == pytest.approx(log_softmax(scores))


def test_a_constant_feature_says_nothing():
    matrix = np.ones((4, len(NAMES)), np.float32)
    assert not standardise(matrix)[:, : len(LEARNT)].any()


def test_weights_are_found_again():
    rng = np.random.default_rng(1)
    truth = dict(zip(LEARNT, rng.normal(size=len(LEARNT)), strict=True))
    truth_prior = Prior({**Prior().weights, **truth}, 1)
    lists = [rng.normal(size=(20, len(NAMES))).astype(np.float32) for _ in range(2000)]
    for matrix in lists:
        matrix[:, len(LEARNT) :] = 0
    targets = [
        int(rng.choice(20, p=np.exp(truth_prior.log_probabilities(matrix)))) for matrix in lists
    ]
    found = fit_prior(lists, targets)
    assert found.fitted
    assert found.loss < found.fixed_loss
    for name, weight in truth.items():
        assert found.weights[name] == pytest.approx(weight, abs=0.15)


def test_too_few_lists_keep_the_fixed_weights():
    lists = [np.zeros((3, len(NAMES)), np.float32)] * (ENOUGH - 1)
    found = fit_prior(lists, [0] * len(lists))
    assert not found.fitted
    assert found.weights == Prior().weights


def test_noise_does_not_beat_the_fixed_weights_by_ties():
    lists = [np.zeros((20, len(NAMES)), np.float32)] * ENOUGH
    assert not fit_prior(lists, [0] * ENOUGH).fitted


def test_what_is_saved_is_what_is_loaded(tmp_path):
    behaviour = learn_behaviour(_log([[0, 1, 2], [2, 0]], 4))
    save_behaviour(behaviour, tmp_path)
    loaded = load_behaviour(tmp_path)
    assert (loaded.neighbours != behaviour.neighbours).nnz == 0
    assert loaded.popularity.people.tolist() == behaviour.popularity.people.tolist()
    save_prior(Prior(lists=3), tmp_path)
    assert load_prior(tmp_path).lists == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
