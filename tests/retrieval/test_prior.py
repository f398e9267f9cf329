"""The statistics and the conditional logit, against slow obvious ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.retrieval.behaviour import learn_behaviour, load_behaviour, save_behaviour
from palate.retrieval.features import LEARNT, NAMES, spread, standardise
from palate.retrieval.interactions import Interactions
from palate.retrieval.neighbours import DAMPING, LAGS, cosine_neighbours, followers, strongest
from palate.retrieval.popularity import count_popularity
from palate.retrieval.prior import ENOUGH, Prior, fit_prior, load_prior, log_softmax, save_prior


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
            both, norm = len(sets[i] & sets[j]), (len(sets[i]) + DAMPING) * (len(sets[j]) + DAMPING)
            assert found[i, j] == pytest.approx(0 if i == j else both / norm**0.5, abs=1e-6)


@given(sequences)
def test_followers_are_directed_and_fade_with_the_lag(log):
    found = followers(_log(log, 7)).toarray()
    counts = np.bincount([i for s in log for i in s], minlength=7) + DAMPING
    expected = np.zeros((7, 7))
    for s in log:
        for a in range(len(s)):
            for b in range(a + 1, min(a + LAGS, len(s) - 1) + 1):
                expected[s[a], s[b]] += 1 / (b - a) / (counts[s[a]] * counts[s[b]]) ** 0.5
    assert found == pytest.approx(expected, abs=1e-5)


def test_an_empty_log_has_statistics_too():
    behaviour = learn_behaviour(_log([[]], 3))
    assert behaviour.neighbours.nnz == behaviour.followers.nnz == 0
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
    assert fit_prior(lists, [0] * len(lists)) == Prior()


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
