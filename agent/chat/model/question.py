"""Which question of a model's may be asked back: one whose answer would change the pool."""

from __future__ import annotations

import re

from palate.agent.chat.desk import Desk
from palate.agent.chat.policy.merge import FIELDS
from palate.agent.chat.policy.turns import SHOWN
from palate.agent.chat.reading import Reading, read
from palate.agent.chat.state import State, Term

#: Words that ask for a wish without naming a field of the catalogue.
_OPEN = re.compile(
    r"\b(?:mood|feel like|in mind|looking for|loved|liked|favou?rites?|enjoyed)\b|想看|喜欢|心情",
    re.IGNORECASE,
)


def would_tell(question: str, state: State, desk: Desk) -> bool:
    """Tells whether an answer to a question could change what is recommended.

    Args:
        question: A sentence that asks.
        state: With what is in force.
        desk: Counts what meets conditions.
    """
    pool = desk.facts(state.constraints, n=0).count
    if pool <= SHOWN:
        return False  # all of it is shown already
    reading = read(question, state, desk.catalogue, desk.items)
    if reading.links or reading.references or _OPEN.search(question) or _field_in(reading):
        return True
    return any(_splits(one.term, state, desk, pool) for one in reading.found)


def _field_in(reading: Reading) -> bool:
    """Tells whether a question names a field: "which decade?"."""
    words = set(re.findall(r"[a-z]+", reading.text.lower()))
    return any((w in words) if w.isascii() else (w in reading.text) for w in FIELDS)


def _splits(term: Term, state: State, desk: Desk, pool: int) -> bool:
    """Tells whether some of the pool meet a condition, and some do not."""
    if not term.constraints:
        return bool(term.words and desk.search(term.words, 1, state.constraints))
    return 0 < desk.facts((*state.constraints, *term.constraints), n=0).count < pool
