"""Metrics of what is shown: each against a slow obvious one, and where it has no value."""

import math
from collections import Counter

import numpy as np
import pytest

from palate.eval.metrics.beyond import OF_ALL, PER_CASE, Exposed, Shelf, Shown

TAGS = ["a", "b", "c", "d", "e"]


def drawn(rng):
    """A catalogue, and a case in it."""
    ids = [f"i{n}" for n in range(int(rng.integers(3, 25)))]
    people = {item: int(rng.integers(0, 50)) for item in ids}
    some = {i: frozenset(rng.choice(TAGS, int(rng.integers(0, 4)), replace=False)) for i in ids}
    k = int(rng.integers(1, 12))
    order = [str(one) for one in rng.permutation(ids)][: int(rng.integers(0, 12))][:k]
    past = [str(one) for one in rng.permutation(ids)][: int(rng.integers(0, 8))]
    relevant = frozenset(str(one) for one in rng.permutation(ids)[:4])
    listed = ids if rng.random() < 0.5 else None
    return Shown(order, k, past, relevant, listed), Shelf(people, some, 60)


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else math.nan


def slow_novelty(shown, shelf):
    return mean(-math.log2((shelf.people[i] + 1) / (shelf.users + 1)) for i in shown.items)


def slow_diversity(shown, shelf):
    items = [i for i in shown.items if shelf.tags[i]]
    return mean(
        1 - len(shelf.tags[a] & shelf.tags[b]) / len(shelf.tags[a] | shelf.tags[b])
        for a in items for b in items if a < b
    )  # fmt: skip


def slow_serendipity(shown, shelf):
    pool = shown.candidates or [i for i in shelf.people if i not in shown.past]
    best = sorted(sorted(pool), key=lambda i: -shelf.people[i])[: shown.k]
    return len([i for i in shown.items if i in shown.relevant and i not in best]) / shown.k


def slow_bias(shown, shelf):
    return mean(shelf.people[i] / 60 for i in shown.items) - mean(
        shelf.people[i] / 60 for i in shown.past
    )


def slow_calibration(shown, shelf):
    def shares(items):
        total = Counter()
        for item in items:
            for tag in shelf.tags[item]:
                total[tag] += 1 / len(shelf.tags[item])
        return {tag: total[tag] / sum(total.values()) for tag in total}

    p, q = shares(shown.past), shares(shown.items)
    if not p or not q:
        return math.nan
    return sum(p[t] * math.log(p[t] / (0.99 * q.get(t, 0) + 0.01 * p[t])) for t in p)


SLOW = {
    "Novelty": slow_novelty, "Diversity": slow_diversity, "Serendipity": slow_serendipity,
    "PopularityBias": slow_bias, "Calibration": slow_calibration,
}  # fmt: skip


@pytest.mark.parametrize("name", PER_CASE)
def test_a_thousand_random_lists_within_1e_9(name):
    rng, seen = np.random.default_rng(2), 0
    for _ in range(1000):
        shown, shelf = drawn(rng)
        expected = SLOW[name](shown, shelf)
        assert PER_CASE[name](shown, shelf) == pytest.approx(expected, abs=1e-9, nan_ok=True)
        seen += not math.isnan(expected)
    assert seen > 200


def exposed_of(lists, size):
    exposed = Exposed(size)
    for one in lists:
        exposed.add(one)
    return exposed


def test_coverage_and_gini_of_random_lists():
    rng = np.random.default_rng(3)
    for _ in range(200):
        ids = [f"i{n}" for n in range(int(rng.integers(2, 30)))]
        lists = [[str(i) for i in rng.permutation(ids)[:5]] for _ in range(int(rng.integers(0, 9)))]
        counts = [sum(i in one for one in lists) for i in ids]
        exposed = exposed_of(lists, len(ids))
        assert OF_ALL["Coverage"](exposed) == pytest.approx(np.mean(np.array(counts) > 0))
        pairs = sum(abs(a - b) for a in counts for b in counts)
        total = sum(counts)
        expected = pairs / (2 * len(ids) * total) if total else 0.0  # mean absolute difference
        assert OF_ALL["Gini"](exposed) == pytest.approx(expected, abs=1e-9)


def test_ends_of_the_scales():
    assert OF_ALL["Gini"](exposed_of([["a"]] * 9, 1000)) == pytest.approx(0.999)
    assert OF_ALL["Gini"](exposed_of([["a"], ["b"]], 2)) == 0
    shelf = Shelf({"a": 59, "b": 0}, {"a": frozenset("x"), "b": frozenset("y")}, 59)
    assert PER_CASE["Novelty"](Shown(["a"], 1), shelf) == 0
    assert PER_CASE["Calibration"](Shown(["a"], 1, ["a"]), shelf) == 0
    assert PER_CASE["Calibration"](Shown(["b"], 1, ["a"]), shelf) == pytest.approx(-math.log(0.01))
    assert PER_CASE["PopularityBias"](Shown(["a"], 1, ["b"]), shelf) == 1


@pytest.mark.parametrize("name", ["Novelty", "Diversity", "PopularityBias", "Calibration"])
def test_an_empty_list_has_no_value(name):
    assert math.isnan(PER_CASE[name](Shown([], 5, ["a"]), Shelf({"a": 1}, {}, 2)))
