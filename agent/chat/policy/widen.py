"""What else will do: "恐怖片也可以" after comedies asks for either, and not for both in one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from palate.agent.chat.reading.chinese.script import has_han
from palate.agent.chat.state import State, Term
from palate.domain import Constraint, Op

_ALSO = re.compile(r"(?:也|都)(?:可以|行|成|ok|好|没问题|能接受)", re.IGNORECASE)
_ASKED = {Op.HAS, Op.EQ, Op.IN}
#: Fields of which an item may have any one of several values.
_FIELDS = ("tags", "country", "language", "director", "cast")


def widened(state: State, terms: Sequence[Term], text: str) -> tuple[State, list[Term]]:
    """Returns a state and new terms, those that will do as well joined to what they widen.

    Args:
        state: Before the turn.
        terms: New ones.
        text: The turn, in Chinese; others are left as they are.
    """
    if not (has_han(text) and _ALSO.search(text)):
        return state, list(terms)
    joined: list[Term] = []
    for term in terms:
        old = next((one for one in state.terms if _may_join(one, term)), None)
        if old is None:
            joined.append(term)
            continue
        state = state.without(old.id)
        joined.append(_both(old, term))
    return state, joined


def _may_join(old: Term, new: Term) -> bool:
    if len(old.constraints) != 1 or len(new.constraints) != 1:
        return False
    one, other = old.constraints[0], new.constraints[0]
    alike = one.field == other.field and one.field in _FIELDS
    return alike and {one.op, other.op} <= _ASKED and one != other


def _both(old: Term, new: Term) -> Term:
    values: list[str] = []
    for one in (*old.constraints, *new.constraints):
        values += map(str, one.value if isinstance(one.value, tuple) else (one.value,))
    either = tuple(dict.fromkeys(values))
    bound = Constraint(old.constraints[0].field, Op.IN, either)
    return replace(new, text=" or ".join(either), constraints=(bound,))
