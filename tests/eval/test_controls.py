from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.domain import Ranked, Recommender, Request
from palate.errors import EvalError
from palate.eval.controls import Identity, ItemKNN, Popularity, Random
from palate.eval.ordering import ranked, strictly_decreasing

ITEMS = tuple("abcdefgh")
pairs = st.lists(
    st.tuples(st.sampled_from(["u", "v", "w", "x"]), st.sampled_from(ITEMS)),
    min_size=1,
    max_size=25,
)
requests = st.builds(
    Request,
    user=st.sampled_from([None, "u", "v", "stranger"]),
    history=st.none() | st.lists(st.sampled_from([*ITEMS, "?"]), max_size=5).map(tuple),
    candidates=st.none() | st.lists(st.sampled_from([*ITEMS, "?"]), unique=True).map(tuple),
    n=st.integers(1, 10),
)


def owners(data: list[tuple[str, str]], item: str) -> set[str]:
    return {user for user, one in data if one == item}


def newest(data: list[tuple[str, str]], request: Request, items: tuple[str, ...]) -> list[str]:
    stored = [item for user, item in data if user == request.user]
    everything = [*stored, *(request.history or ())]
    return [one for one in dict.fromkeys(reversed(everything)) if one in items]


def cosine(data: list[tuple[str, str]], a: str, b: str) -> float:
    left, right = owners(data, a), owners(data, b)
    if a == b or not left or not right:
        return 0.0
    return len(left & right) / math.sqrt(len(left) * len(right))


def knn(data: list[tuple[str, str]], recent: list[str], item: str, neighbours: int | None) -> float:
    all_items = sorted({one for _, one in data})
    floor = 0.0
    if neighbours is not None and neighbours < len(all_items):
        floor = sorted((cosine(data, one, item) for one in all_items), reverse=True)[neighbours - 1]
    found = [cosine(data, one, item) for one in recent]
    return sum(one for one in found if one >= floor - 1e-9)


def assert_ordered(result: Ranked, expected: dict[str, float], request: Request) -> None:
    """The order falls with the slow scores, and holds what it must."""
    values = [expected[item] for item in result.order]
    assert all(a >= b - 1e-9 for a, b in pairwise(values))
    assert all(a > b for a, b in pairwise(result.scores))
    if request.candidates is not None:
        assert sorted(result.order) == sorted(request.candidates)
    else:
        assert len(result.order) == min(request.n, len(expected))
        left = [expected[item] for item in expected if item not in result.order]
        assert not left or not values or max(left) <= values[-1] + 1e-9


def open_items(data: list[tuple[str, str]], request: Request) -> list[str]:
    known = tuple(dict.fromkeys(item for _, item in data))
    if request.candidates is not None:
        return list(request.candidates)
    return [one for one in known if one not in newest(data, request, known)]


@settings(max_examples=80, deadline=None)
@given(pairs, st.lists(requests, max_size=4))
def test_popularity_equals_brute_force(arrays, data, asked) -> None:
    for request, result in zip(asked, Popularity(arrays(data)).rank(asked), strict=True):
        expected = {item: float(len(owners(data, item))) for item in open_items(data, request)}
        assert_ordered(result, expected, request)


@settings(max_examples=150, deadline=None)
@given(
    pairs,
    st.lists(requests, max_size=4),
    st.sampled_from([None, 1, 2, 5]),
    st.sampled_from([None, 1, 2, 3, 50]),
)
def test_item_knn_equals_brute_force(arrays, data, asked, last, neighbours) -> None:
    known = tuple(dict.fromkeys(item for _, item in data))
    control = ItemKNN(arrays(data), last=last, neighbours=neighbours)
    for request, result in zip(asked, control.rank(asked), strict=True):
        recent = newest(data, request, known)[:last]
        expected = {item: knn(data, recent, item, neighbours) for item in open_items(data, request)}
        assert_ordered(result, expected, request)
        # Within a hair of the slow value: ties are lowered by the least possible.
        for item, score in zip(result.order, result.scores, strict=True):
            assert score == pytest.approx(expected[item], abs=1e-9)


def test_item_knn_batches_do_not_matter(arrays, monkeypatch) -> None:
    rng = np.random.default_rng(0)
    data = [(f"u{u}", f"i{i}") for u, i in rng.integers(0, 30, (400, 2))]
    asked = [Request(user=f"u{u}", candidates=tuple(f"i{i}" for i in range(30))) for u in range(30)]
    whole = ItemKNN(arrays(data), neighbours=5).rank(asked), ItemKNN(arrays(data)).rank(asked)
    monkeypatch.setattr("palate.eval.knn._CELLS", 64)
    again = ItemKNN(arrays(data), neighbours=5).rank(asked), ItemKNN(arrays(data)).rank(asked)
    assert [[r.order for r in part] for part in again] == [
        [r.order for r in part] for part in whole
    ]


def test_controls_are_recommenders(arrays) -> None:
    made = arrays([("u", "a")])
    for one in (Popularity(made), ItemKNN(made), Random(1), Identity()):
        assert isinstance(one, Recommender)
        assert one.rank([]) == []


def test_controls_without_any_event(arrays) -> None:
    made = arrays([], items=("a", "b"))
    for one in (Popularity(made), ItemKNN(made), ItemKNN(made, neighbours=2)):
        first, second = one.rank([Request(candidates=("a", "b")), Request(n=1)])
        assert sorted(first.order) == ["a", "b"]
        assert len(second.order) == 1


@settings(max_examples=25, deadline=None)
@given(st.permutations(ITEMS), st.permutations(ITEMS))
def test_the_order_of_candidates_helps_nobody(arrays, left, right) -> None:
    made = arrays([("u", "a"), ("v", "b")])
    asked = [Request(user="u", candidates=tuple(one)) for one in (left, right)]
    for one in (Popularity(made), ItemKNN(made), Random(3)):
        first, second = one.rank(asked)
        assert first.order == second.order


def test_random_is_at_chance_and_depends_on_the_seed() -> None:
    asked = [Request(user=str(user), candidates=ITEMS) for user in range(2000)]
    found = Random(5).rank(asked)
    assert [one.order for one in found] == [one.order for one in Random(5).rank(asked)]
    assert [one.order for one in found] != [one.order for one in Random(6).rank(asked)]
    places = [one.order.index("a") for one in found]
    counts = np.bincount(places, minlength=len(ITEMS))
    # Chi-squared with 7 degrees of freedom: above 24.3 in one of a thousand.
    assert ((counts - 250) ** 2 / 250).sum() < 24.3


def test_random_can_draw_from_a_catalogue() -> None:
    (found,) = Random(1, items=ITEMS).rank([Request(n=3)])
    assert len(set(found.order)) == 3
    with pytest.raises(EvalError, match="items to draw from"):
        Random(1).rank([Request()])


def test_identity_keeps_the_order() -> None:
    assert Identity().rank([Request(candidates=("c", "a"))]) == [Ranked(("c", "a"), (2.0, 1.0))]
    with pytest.raises(EvalError, match="candidates"):
        Identity().rank([Request()])


def test_item_knn_refuses_nothing_to_look_at(arrays) -> None:
    with pytest.raises(EvalError, match="at least 1"):
        ItemKNN(arrays([("u", "a")]), last=0)


@given(st.lists(st.floats(-1e6, 1e6)))
def test_scores_decrease_strictly(scores: list[float]) -> None:
    best_first = sorted(scores, reverse=True)
    lowered = strictly_decreasing(best_first)
    assert all(a > b for a, b in pairwise(lowered))
    assert lowered == pytest.approx(tuple(best_first))
    names = [f"i{number}" for number in range(len(scores))]
    assert sorted(ranked(names, scores).order) == sorted(names)


def test_random_draws_every_item_of_a_catalogue_alike_and_whatever_its_order():
    one, other = Random(1, items=ITEMS), Random(1, items=ITEMS[::-1])
    asked = [Request(user=f"u{n}", n=3) for n in range(3000)]
    found = [ranked.order for ranked in one.rank(asked)]
    assert found == [ranked.order for ranked in other.rank(asked)]
    assert all(len(set(order)) == 3 for order in found)
    firsts = Counter(order[0] for order in found)
    expected = 3000 / len(ITEMS)
    chi = sum((firsts[item] - expected) ** 2 / expected for item in ITEMS)
    # Four deviations of a chi-square above its mean.
    assert chi < len(ITEMS) - 1 + 4 * (2 * (len(ITEMS) - 1)) ** 0.5
    (everything,) = one.rank([Request(n=10 * len(ITEMS))])
    assert sorted(everything.order) == sorted(ITEMS)
