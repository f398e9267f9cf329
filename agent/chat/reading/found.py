"""A condition found in a text, and whether it is denied there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from palate.agent.chat.reading.chinese.denial import denied
from palate.agent.chat.reading.chinese.script import has_han
from palate.agent.chat.state import Term

_CLAUSE = re.compile(
    r"[.!?;。！？；]|\b(?:(?<!anything )(?<!everything )(?<!all )but|"
    r"although|though|just|only|instead|i want|i'd like|give me|show me)\b"
    r"|但是|但|可是|不过|要有|我要",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r".*(?P<denial>(?:\b(?:no more|not any ?more|"
    r"no|not|without|never|except|excluding|avoid|hates?|hated|dislikes?|skip|exclude|"
    r"nothing|non|anything but|other than|rather than|instead of|sick of|tired of|"
    r"bored (?:of|with|by)|fed up with|everything but|all but|less|fewer|"
    r"enough of|isn't|aren't|don't|dont|doesn't|won't|can't stand)\b|n['’]t\b|-(?=$)|\bnon-)"
    r"(?P<rest>[\w\s,'’/-]{0,32}))$",
    re.IGNORECASE | re.DOTALL,
)
#: Who does not mind something denies nothing.
_UNMINDED = re.compile(r"\b(?:do(?:n['’]?t| not)|would(?:n['’]?t| not)) mind\b", re.IGNORECASE)
#: What ends a denial: "not a musical, a comedy"; "no horror, something funny".
_TURNS = re.compile(
    r"\b(?:something|some|more|want|like a|one with|i love|i like|only|rather|actually|in|from"
    r"|before|after|under|over|with|and a|please)\b|,\s*(?:a|an|something|maybe)\b",
    re.IGNORECASE,
)
#: "nothing with", "not from": the word belongs to the denial.
_WHOSE = re.compile(r"^\s*(?:with|by|from|starring|featuring|in|about)\b", re.IGNORECASE)
_WANTS = re.compile(r"\b(?:want|like|need|be|feel like|into|show me|watch|see)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A condition in a text.

    Attributes:
        start, end: Where it stands.
        kind: ``"number"``, ``"tag"``, ``"name"`` or ``"value"``.
        assumed: What was taken for granted to read it, a sentence; empty where nothing was.
    """

    start: int
    end: int
    term: Term
    kind: str
    assumed: str = ""


def negated(text: str, start: int) -> bool:
    """Tells whether what stands at a place is denied by the words before it in its clause."""
    if has_han(text) and denied(text, start):
        return True
    before = _UNMINDED.sub(" ", _CLAUSE.split(text[:start])[-1])
    match = _NEGATED.match(before)  # the last one decides
    if match is None:
        return False
    rest = match["rest"]
    head = _WANTS.sub(" ", rest, count=1) if _refuses(match["denial"]) else rest
    return not _TURNS.search(_WHOSE.sub("", head))


def _refuses(words: str) -> bool:
    """Tells "I don't want horror", where the verb belongs to the denial."""
    return bool(re.match(r"(?:n['’]t|don't|dont|doesn't|not|never|won't)\b", words, re.IGNORECASE))


def apart(found: Iterable[Found]) -> list[Found]:
    """Returns conditions in their order, none inside another; of those that overlap the first."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if free(kept, one.start, one.end):
            kept.append(one)
    return kept


def free(spans: Iterable[Found], start: int, end: int) -> bool:
    """Tells whether nothing was found between two places."""
    return all(end <= one.start or start >= one.end for one in spans)


def blanked(text: str, spans: Iterable[tuple[int, int]], mark: str = " ") -> str:
    """Returns a text with some spans turned to blanks, everything else in its place.

    Args:
        text: What was said.
        spans: Where the blanks begin and end.
        mark: One character, if something else than a blank is to stand there.
    """
    letters = list(text)
    for start, end in spans:
        letters[start:end] = mark * (end - start)
    return "".join(letters)
