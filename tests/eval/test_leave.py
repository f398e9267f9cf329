from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import EvalError
from palate.eval.cases import Case
from palate.eval.leave import assert_absent, remove_pairs, truth_pairs

pair = st.tuples(st.sampled_from("uvw"), st.sampled_from("abcd"))


@given(st.lists(pair), st.sets(pair | st.just(("nobody", "a"))))
def test_exactly_the_pairs_are_taken_out(arrays, data, pairs) -> None:
    made = arrays(data)
    left = remove_pairs(made, pairs)
    kept = [one for one in data if one not in pairs]
    found = [(left.users[u], left.items[i]) for u, i in zip(left.user, left.item, strict=True)]
    assert found == kept
    # Ids stay, so that codes keep their meaning; every further column is cut along.
    assert (left.users, left.items) == (made.users, made.items)
    assert left.value.tolist() == [n for n, one in enumerate(data) if one not in pairs]


def test_a_leak_is_named(arrays) -> None:
    made = arrays([("u", "a"), ("v", "b"), ("v", "b")])
    assert_absent(made, {("u", "b"), ("v", "a")})
    with pytest.raises(EvalError, match=r"2 interactions .* user 'v' with item 'b'"):
        assert_absent(made, {("v", "b")})


def test_truth_pairs_are_those_of_known_people() -> None:
    cases = [Case(id="1", user="u", truth={"a": 1, "b": 0}), Case(id="2", truth={"a": 1})]
    assert truth_pairs(cases) == {("u", "a"), ("u", "b")}


def test_the_arrays_of_the_store_are_taken() -> None:
    store = pytest.importorskip("palate.retrieval.store")
    columns = {"action": np.int8, "value": np.float32, "at": np.float64, "seq": np.int64}
    made = store.EventArrays(
        users=("u", "v"),
        items=("a", "b"),
        user=np.array([0, 0, 1], np.int32),
        item=np.array([0, 1, 1], np.int32),
        **{name: np.arange(3).astype(kind) for name, kind in columns.items()},
    )
    left = remove_pairs(made, {("u", "b")})
    assert isinstance(left, store.EventArrays)
    assert left.seq.tolist() == left.at.tolist() == [0, 2]
