"""Words that stand where a title does: "do you have ...?", "something like ...", "I saw ..."."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.linking import Link
from palate.agent.chat.linking.meant import STOP
from palate.agent.chat.linking.tokens import tokens_of
from palate.agent.chat.reading.kinds import kinds_in
from palate.agent.chat.reading.numbers import numbers_in

_I = re.IGNORECASE
_PLACE = (
    r"(?:\s+(?:(?:in|on|part of|from)\s+(?:the|your|this)\s+(?:catalogue|catalog|list|collection"
    r"|library|database|store|shop|system|films|movies|books)|(?:in|on|up|over)?\s*(?:here|there)"
    r"|available|somewhere|anywhere))"
)
_HELD = rf"(?:{_PLACE}|\s+(?:at all|as well|too|also|by any chance|please|maybe))"
_OPENS = r"^\s*(?:(?:hi|hey|hello|ok(?:ay)?|so|and|but|then|also|well|um+|no|yes|oh)[\s,.!]+)*"
_HAVE = re.compile(
    rf"{_OPENS}(?:(?:do|did|would) (?:you|u|ya)(?: guys| people)?(?: also| even| happen to| not)*"
    r" (?:have|got|know|stock|carry|hold|list)|(?:have|has) (?:you|u)(?: guys)?(?: also| even)* got"
    r"|(?:you |u |ya )?got|(?:does|do) (?:the|your|this) (?:catalogue|catalog|list|collection"
    r"|library) (?:have|include|contain|hold)|is there|are there|can i (?:watch|see|find|get)(?="
    rf".*{_HELD}))\s+(?P<what>.+?){_HELD}*[\s?.!]*$",
    _I,
)
_IS_IN = re.compile(
    rf"{_OPENS}(?:is|are|was|isn['’]?t|aren['’]?t)\s+(?P<what>.+?){_PLACE}{_HELD}*[\s?.!]*$", _I
)
_ANY_OF = re.compile(
    r"^(?:any(?:thing)?|some(?:thing)?|the|a|an|that|this|more|other)?\s*(?:(?:film|movie|book)s?"
    r"|stuff|works?|thing)?\s*(?P<cue>called|named|titled|by|from|with|starring|of|directed by)"
    r"?\s+",
    _I,
)
#: What is no name: kinds of things, and what they are about.
_KIND = re.compile(
    r"\b(?:films?|movies?|books?|ones?|stuff|things?|something|anything|everything|nothing"
    r"|flicks?|shows?|series|titles?|suggestions?|recommendations?|ideas?|options?|others?|more"
    r"|else|better|about|set in|like|similar|favou?rites?|preferences?|questions?|time|idea"
    r"|problem|a (?:lot|minute|second|moment))\b",
    _I,
)
_CUED = re.compile(
    r"\b(?:(?:something|anything|films?|movies?|books?|ones?|more|stuff|much|bit|just)\s+(?:\w+\s+)?"
    r"(?:like|similar to)|similar to|in the (?:style|vein|spirit) of|reminds me of|(?:have|['’]ve)?"
    r"\s*(?:already |just |never |recently )?(?:seen|watched|rewatched|saw)|(?:loved|liked"
    r"|enjoyed|adored|hated|disliked)|(?:want|like|love|going) to (?:see|watch)|(?:how|what) about"
    r"|why not|tell me (?:more )?about|who (?:directed|made|wrote|stars in|starred in|is in|was in)"
    r"|how long is|when (?:was|did)|what is|a fan of|heard of)\s+(?:the\s+(?:film|movie|book)\s+)?"
    r"(?P<what>[^,.;!?\n]+)",
    _I,
)
_ENDS = re.compile(
    r"\s+(?:but|because|so|and (?:i|we|it|want|now|something|show)\b|or something|which|that|who"
    r"|was|were|is|are|came?|made|about|in it|out|yesterday|today|tonight|last|recently|again"
    r"|already|before|too|also|very|a lot|so much|please|pls|instead|though|yet|with|from"
    r"|by|if|when|while|except|without|only|and then|then|for|on|or)\b.*$",
    _I,
)
_NO_NAME = frozenset(
    "a an it that this these those them they you your my his her their our something anything"
    " everything nothing all both none any some one ones more most what how to first second third"
    " fourth fifth last i we he she is are was too very really so not no in on at".split()
)


@dataclass(frozen=True, slots=True)
class Called:
    """Words that stand where a title does.

    Attributes:
        words: As they were said.
        asked: Whether a question asks if they are in the catalogue.
        items: The items that they come near to; none where there are none.
    """

    start: int
    end: int
    words: str
    asked: bool
    items: tuple[str, ...] = ()

    @property
    def link(self) -> Link | None:
        """The link to the one item that they come near to."""
        if not self.items:
            return None
        return Link(self.start, self.end, self.words, self.items[0], self.items[1:], mended=True)


def called_in(text: str, links: Sequence[Link], catalogue: Catalogue) -> Called | None:
    """Returns the words of a text that are to be a title, and that no title is made of.

    Args:
        text: What was said.
        links: The titles in it.
        catalogue: Its vocabulary; people, genres, and countries are no titles.
    """
    asked = _HAVE.match(text) or _IS_IN.match(text)
    for match in [asked] if asked else _CUED.finditer(text):
        start, end = match.span("what")
        start, end = (start, end) if asked else (start, start + len(_ENDS.sub("", match["what"])))
        cue = _ANY_OF.match(text[start:end]) if asked else None
        start += cue.end() if cue else 0
        if any(link.start < end and link.end > start for link in links):
            continue
        found = _called(text, start, end, catalogue, asked=bool(asked))
        if found is not None:
            return found
    return None


def asks_there(text: str) -> bool:
    """Tells whether a text asks if something is in the catalogue."""
    return bool(_HAVE.match(text) or _IS_IN.match(text))


def _called(text: str, start: int, end: int, catalogue: Catalogue, *, asked: bool) -> Called | None:
    said = text[start:end].strip(" \"'“”‘’«»")
    tokens = tokens_of(said)
    if re.fullmatch(r"(?:\d{1,2}|[\s,&#]|and|or)*", said):
        return None  # "I have seen 1 and 3": places in the slate
    if not tokens or (tokens[0].word in _NO_NAME) or not any(t.word not in STOP for t in tokens):
        return None
    spot = start + text[start:end].index(said)
    span = (spot, spot + len(said))
    whole = catalogue.linker.whole(said)
    if whole is not None and (asked or whole.mended or len(tokens) > 1):
        return Called(*span, said, asked, (whole.item, *whole.others))
    if _KIND.search(said) or kinds_in(said, catalogue) or numbers_in(said, catalogue.numbers):
        return None
    near = catalogue.linker.near(said)
    if len(near) == 1 or (near and asked):
        return Called(*span, said, asked, near)
    return Called(*span, said, asked) if asked or _titular(text, said) else None


def _titular(text: str, said: str) -> bool:
    """Tells whether words look like a title: capitals, or "lord of the rings"."""
    tokens = tokens_of(said)
    content = [token for token in tokens if token.word not in STOP]
    mixed = not (text.isupper() or text.islower())
    if mixed and all(token.capital or token.word.isdigit() for token in content):
        return True
    inner = {token.word for token in tokens[1:-1]}
    return len(tokens) >= 3 and "of" in inner and len(content) == 2
