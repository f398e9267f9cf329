"""What "cheap" and "dear" mean: the lower and the upper third of what is in force."""

from __future__ import annotations

from palate.agent.chat.desk import Desk
from palate.agent.chat.lexicon import price_field
from palate.agent.chat.policy.sentences import Voice
from palate.agent.chat.reading import Reading
from palate.agent.chat.reading.dear import CHEAP, DEAR
from palate.agent.chat.state import State, Term
from palate.agent.chat.wording import worded
from palate.domain import Constraint, Op


def priced(reading: Reading, state: State, desk: Desk, say: Voice) -> list[tuple[Term, str]]:
    """Returns the conditions on prices that a turn means, each with a sentence that says so.

    A cheap espresso machine costs more than a dear mug: the thirds are those of the items that
    meet everything else.

    Args:
        reading: Of the turn.
        state: With all other conditions of the turn in force.
        desk: Knows the prices.
        say: Says what was taken for granted.
    """
    field = price_field(desk.catalogue.numbers)
    others = tuple(one for one in state.constraints if one.field != field)
    found = []
    for one in reading.found:
        if one.kind not in (CHEAP, DEAR):
            continue
        thirds = desk.facts(others, field, n=0).thirds
        if thirds is None:
            continue
        op, limit = (Op.LE, thirds[0]) if one.kind == CHEAP else (Op.GE, thirds[1])
        shown = f"{field.replace('_', ' ')} {'at most' if op is Op.LE else 'at least'} {limit:g}"
        term = Term("", shown, (Constraint(field, op, limit),))
        said = reading.text[one.start : one.end].lower()
        found.append((term, say("assume_word", said=said, shown=worded(term, say.language))))
    return found
