"""Where nothing meets all conditions: which to drop, by what would then be left."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from palate.agent.chat.desk import Desk
from palate.agent.chat.policy.sentences import Voice
from palate.agent.chat.state import State, Term

#: Conditions that are dropped together at most.
_TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What to drop, and how many items would then be left."""

    terms: tuple[Term, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """What is said where nothing meets all conditions.

    Attributes:
        line: That it is so, and what would be left without which.
        question: Whether to drop them; ``None`` where dropping does not help.
        asked: Name of the question, with the ids of the terms.
    """

    line: str
    question: str | None = None
    asked: str | None = None


def nothing_of(state: State, desk: Desk, say: Voice) -> Nothing:
    """Returns what to say where nothing meets all conditions."""
    relax = relaxed(state, desk)
    if relax is None:
        return Nothing(say("nothing"))
    terms = say.terms(relax.terms)
    asked = " ".join(("relax", *(term.id for term in relax.terms)))
    line = say("nothing_relax", terms=terms, left=relax.left)
    return Nothing(line, say("ask_relax", terms=terms), asked)


def relaxed(state: State, desk: Desk) -> Relaxed | None:
    """Returns the fewest terms whose removal leaves something, of these those that leave most.

    Args:
        state: With the terms in force.
        desk: Counts what is left.
    """
    held = [term for term in state.terms if term.constraints]
    for size in range(1, min(_TOGETHER, len(held)) + 1):
        tried = [_without(held, gone, desk) for gone in combinations(held, size)]
        best = max(tried, key=lambda one: one.left)
        if best.left:
            return best
    return None


def _without(held: list[Term], gone: tuple[Term, ...], desk: Desk) -> Relaxed:
    kept = tuple(one for term in held if term not in gone for one in term.constraints)
    return Relaxed(gone, desk.facts(kept, n=0).count)
