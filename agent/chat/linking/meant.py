"""Tells a title from the same words in another sense: "heat" in "the heat of summer"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from palate.agent.chat.linking.names import ARTICLES, Entry
from palate.agent.chat.linking.tokens import Token
from palate.agent.reasons.lexicon import PLAIN

#: Words that tell nothing about what is meant.
STOP = frozenset(
    "a an the of and or in on at to for from by with is it its be was are as i me my we you your "
    "he she her him his they them this that what who how so no not up out all do did does if but "
    "into over about some any one two go get got good big more most like".split()
)
#: Words after which the name of something comes.
_CUES = frozenset(
    "loved love loves liked like likes enjoyed enjoy enjoying adored adore adores hated hate hates "
    "disliked dislike seen saw watched watching watch rewatched rewatch see called titled named "
    "recommend recommended suggest suggested favorite favourite favorites favourites than about "
    "resembling similar mean meant prefer preferred tried try finished remember "
    "喜 欢 爱 看 过 像 部 讨 厌".split()
)
#: What may stand between a cue and a title: "loved the movie X", "have you seen".
_PASSED = frozenset(
    "the a movie movies film films show one both really also and or as such just with first "
    "original new old even ever either of about either series again my favorite favourite "
    "电 影 了 过 欢".split()
)
_DETERMINERS = frozenset("a an the some any my your his her their this that these no more".split())
_KIND = frozenset("movie movies film films".split())
#: What a sentence often begins with, and some title is.
_OPENERS = PLAIN | frozenset(
    "yes no yeah hi hello hey ok okay oh wow thanks thank bye super sure cool nice good great "
    "awesome sorry stop wait please maybe well right enough first second taken".split()
)
_BOUNDARY = re.compile(
    r"^(?:[\"'”’*_]*\s*(?:$|[,.!?;:()\[\]/&、，。！？；]|[-–—]\s))|^\s*\n|"
    r"^[\"'”’]?\s+(?:and|or|but|on|because|was|is|were|are|too|also|so|though|yet|then|last|recently|yesterday|today|tonight|"
    r"again|before|since|with|i|it|which|by|have|has|if|did|please|pls|thanks|do|does|that|"
    r"when|more|better|a lot|very|instead|either|already)\b|^[^\x00-\x7f]|^\s+[\u3400-\u9fff]",
    re.IGNORECASE,
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WIDE_CUE = re.compile(
    r"(?:喜欢|爱看|看过|看了|讨厌|像|类似|部|想看|推荐|知道|比|和|跟|与|、|《)\s*$"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand that may be a title.

    Attributes:
        start, stop: The tokens of the words.
        mended: Whether a typing error was mended to find them.
        year: Whether the title's own year stands behind.
        quoted: Whether quotes stand around.
        last_title: Where the title before ended; ``None`` without one.
    """

    text: str
    tokens: Sequence[Token]
    start: int
    stop: int
    mended: bool = False
    year: bool = False
    quoted: bool = False
    last_title: int | None = None

    @property
    def span(self) -> Sequence[Token]:
        """The words."""
        return self.tokens[self.start : self.stop]

    @property
    def mixed(self) -> bool:
        """Whether the text has both small letters and capitals."""
        return not (self.text.isupper() or self.text.islower())

    @property
    def before(self) -> Token | None:
        """The word before, in the same sentence."""
        if not self.start or self.tokens[self.start].first:
            return None
        return self.tokens[self.start - 1]

    @property
    def after(self) -> Token | None:
        """The word behind, in the same sentence."""
        if self.stop >= len(self.tokens) or self.tokens[self.stop].first:
            return None
        return self.tokens[self.stop]

    @property
    def rest(self) -> str:
        """The text behind."""
        return self.text[self.tokens[self.stop - 1].end :]


def is_meant(place: Place, entry: Entry, plain: Collection[str]) -> bool:
    """Tells whether the words at a place name an entry.

    Args:
        place: Where they stand.
        entry: What they may stand for.
        plain: Folded words that name something else.
    """
    if place.year or place.quoted:
        return not _goes_on(place) or place.year
    span = place.span
    if _WIDE.search(place.text[span[0].start : span[-1].end]):
        return _wide(place)
    content = [t for t in span if t.word not in STOP]
    if _capital(place) and _among_wide(place, entry) and _SAID_OF.match(place.rest):
        return True
    if _goes_on(place) or _longer_name(place) or _is_plain(place, content, plain):
        return False
    if _among_wide(place, entry):
        return bool(content)
    if _capital(place):
        return _capital_enough(place, content, entry)
    if place.mixed and not span[0].capital and any(t.capital for t in content):
        return False
    return _small_enough(place, content, entry)


def _is_plain(place: Place, content: Sequence[Token], plain: Collection[str]) -> bool:
    key = " ".join(token.word for token in place.span)
    alone = len(content) == 1 and content[0].word
    small = len(place.span) == 1 and not place.span[0].capital
    return key in plain or alone in plain or (small and alone in _CUES)


#: A question that a title follows.
_ASKED = re.compile(
    r"\b(?:why (?:not|isn't|wasn't|no)|how about|what about|tell me about|why did you leave out)"
    r"\s+(?:the\s+)?$", re.IGNORECASE,
)  # fmt: skip


def _small_enough(place: Place, content: Sequence[Token], entry: Entry) -> bool:
    """Tells whether words in small letters are a title: by their number, or by what is around."""
    if not content:
        return False  # "I love it" is not about a clown
    if entry.kind == "title" and not place.mended and _named_alone(place):
        return _bounded(place)
    if len(content) >= 3 and entry.kind in ("title", "bare") and not place.mended:
        return True
    before = place.before
    if before is not None and before.word in _DETERMINERS - {"the"}:
        return False
    if len(content) == 1 and (entry.kind == "bare" or _likes_many(place)):
        return False
    opened = before is None or place.span[0].comma or before.word in ("and", "or", "is", "the")
    if len(content) >= 2 and entry.kind == "title" and opened and not place.mended:
        return _bounded(place)
    return _cued(place) and _bounded(place)


def _named_alone(place: Place) -> bool:
    """Tells a title that opens a turn with its article, or that a question asks about."""
    before = place.text[: place.span[0].start]
    opens = not before.strip() and place.span[0].word in ARTICLES and len(place.span) > 1
    rare = all(t.word not in PLAIN for t in place.span if t.word not in ARTICLES)
    return rare and (opens or bool(_ASKED.search(before)))


def _likes_many(place: Place) -> bool:
    """Tells "I like cars" from "I loved cars"."""
    before = place.before
    return (
        place.span[-1].word.endswith("s") and before is not None
        and before.word in ("like", "love", "likes", "loves", "about")
    )  # fmt: skip


def _capital(place: Place) -> bool:
    """Tells whether the words are written as a name, in a text that has both kinds of letters."""
    content = [t for t in place.span if t.word not in STOP]
    first = [] if place.span[0].word in ARTICLES and content else [place.span[0]]
    named = [t.capital or t.word.isdigit() for t in (*first, *content)]
    return place.mixed and all(named) and any(t.capital for t in place.span)


def _capital_enough(place: Place, content: Sequence[Token], entry: Entry) -> bool:
    """Tells whether capitals are sign enough: at a sentence's start everything has one."""
    if len(content) >= 2 and (not place.span[0].first or sum(t.capital for t in content) > 1):
        return True
    if place.span[0].first and (not content or " ".join(t.word for t in place.span) in _OPENERS):
        return False
    if place.span[0].first:
        alone = place.stop == len(place.tokens) or _bounded(place)
        return alone and (len(place.span) > 1 or _ends(place))
    if len(place.span) > 1:
        return True
    if not content:
        return _cued(place)
    near = place.before is not None and place.before.word in _DETERMINERS
    near = near and not (place.after is not None and place.after.word in _KIND)
    return len(place.span[0].word) > 1 and entry.kind != "part" and not near


def _ends(place: Place) -> bool:
    return bool(
        re.match(r"[\"'”’]?\s*(?:$|[,.!?;:\n\u3400-\u9fff]|and\b|or\b|was\b|is\b)", place.rest)
    )


def _goes_on(place: Place) -> bool:
    """Tells whether the title goes on behind: "Rocky" in "Rocky IV"."""
    after = place.after
    if after is None or after.comma:
        return False
    number = after.word.isdigit() and len(after.word) <= 2
    between = place.text[place.span[-1].end : after.start]
    return bool(number or after.word == "part") and between.strip() in ("", ":")


def _longer_name(place: Place) -> bool:
    """Tells whether the words are a piece of a longer name: "Heat" in "Body Heat"."""
    if not place.mixed or len([t for t in place.span if t.word not in STOP]) > 2:
        return False
    before, after = place.before, place.after
    left = (
        before is not None and before.capital and before.word not in STOP | _CUES
        and not (before.first and (before.word in PLAIN or len(place.span) > 1))
        and before.end > (place.last_title or 0)
        and not place.span[0].comma and place.span[0].capital
    )  # fmt: skip
    gap = "" if after is None else place.text[place.span[-1].end : after.start]
    right = (
        after is not None and after.capital and not after.comma and after.word not in STOP
        and place.span[-1].capital and not gap.strip()
    )  # fmt: skip
    return left or right


def _cued(place: Place) -> bool:
    """Tells whether words before say that a name comes, other titles and commas aside."""
    spot = place.start - 1
    if place.last_title is not None:
        between = place.text[place.last_title : place.span[0].start]
        if re.fullmatch(
            r"[\s,\"'”’/&]*(?:and|or|also|as well as|,)*[\s,\"'“‘]*(?:the\s+)?", between
        ):
            return True
    passed = 0
    while spot >= 0 and not place.tokens[spot + 1].first and passed < 4:
        word = place.tokens[spot].word
        if word in _CUES:
            return True
        if word not in _PASSED:
            return False
        spot, passed = spot - 1, passed + 1
    return False


def _bounded(place: Place) -> bool:
    return bool(_BOUNDARY.match(place.rest))


#: What is said of a film in Chinese, and of no genre: "Aliens看过了".
_SAID_OF = re.compile(r"\s*(?:我|也|都|已经)*(?:看过|看了|没看|讲的?什么|是谁|多长|是哪)")


def _among_wide(place: Place, entry: Entry) -> bool:
    """Tells a whole run of Latin letters between Chinese words: "Titanic 是谁导演的"."""
    before, behind = place.text[: place.span[0].start].rstrip(), place.rest.lstrip()
    beside = (_WIDE.search(before[-1:]), _WIDE.search(behind[:1]))
    ends = all(not near or not near.isascii() or near in "!?,.;:()" for near in
               (before[-1:], behind[:1]))  # fmt: skip
    named = place.span[0].capital or all(t.word not in PLAIN for t in place.span)
    return any(beside) and ends and named and entry.kind in ("title", "bare") and not place.mended


def _wide(place: Place) -> bool:
    """Scripts without spaces: long enough to be no accident, or behind a word that says so."""
    before = place.text[: place.span[0].start]
    return len(place.span) >= 4 or (len(place.span) >= 2 and bool(_WIDE_CUE.search(before)))
