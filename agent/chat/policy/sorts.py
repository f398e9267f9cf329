"""Sorts that exclude one another: whoever asks for a mug no longer asks for a grinder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from palate.agent.chat.desk import Desk
from palate.agent.chat.lexicon import price_field
from palate.agent.chat.state import State, Term
from palate.domain import Constraint, Op

#: Words that add to what is in force, whatever it is.
_ADDING = re.compile(
    r"^\W*(?:and|but|that(?:'s| is| are)|it should|make it)\b|\b(?:also|both|as well|too)\b"
    r"|也|还要|同时|又",
    re.IGNORECASE,
)
#: Items with both tags that chance would give, from which on none at all tells that tags exclude
#: one another: by chance alone that happens once in twenty.
_TELLING = 3.0


def outdated(state: State, terms: Sequence[Term], text: str, desk: Desk) -> tuple[Term, ...]:
    """Returns the terms of earlier turns whose sort excludes the one that a turn asks for.

    Two tags are sorts where the catalogue has many items of either and not one of both. "A red mug"
    after grinders is a new search, where a western after comedies may be a comic one. What a
    grinder may cost says nothing of mugs.

    Args:
        state: With the turn's terms in force.
        terms: Of the turn.
        text: What was said.
        desk: Counts items.
    """
    fresh = [one for term in terms for one in _tags(term)]
    said = {(term.constraints, term.words) for term in terms}
    earlier = [term for term in state.terms if (term.constraints, term.words) not in said]
    if not fresh or _ADDING.search(text):
        return ()
    gone = [
        term for term in earlier
        if any(_exclude(old, new, desk) for old in _tags(term) for new in fresh)
    ]  # fmt: skip
    price = price_field(desk.catalogue.numbers)
    if gone and price:
        gone += [term for term in earlier if price in term.fields]
    return tuple(gone)


def _tags(term: Term) -> Iterator[Constraint]:
    return (one for one in term.constraints if one.field == "tags" and one.op is Op.HAS)


def _exclude(old: Constraint, new: Constraint, desk: Desk) -> bool:
    """Tells whether no item has both, and chance would have given some."""
    if desk.facts((old, new), n=0).count:
        return False
    counts = [desk.facts((one,), n=0).count for one in (old, new)]
    return counts[0] * counts[1] >= _TELLING * desk.catalogue.count
