"""Which conditions to drop: found by one look at each item, however many conditions there are."""

from itertools import combinations

import pytest

from palate import Palate
from palate.agent.chat.policy.relax import relaxed
from palate.agent.chat.state import State, Term
from palate.retrieval.constraints import parse_constraint
from palate.workspace.chat_desk import WorkspaceDesk


class Counting(WorkspaceDesk):
    """Counts how often the store is asked."""

    asked = 0

    def facts(self, *given, **named):
        type(self).asked += 1
        return super().facts(*given, **named)

    def meeting(self, constraints):
        type(self).asked += 1
        return super().meeting(constraints)


@pytest.fixture
def desk(example):
    with Palate.open(example) as palate:
        yield Counting(palate)


def _left(desk, state, gone):
    kept = [one for term in state.terms if term not in gone for one in term.constraints]
    return desk.facts(kept, n=0).count


def having(*constraints):
    terms = [Term("", one, (parse_constraint(one),)) for one in constraints]
    return State("x").having(terms)


@pytest.mark.parametrize(
    "asked",
    [
        ["runtime <= 90", "year <= 1960", "tags has horror"],
        ["director = Akira Kurosawa", "tags has comedy", "year >= 1990"],
        ["colour == red"],
        ["colour == red", "shape == round", "size == big", "smell == sweet"],
        ["unseen", "tags has war", "tags has comedy", "country = France", "runtime <= 90"],
    ],
)
def test_it_is_the_best_of_all_ways(desk, asked):
    state, found = having(*asked), None
    for size in (1, 2, 3):
        ways = {gone: _left(desk, state, gone) for gone in combinations(state.terms, size)}
        if any(ways.values()):
            found = max(ways, key=lambda gone: ways[gone])
            break
    told = relaxed(state, desk)
    assert (told and told.terms) == found
    assert told is None or told.left == ways[found]


def test_many_conditions_are_looked_at_once_each(desk):
    state = having("colour == red", "shape == round", *(f"year != {n}" for n in range(1900, 1940)))
    Counting.asked = 0
    told = relaxed(state, desk)
    assert told is not None
    assert [term.text for term in told.terms] == ["colour == red", "shape == round"]
    assert 0 < Counting.asked <= len(state.terms) + 1
