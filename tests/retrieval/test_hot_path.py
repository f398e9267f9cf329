"""What makes a request fast says the same as the slow and obvious way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from palate.domain import Constraint, Item, Op
from palate.retrieval.columns import TableBuilder
from palate.retrieval.entries import Entries
from palate.retrieval.masks import Decided, allowed_rows
from palate.retrieval.popularity import Popularity
from palate.retrieval.sources import _first
from palate.retrieval.top import best_rows

numbers = st.integers(0, 4)


@given(
    st.lists(st.lists(numbers, min_size=6, max_size=6), min_size=6, max_size=6),
    st.lists(st.integers(0, 5), max_size=8), st.permutations(range(6)), st.integers(1, 6),
)  # fmt: skip
def test_entries_are_the_rows_of_the_matrix(dense, rows, order, count):
    matrix, history = np.array(dense, np.float32), np.array(rows, np.intp)
    entries = Entries.of(csr_matrix(matrix), history)
    weights = np.linspace(0, 1, len(rows)).astype(np.float32)
    counted = np.where(weights > 1e-3, weights, 0)
    assert entries.spread(weights) == pytest.approx(counted @ matrix[history], abs=1e-5)
    columns = np.array(order[:count], np.intp)
    assert (entries.at(columns) == matrix[history][:, columns]).all()


@given(st.lists(numbers, min_size=1, max_size=60), st.data(), st.integers(1, 12))
def test_the_first_of_an_order_are_the_best_of_those_that_pass(people, data, limit):
    mask = data.draw(st.lists(st.booleans(), min_size=len(people), max_size=len(people)))
    met, fine = np.array(people, np.float32), np.array(mask, bool)
    none = np.zeros(len(met), np.float32)
    order = Popularity(met, none, none).order
    rows = np.flatnonzero(fine)
    expected = rows[best_rows(met[rows], limit)]
    assert _first(order, lambda part: fine[part], limit).tolist() == expected.tolist()


def test_a_constraint_is_decided_once_and_true_is_not_one():
    builder = TableBuilder()
    for number in range(3):
        builder.add(Item(str(number), "t", fields={"size": number}))
    table = builder.build(np.zeros((3, 2), np.float32), np.zeros(3, np.uint64))
    known = Decided(table)
    one, true = (Constraint("size", Op.EQ, value) for value in (1, True))
    assert allowed_rows(table, [one], (), known).tolist() == [False, True, False]
    assert known.of(one) is known.of(one)
    assert known.of(true) is None
    assert allowed_rows(table, [one, true], ["1"], known).tolist() == [False, True, False]
