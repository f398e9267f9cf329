"""Constraints: reading, exact checking, masks that agree with the check, and what to relax."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.domain import Constraint, Item, Op
from palate.errors import CatalogueError
from palate.retrieval.columns import TableBuilder
from palate.retrieval.constraints import UNSEEN, Checker, best_relaxation, parse_constraint
from palate.retrieval.masks import allowed_rows

ITEMS = [
    Item("a", "Moon over Lyon", "A café at night", ("Comedy", "Romance"),
         {"year": 1994, "runtime": 95, "cast": ("Ann Lee", "Bo Diaz"), "language": "French"}),
    Item("b", "月光宝盒", "一部关于爱情的喜剧", ("喜剧",), {"year": 1995, "runtime": 87}),
    Item("c", "The Dark", "Fear.", ("Horror",), {"year": 2001, "language": "English"}),
    Item("d", "Untold", "", (), {}),
]  # fmt: skip


def _held(*texts, seen=()):
    checker = Checker(tuple(map(parse_constraint, texts)))
    return "".join(item.id for item in ITEMS if checker.holds(item, seen))


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("runtime <= 90", "b"),
        ("runtime<=95", "ab"),
        ("year >= 1995", "bc"),
        ("year in 1994, 2001", "ac"),
        ("-horror", "abd"),
        ("+comedy", "a"),
        ("genre = comedy", "a"),
        ("tags has 喜剧", "b"),
        ("words has 爱情", "b"),
        ("words has cafe", "a"),
        ("title has moon", "a"),
        ("title has moo", ""),
        ("cast = ann lee", "a"),
        ("cast has diaz", "a"),
        ("language != French", "bcd"),
        ("id not in a, c", "bd"),
        ("director has anybody", ""),
        ("unseen", "acd"),
    ],
)
def test_what_people_type(text, held):
    assert _held(text, seen={"b"}) == held


@pytest.mark.parametrize("text", ["", "runtime", "<= 3", "year >=", "-", "just words here"])
def test_what_cannot_be_read_says_how_to_write_it(text):
    with pytest.raises(CatalogueError, match="Write it like"):
        parse_constraint(text)


def test_a_constraint_prints_as_it_is_typed():
    for text in ("runtime <= 120", "tags has comedy", "year in 1990, 1991"):
        assert str(parse_constraint(text)) == text


def test_the_constraint_to_relax_is_the_one_that_lets_most_through():
    constraints = [parse_constraint("year >= 1990"), parse_constraint("runtime <= 10")]
    found = best_relaxation(constraints, ITEMS)
    assert str(found.constraint) == "runtime <= 10"
    assert found.left == 3
    assert best_relaxation([parse_constraint("x = 1"), parse_constraint("y = 1")], ITEMS) is None


words = st.sampled_from(["x", "Y", "é", "x y"])
values = st.one_of(
    st.integers(-5, 5), st.floats(-5, 5), words,
    st.lists(words, max_size=2).map(tuple), st.booleans(),
)  # fmt: skip
items = st.lists(
    st.builds(
        Item, st.uuids().map(str), st.just("t"), st.just(""),
        st.lists(st.sampled_from(["x", "Y", "Straße"]), max_size=2).map(tuple),
        st.dictionaries(st.sampled_from(["f", "g"]), values, max_size=2),
    ),
    min_size=1, max_size=8, unique_by=lambda item: item.id,
)  # fmt: skip
fields = st.sampled_from(["f", "g", "tags", "id", "none", "seen"])
constraints = st.builds(Constraint, fields, st.sampled_from(list(Op)), values)


@given(items, st.lists(constraints, max_size=3))
def test_the_mask_never_hides_an_item_that_holds(found, wanted):
    found = sorted(found, key=lambda item: item.id)
    builder = TableBuilder()
    for item in found:
        builder.add(item)
    table = builder.build(np.zeros((len(found), 2), np.float32), np.zeros(len(found), np.uint64))
    seen = {found[0].id}
    mask = allowed_rows(table, wanted, seen)
    checker = Checker(tuple(wanted))
    for row, item in enumerate(found):
        assert mask[row] or not checker.holds(item, seen)


@given(items, constraints)
def test_a_negated_constraint_is_the_opposite(found, constraint):
    opposite = {Op.EQ: Op.NE, Op.IN: Op.NOT_IN, Op.HAS: Op.HAS_NOT}.get(constraint.op)
    if opposite is None:
        return
    other = Constraint(constraint.field, opposite, constraint.value)
    for item in found:
        assert Checker((constraint,)).holds(item) != Checker((other,)).holds(item)


def test_unseen_is_about_the_person():
    assert Checker((UNSEEN,)).holds(ITEMS[0])
    assert not Checker((UNSEEN,)).holds(ITEMS[0], {"a"})
