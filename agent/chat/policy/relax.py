"""Where nothing meets all conditions: which to drop, by what would then be left."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from palate.agent.chat.desk import Desk
from palate.agent.chat.state import State, Term

#: Conditions that are dropped together at most.
_TOGETHER = 3


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What to drop, and how many items would then be left."""

    terms: tuple[Term, ...]
    left: int


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
