"""Puts new terms into force, and takes out those that they contradict."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from palate.agent.chat.moods import opposed
from palate.agent.chat.reading import Reading
from palate.agent.chat.reading.called import asks_there
from palate.agent.chat.reading.chinese.script import has_han
from palate.agent.chat.state import State, Term
from palate.agent.chat.wording import PLACES
from palate.domain import Constraint, Op
from palate.retrieval.constraints import NEGATIVE, as_number

#: Words that replace a genre or a wish instead of adding to it.
_INSTEAD = re.compile(
    r"\b(?:actually|instead|rather|now|changed my mind|make (?:it|that)|switch|how about|"
    r"what about|let's (?:do|try|have|see)|on second thou?ght)\b"
    r"|改成|换成|还是|改看|换看|改要|换个口味|不如|那(?:么)?[^，。]{1,12}呢|那就",
    re.IGNORECASE,
)
_LOW, _HIGH = (Op.GE, Op.GT), (Op.LE, Op.LT)
#: Fields of which one item has one: a second wish replaces the first.
_SINGLE = ("language", "country", "director")
#: Wishes in words that are carried at most.
_WISHES = 4
#: Words for a field -> the fields that are meant.
FIELDS = {
    "year": ("year",), "years": ("year",), "decade": ("year",), "date": ("year",), "age": ("year",),
    "era": ("year",), "old": ("year",), "new": ("year",), "older": ("year",), "newer": ("year",),
    "length": ("runtime", "duration", "length", "minutes"), "runtime": ("runtime",),
    "long": ("runtime", "duration", "minutes"), "short": ("runtime", "duration", "minutes"),
    "longer": ("runtime", "duration"), "shorter": ("runtime", "duration"), "time": ("runtime",),
    "genre": ("tags",), "genres": ("tags",), "kind": ("tags",), "director": ("director",),
    "actor": ("cast",), "cast": ("cast",), "country": ("country",), "language": ("language",),
    "price": ("price", "cost"), "年": ("year",), "时长": ("runtime",), "类型": ("tags",),
    "导演": ("director",), "国家": ("country",), "哪国": ("country",), "地区": ("country",),
    "片长": ("runtime", "duration"), "长度": ("runtime", "duration"), "长短": ("runtime",),
    "多长": ("runtime", "duration"), "时间": ("runtime", "duration"), "题材": ("tags",),
    "种类": ("tags",), "什么片": ("tags",), "演员": ("cast",), "主演": ("cast",),
    "语言": ("language",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Merged:
    """A state with new terms, and those that they replaced."""

    state: State
    dropped: tuple[Term, ...] = ()


def merged(state: State, terms: Sequence[Term], text: str) -> Merged:
    """Returns the state with new terms in force.

    Args:
        state: Before.
        terms: New ones, in the order in which they were said.
        text: The turn: "actually" and the like make a genre or a wish replace the one before.
    """
    instead, other = bool(_INSTEAD.search(text)), asks_there(text)
    dropped = tuple(
        old for old in state.terms
        if any(
            _contradict(old, new, instead) or (other and _other(old, new))
            or (has_han(text) and _elsewhere(old, new))
            for new in terms
        )
    )  # fmt: skip
    left = state.without(*(term.id for term in dropped)).having(terms)
    wishes = [term for term in left.terms if term.words]
    left = left.without(*(term.id for term in wishes[:-_WISHES]))
    return Merged(left, dropped)


def _contradict(old: Term, new: Term, instead: bool) -> bool:
    if (old.constraints, old.words, old.likes) == (new.constraints, new.words, new.likes):
        return False  # said once more
    if old.mood or new.mood:
        return opposed(old, new)
    if instead and old.words and new.words and old.likes and new.likes:
        return True
    if old.words and old.words == new.words:
        return old.likes != new.likes
    pairs = [(one, other) for one in old.constraints for other in new.constraints]
    if instead and any(_same_sort(one, other) for one, other in pairs):
        return True
    return any(_clash(one, other) for one, other in pairs)


def _other(old: Term, new: Term) -> bool:
    """Tells "have you got any Fellini?" from one more condition: nobody asks for two directors."""
    pairs = [(one, two) for one in old.constraints for two in new.constraints]
    return any(_same_sort(one, two) and one.field not in ("tags", "cast") for one, two in pairs)


def _same_sort(old: Constraint, new: Constraint) -> bool:
    """Tells whether both ask for something of one field."""
    return old.field == new.field and old.op not in NEGATIVE and new.op not in NEGATIVE


def _elsewhere(old: Term, new: Term) -> bool:
    """Tells that one country or language was asked for, and now another: nothing has both."""
    pairs = [(one, other) for one in old.constraints for other in new.constraints]
    return any(
        one.field == other.field and one.field in PLACES and {one.op, other.op} <= {Op.EQ, Op.IN}
        and one != other
        for one, other in pairs
    )  # fmt: skip


def _clash(old: Constraint, new: Constraint) -> bool:
    if old.field != new.field:
        return False
    if NEGATIVE.get(old.op) is new.op or NEGATIVE.get(new.op) is old.op:
        return _parts(old) == _parts(new)
    if {old.op, new.op} <= {Op.HAS, Op.IN, Op.HAS_NOT} and Op.HAS_NOT in (old.op, new.op):
        return bool(_parts(old) & _parts(new)) and old.op is not new.op
    if Op.IN in (old.op, new.op) and not {old.op, new.op} & NEGATIVE.keys():
        # Years one by one are a span like any other: the newer one counts.
        return all(part.isdecimal() for part in _parts(old) | _parts(new))
    left, right = as_number(old.value), as_number(new.value)
    if {old.op, new.op} == {Op.EQ} and old.field in _SINGLE:
        return _parts(old) != _parts(new)
    return left is not None and right is not None and _out_of_reach(old, new, left, right)


def _out_of_reach(old: Constraint, new: Constraint, left: float, right: float) -> bool:
    """Tells whether two bounds are on one side, or leave nothing between them."""
    for side in (_LOW, _HIGH):
        if old.op in side and new.op in side:
            return True
    if old.op is Op.EQ or new.op is Op.EQ:
        return left != right or old.op is not new.op
    low, high = (left, right) if old.op in _LOW else (right, left)
    return low >= high and {old.op, new.op} & set(_LOW) != set()


def _parts(constraint: Constraint) -> frozenset[str]:
    value = constraint.value
    parts = value if isinstance(value, tuple) else (value,)
    return frozenset(str(part).casefold() for part in parts)


def dropping(state: State, reading: Reading) -> tuple[Term, ...]:
    """Returns the terms that a turn asks to drop; none where it does not say which."""
    words = set(re.findall(r"[a-z]+", reading.text.lower()))
    fields = {
        name for word, names in FIELDS.items() if _has(word, words, reading) for name in names
    }
    said = [one.term for one in reading.found]
    named = tuple(
        term
        for term in state.terms
        if any(_meant(term, other) for other in said) or _named(term, words)
    )
    # "Forget the New York part": what is named outright speaks of no year.
    if any(term.words for term in named):
        return named
    return tuple(term for term in state.terms if term in named or term.fields & fields)


def _has(word: str, words: set[str], reading: Reading) -> bool:
    return word in words if word.isascii() else word in reading.text


def _meant(term: Term, said: Term) -> bool:
    """Tells whether a condition in the turn speaks of one that is in force."""
    if said.words and term.words:
        return bool(set(said.words.split()) & set(term.words.split()))
    for one in term.constraints:
        for other in said.constraints:
            both = one.field == other.field
            if both and (as_number(one.value) is not None or _parts(one) & _parts(other)):
                return True
    return False


def _named(term: Term, words: set[str]) -> bool:
    own = set(re.findall(r"[a-z]{4,}", term.text.lower()))
    return bool(own & words)


#: What follows a condition that is dropped, and is wanted besides.
_BESIDES = re.compile(
    r"(?:[;.,，；。]|\band\b|\bbut\b)\s*(?:and |but |then )?(?:i(?:['’]d| would)? "
    r"(?:want|like|prefer)|give me|show me|find me|make it|我?想看|我要|给我|换成|改成|改看|要"
    r"|来点?)"
    r"\s*(?P<wish>\S.*)",
    re.IGNORECASE | re.DOTALL,
)


def wanted_besides(text: str) -> str:
    """Returns what a turn that drops something asks for in the same breath; empty for nothing."""
    match = _BESIDES.search(text)
    return match["wish"].strip() if match else ""
