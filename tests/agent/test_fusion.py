"""Properties of the fusion."""

import itertools
import math

from hypothesis import assume, given
from hypothesis import strategies as st

from palate.agent.fusion import fuse, ranked, utilities
from palate.domain import Candidate, Item, Opinion

_LOGPS = st.floats(-1e6, 0, allow_nan=False)


@st.composite
def pools(draw):
    """Candidates best first, how many are shown, an opinion about those, a weight."""
    logps = sorted(draw(st.lists(_LOGPS, min_size=1, max_size=26)), reverse=True)
    candidates = [Candidate(Item(f"i{n}", f"T{n}"), logp) for n, logp in enumerate(logps)]
    shown = [c.item.id for c in candidates[: draw(st.integers(1, len(candidates)))]]
    order = draw(st.permutations(shown))[: draw(st.integers(0, len(shown)))]
    weight = draw(st.floats(0, 10))
    return candidates, shown, tuple(order), weight


def fused(pool, order=None, **options):
    candidates, shown, said, weight = pool
    opinion = Opinion(said if order is None else tuple(order), **options.pop("opinion", {}))
    options = {"weight": weight, "rank_by": "fused", **options}
    return fuse(candidates, opinion, shown=shown, **options)


@given(pools(), st.sampled_from(["prior", "model", "fused"]))
def test_a_permutation_with_strictly_decreasing_scores(pool, rank_by):
    scores = fused(pool, rank_by=rank_by)
    assert sorted(scores) == sorted(c.item.id for c in pool[0])
    values = list(scores.values())
    assert all(one > other for one, other in itertools.pairwise(values))


@given(pools())
def test_without_weight_it_is_the_priors_order(pool):
    prior = tuple(c.item.id for c in pool[0])
    assert ranked(fused(pool, weight=0)) == prior
    assert ranked(fused(pool, rank_by="prior")) == prior


@given(pools())
def test_unshown_items_stay_below(pool):
    order = ranked(fused(pool))
    shown = pool[1]
    assert set(order[: len(shown)]) == set(shown)
    assert list(order[len(shown) :]) == [c.item.id for c in pool[0]][len(shown) :]


@given(pools(), st.data())
def test_an_item_that_the_model_puts_higher_never_loses_by_it(pool, data):
    order = list(pool[2])
    assume(pool[1])
    item = data.draw(st.sampled_from(pool[1]))
    place = order.index(item) if item in order else len(order)
    higher = [one for one in order if one != item]
    higher.insert(data.draw(st.integers(0, place)), item)
    before, after = ranked(fused(pool)), ranked(fused(pool, higher))
    assert after.index(item) <= before.index(item)


@given(pools())
def test_the_model_alone_is_its_order_then_the_priors(pool):
    _, shown, order, _ = pool
    found = ranked(fused(pool, rank_by="model"))
    assert found[: len(order)] == order
    rest = [item for item in shown if item not in order]
    assert list(found[len(order) : len(shown)]) == rest


@given(pools(), st.data())
def test_log_probabilities_decide_where_there_are_any(pool, data):
    shown = pool[1]
    logprobs = {item: data.draw(st.integers(-50, 0)) / 4 for item in shown}
    found = ranked(fused(pool, rank_by="model", opinion={"logprobs": logprobs}))[: len(shown)]
    assert [logprobs[item] for item in found] == sorted(logprobs.values(), reverse=True)


@given(pools())
def test_utilities_are_centred(pool):
    _, shown, order, _ = pool
    found = utilities(Opinion(order), shown)
    assert math.isclose(sum(found.values()), 0, abs_tol=1e-9)


def test_an_item_without_log_probability_comes_last():
    found = utilities(Opinion((), logprobs={"a": -1.0, "b": -3.0}), ["a", "b", "c"])
    assert found["a"] > found["b"] > found["c"]


def test_an_opinion_of_nothing_changes_nothing():
    candidates = [Candidate(Item(i, i), -float(n)) for n, i in enumerate("abc")]
    scores = fuse(candidates, Opinion(()), shown=list("abc"), weight=3, rank_by="fused")
    assert ranked(scores) == ("a", "b", "c")
