"""Where nothing meets all conditions: which to drop, by what would then be left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

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
    meeting = [frozenset(desk.meeting(term.constraints)) for term in held]
    # One look at each item: what keeps it out is the one set of terms whose removal lets it in.
    broken = Counter(
        tuple(place for place, ids in enumerate(meeting) if item not in ids)
        for item in desk.meeting(())
    )
    fewest = min(map(len, broken), default=0)
    if not 1 <= fewest <= _TOGETHER:
        return None
    gone = min((one for one in broken if len(one) == fewest), key=lambda one: (-broken[one], one))
    return Relaxed(tuple(held[place] for place in gone), broken[gone])
