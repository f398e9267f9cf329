"""What else will do: "恐怖片也可以" after comedies asks for either, and not for both in one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from palate.agent.chat.reading.chinese.script import has_han
from palate.agent.chat.state import State, Term
from palate.domain import Constraint, Op

_ALSO = re.compile(r"也(?:可以|行|成|ok|好|没问题|能接受|算|要)", re.IGNORECASE)
#: "不要他的": whose name is in force.
_NOT_THEIRS = re.compile(
    r"(?:不要|别|不想看|不看|换掉|去掉|排除)[^，。]{0,4}[他她](?:的|了|们|演|拍|导|$)",
)
_PEOPLE = ("director", "cast", "writer", "author")
_ASKED = {Op.HAS, Op.EQ, Op.IN}
#: Fields of which an item may have any one of several values.
_FIELDS = ("tags", "country", "language", "director", "cast")


def widened(state: State, terms: Sequence[Term], text: str) -> tuple[State, list[Term]]:
    """Returns a state and new terms, those that will do as well joined to what they widen.

    A pronoun stands for the person in force: "不要他的".

    Args:
        state: Before the turn.
        terms: New ones.
        text: The turn, in Chinese; others are left as they are.
    """
    if not has_han(text):
        return state, list(terms)
    terms = [*terms, *_shunned(state, terms, text)]
    if not _ALSO.search(text):
        return state, terms
    joined: list[Term] = []
    for term in terms:
        old = next((one for one in state.terms if _may_join(one, term)), None)
        if old is None:
            # What is allowed anyway asks for nothing: "动画也算" where no kind is in force.
            joined += [] if state.terms and _asks(term) else [term]
            continue
        state = state.without(old.id)
        joined.append(_both(old, term))
    return state, joined


def _shunned(state: State, terms: Sequence[Term], text: str) -> list[Term]:
    """Returns the denial of the person who is in force, where a pronoun asks for it."""
    if not _NOT_THEIRS.search(text) or any(term.fields & set(_PEOPLE) for term in terms):
        return []
    held = [one for term in state.terms for one in term.constraints
            if one.field in _PEOPLE and one.op is Op.EQ]  # fmt: skip
    if not held:
        return []
    bound = replace(held[-1], op=Op.NE)
    return [Term("", f"not {bound.value} ({bound.field})", (bound,))]


def _asks(term: Term) -> bool:
    """Tells a wish for something of a field of which others will do."""
    return all(one.field in _FIELDS and one.op in _ASKED for one in term.constraints) and bool(
        term.constraints
    )


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
