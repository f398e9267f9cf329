"""Properties of the lift cap."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.agent.fusion import fuse, ranked
from palate.agent.lift import hold_down
from palate.domain import Candidate, Item, Opinion


def inverted(order, wanted):
    spot = {item: n for n, item in enumerate(wanted)}
    return sum(spot[a] > spot[b] for a, b in itertools.combinations(order, 2))


def allowed(order, place, cap):
    return all(now >= place[item] - cap for now, item in enumerate(order))


@st.composite
def wishes(draw, most):
    items = [f"i{n}" for n in range(draw(st.integers(1, most)))]
    return draw(st.permutations(items)), {item: n for n, item in enumerate(items)}


@given(wishes(30), st.integers(0, 31))
def test_nothing_is_lifted_past_the_cap_and_nothing_is_lost(wish, cap):
    wanted, place = wish
    found = hold_down(wanted, place, cap)
    assert sorted(found) == sorted(wanted)
    assert allowed(found, place, cap)


@given(wishes(6), st.integers(0, 6))
def test_no_allowed_order_is_nearer_to_the_wanted_one(wish, cap):
    wanted, place = wish
    orders = [o for o in itertools.permutations(wanted) if allowed(o, place, cap)]
    best = min(inverted(order, wanted) for order in orders)
    assert inverted(hold_down(wanted, place, cap), wanted) == best


@given(wishes(20))
def test_a_wide_cap_changes_nothing_and_none_leaves_the_prior(wish):
    wanted, place = wish
    assert hold_down(wanted, place, len(wanted)) == list(wanted)
    assert hold_down(wanted, place, 0) == sorted(place, key=place.__getitem__)


@pytest.mark.parametrize("rank_by", ["model", "fused"])
@given(wishes(26), st.integers(0, 26), st.integers(0, 5), st.floats(0, 10))
def test_the_fused_order_obeys_the_cap(rank_by, wish, shown, cap, weight):
    wanted, place = wish
    candidates = [Candidate(Item(i, i), -float(n)) for i, n in place.items()]
    seen = list(place)[:shown]
    opinion = Opinion(tuple(item for item in wanted if item in seen))
    scores = fuse(candidates, opinion, shown=seen, weight=weight, rank_by=rank_by, lift_cap=cap)
    assert allowed(ranked(scores), place, cap)
    assert sorted(scores) == sorted(place)
    assert all(a > b for a, b in itertools.pairwise(scores.values()))
    assert set(ranked(scores)[: len(seen)]) == set(seen)
