"""What "cheap", "dear", "short" and "long" mean: a third of what is in force."""

from __future__ import annotations

from palate.agent.chat.desk import Desk
from palate.agent.chat.policy.sentences import Voice
from palate.agent.chat.reading import Reading
from palate.agent.chat.reading.bounds import shown_bound
from palate.agent.chat.reading.vague import LOW, field_of
from palate.agent.chat.state import State, Term
from palate.agent.chat.wording import worded
from palate.domain import Constraint, Op


def settled(reading: Reading, state: State, desk: Desk, say: Voice) -> list[tuple[Term, str]]:
    """Returns the conditions that vague words of a turn mean, each with a sentence that says so.

    A cheap espresso machine costs more than a dear mug: the thirds are those of the items that
    meet everything else.

    Args:
        reading: Of the turn.
        state: With all other conditions of the turn in force.
        desk: Knows the amounts.
        say: Says what was taken for granted.
    """
    found = []
    # Said once or ten times, it is one wish; of "cheap" and "dear" the later counts.
    for one in {one.kind: one for one in reading.found}.values():
        field = field_of(one.kind, desk.catalogue.numbers)
        others = tuple(other for other in state.constraints if other.field != field)
        thirds = desk.facts(others, field, n=0).thirds if field else None
        if thirds is None:
            continue
        op, limit = (Op.LE, thirds[0]) if one.kind in LOW else (Op.GE, thirds[1])
        shown = shown_bound(field, "at most" if op is Op.LE else "at least", limit)
        term = Term("", shown, (Constraint(field, op, limit),))
        said = reading.text[one.start : one.end].lower()
        found.append((term, say("assume_word", said=said, shown=worded(term, say.language))))
    return found
