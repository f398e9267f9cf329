"""What a person asks to have remembered or forgotten, in their own words and no others.

A model may say which part of a turn is meant; it never says how it reads. A turn is taken apart
into what it tells ("I love westerns"), what it asks for ("find me one from the 60s") and that it is
to be remembered; only what it tells is kept, whole clauses of it, so that a "not" is never lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from palate.retrieval.filler import telling
from palate.retrieval.words import words

_I = re.IGNORECASE
#: Where a clause may end: the end of a sentence, or a comma or "and" before a clause of its own.
_CUT = re.compile(
    r"(?P<end>[.!?;。！？；\n]+)\s*|[,，、:：]\s*|\s-+\s|\s+(?=(?:and|but|so|then)\s)", _I
)
_LINK = re.compile(
    r"(?:(?:and|but|so|then|also|plus|oh|ok|okay)\b[\s,]*|而且|但是?|所以|然后|再|也)+", _I
)
_POLITE = r"(?:please[\s,]+|(?:can|could|would|will) you (?:please )?|请你?|麻烦你?|帮我|你要)*"
_KEEP = (
    rf"{_POLITE}(?:(?:remember|keep (?:(?:that|this|it) )?in mind|don['’]?t forget"
    r"|(?:make a )?note)\b|记住|记得|记一下|记下来?|别忘了?)"
)
#: "Remember that", and nothing else: what was told before is meant.
_BARE = re.compile(
    rf"{_KEEP}\s*(?:(?:of )?(?:that|this|it)\b)?"
    r"(?:[\s,]*(?:too|please|for me|for good|for (?:the )?(?:next time|later|future)"
    r"|from now on|always))*"
    r"(?:这个|这一?点|这些|这件事|它|了|吧|哦|啊|呀)*",
    _I,
)
#: "Remember that I ...", with what is meant behind it; at the beginning of a turn anything may be.
_FIRST = re.compile(rf"{_KEEP}(?:\s+that\b)?[\s,，:：]*(?=\S)", _I)
_ASKING = re.compile(
    r"(?:now[\s,]+)?(?:please[\s,]+)?(?:find|show|give|get|recommend|suggest|tell|pick|list|search|look"
    r"|what|how|is|are|do|does|did|can|could|would|will|got|any|let['’]?s|(?:i['’]d|i would) like"
    r"|i(?:['’]m| am) looking|i need|i want (?:to (?:see|watch)|one|a|an|some)\b)\b"
    r"|(?:请|帮我|给我|推荐|找|来|有没有|换|我想看|我要看|想看)",
    _I,
)
_TELLING = re.compile(
    r"(?:i|i['’](?:m|ve|d|ll)|we|we['’](?:re|ve)|my|our|mine|me|no|never)\b|我|我们|家里", _I
)
_TOLD = re.compile(rf"{_KEEP}(?:\s+that\b[\s,:]*(?=\S)|[\s,，:：]*(?={_TELLING.pattern}))", _I)
#: A clause that says when the next one holds.
_UNDER = re.compile(
    r"(?:if|unless|when|while|although|though|because|since|as|except|only|for)\b", _I
)
#: Words for liking and for whoever does: they say nothing of what is meant.
_EMPTY = frozenset(words(
    "love like enjoy adore prefer want hate dislike avoid loathe detest fan favorite favourite "
    "stand no not never without don't dont doesn't doesnt can't cant does do person user speaker "
    "viewer customer they he she their his her remember wish "
    "喜欢 喜爱 爱看 讨厌 不喜欢 不爱 不要 用户 记住 他 她 我 的 想 看"
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a turn, and what it does."""

    kind: Literal["tells", "asks", "keep"]
    start: int
    end: int


def asks_to_remember(text: str) -> bool:
    """Tells whether a turn asks, anywhere in it, to remember what else it tells."""
    return bool(referred(text))


def referred(text: str) -> str:
    """Returns what "remember that" points at, in the words of the turn; empty for nothing."""
    clauses = _clauses(text)
    marks = [place for place, one in enumerate(clauses) if one.kind == "keep"]
    if not marks:
        return ""
    first = marks[0]
    own = _bare(text, clauses[first])
    if own is not None:
        return _joined(text, [own])
    before = [one for one in clauses[:first] if one.kind == "tells"]
    behind = [one for one in clauses[first + 1 :] if one.kind == "tells"]
    return _joined(text, before or behind[:1])


def named(wish: str, text: str) -> str:
    """Returns the clauses of a turn that a wish speaks of; empty where it says anything else.

    Args:
        wish: As a model writes it.
        text: The person's turn.
    """
    wanted = _content(wish)
    told = [_bare(text, one) for one in _clauses(text) if one.kind != "asks"]
    held = [(one, _content(text[one.start : one.end])) for one in told if one is not None]
    known = {word for _, own in held for word in own}
    if not wanted or not wanted <= known:
        return ""
    return _joined(text, [one for one, own in held if own & wanted])


def _content(text: str) -> set[str]:
    return set(words(telling(text))) - _EMPTY


def _bare(text: str, clause: _Clause) -> _Clause | None:
    """Returns what a clause tells, without "remember that"; ``None`` where it tells nothing."""
    if clause.kind == "tells":
        return clause
    said = text[clause.start : clause.end]
    told = None if _BARE.fullmatch(said) else _keep_of(said, clause.start)
    return _Clause("tells", clause.start + told.end(), clause.end) if told else None


def _keep_of(said: str, start: int) -> re.Match[str] | None:
    return (_TOLD if start else _FIRST).match(said)


def _joined(text: str, clauses: list[_Clause]) -> str:
    return ". ".join(text[one.start : one.end] for one in clauses)


def _clauses(text: str) -> list[_Clause]:
    """Returns the clauses of a turn: a comma ends one only where another begins behind it."""
    found: list[_Clause] = []
    start = _begin(text, 0)
    under = bool(_UNDER.match(text, start))
    for cut in [*_CUT.finditer(text), None]:
        stop = len(text) if cut is None else cut.start()
        after = len(text) if cut is None else _begin(text, cut.end())
        if stop <= start:
            start = max(start, after) if cut is not None and cut.end() > start else start
            continue
        if cut is not None and not cut["end"] and (under or not _opens(text, after)):
            under = False
            continue
        clause = _clause(text, start, stop, cut)
        if clause is not None:
            found.append(clause)
        start = after
        under = bool(_UNDER.match(text, start))
    return found


def _begin(text: str, place: int) -> int:
    """Returns where a clause begins, behind the words that link it to the one before."""
    link = _LINK.match(text, place)
    return link.end() if link else place


def _opens(text: str, place: int) -> bool:
    return any(one.match(text, place) for one in (_TELLING, _ASKING, _TOLD, _BARE))


def _clause(text: str, start: int, stop: int, cut: re.Match[str] | None) -> _Clause | None:
    said = text[start:stop].rstrip()
    if not re.search(r"\w", said):
        return None
    asked = bool(cut and cut["end"] and ("?" in cut["end"] or "？" in cut["end"]))
    kind: Literal["tells", "asks", "keep"] = "tells"
    if _BARE.fullmatch(said) or _keep_of(said, start):
        kind = "asks" if asked and not said.lower().startswith(("can", "could", "will")) else "keep"
    elif asked or _ASKING.match(said):
        kind = "asks"
    return _Clause(kind, start, start + len(said))
