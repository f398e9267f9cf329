"""Claims about the person: "because you liked X", "which you disliked", "你喜欢的《X》".

Sentences come with each known title masked by one private character (`titles.masked`), so that
punctuation inside titles divides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from palate.agent.reasons.lexicon import COUNTED, KINDS, LEADS, PLAIN
from palate.agent.reasons.titles import FIRST_MARK, Mention
from palate.agent.reasons.world import World, genre_of
from palate.domain import Action, Claim
from palate.prompts.render import SEEN

MARK = "[\ue000-\uefff]"
_YOU = re.compile(
    r"\b(?:you(?:'ve)?|having|as (?:some)?one who)\s+"
    r"(?P<no>(?:did not|didn't|don't|do not|never|have not|haven't)\s+)?"
    r"(?:(?:have|had|also|already|both|once|just|did|do|so|\w+ly)\s+)*"
    r"(?P<verb>liked?|loved?|enjoy(?:ed)?|adored?|admired?|appreciated?|prefer(?:red)?|favou?r(?:ed)?"
    r"|lean\s+towards?|lean\s+to|watched|seen|saw|viewed|read|played|know|knew|bought|purchased"
    r"|saved|rated|gave|disliked?|hated?|skipped|dismissed|avoid(?:ed)?)\b"
    r"|\byour\s+(?P<noun>love|fondness|taste|liking|enjoyment|affection|appreciation|admiration"
    r"|interest|dislike|high\s+ratings?|favou?rites?)\b"
    r"(?:\s+(?:of|for|in|is|are|such as|like)\b|:)?"
    r"|\byou(?:'re|\s+are)\s+a\s+(?:\w+\s+)?(?P<fan>fan)\s+of\b"
    r"|(?P<unlike>\bunlike\b)",
    re.IGNORECASE,
)
_YOU_ZH = re.compile(
    r"你(?:也|都|曾经?|之前|以前|最近|一直|很|非常|特别|过去|还|已经?|对)*"
    r"(?P<verb>不太?喜欢|没看过|讨厌|反感|喜欢|喜爱|爱看|热爱|钟爱|欣赏|偏爱|偏好|看过|读过|听过|玩过"
    r"|买过|收藏过?|给)(?:过|了|的|看)*"
)
#: Where the thing that is liked ends and the sentence goes on.
_CLAUSE = re.compile(
    r"[.;!?。！？；，]|\s-\s|,?\s+(?:and\s+)?(?:this|it|its|which|that|because|but|so|while|will"
    r"|would|may|might|should|can|offers?|here|with|is|are|has|have|you|your|in the same|as well"
    r"|expect|try|consider|then|there|also|now|for|from|shares?|brings|gives)\b",
    re.IGNORECASE,
)
_CLAUSE_ZH = re.compile(r"[.;!?。！？；，,]|所以|因此|这部|这本|它|推荐")
_VERB = re.compile(
    r"^\s*(?:is|are|has|have|will|would|may|might|should|can|offers?|shares?|brings|gives)"
)
#: "Given your taste for crime, Heat is": the last title belongs to what follows.
_SUBJECT = re.compile(rf",\s*{MARK}\s*$")
_LIST = re.compile(r"\s*(?:,|\band\b|\bor\b|、|和|与|以及)\s*")
_TAIL = re.compile(r"[\s,]*(?:both of |all of )?(?:which|that|one|a \w+|films?|movies?)?\s*$")
_LIST_BEFORE = re.compile(rf"({MARK}[^.;!?\ue000-\uefff]{{0,12}})*{MARK}[\s\"'()\d]*$")
_LIKES = re.compile(
    r"like|love|enjoy|ador|admir|apprecia|prefer|favo|lean|fond|taste|affection|interest|high|fan"
    r"|gave|喜|爱|欣赏|偏|给"
)
_DISLIKES = re.compile(r"dislik|hate|skip|dismiss|avoid|unlike|不|讨厌|反感")
#: Words before which the head of a phrase stands: "films about the sea".
_AFTER_HEAD = frozenset("of about with in set from by that where like who".split())
#: Words that titles in lower case seldom hold, and talk about tastes often.
_TALK = frozenset(
    "its his their how what that those these such more similar other everything anything both this"
    " same highly well very so too all".split()
)
_ACTIONS = {
    "bought": Action.PURCHASE, "purchased": Action.PURCHASE, "买过": Action.PURCHASE,
    "saved": Action.SAVE, "收藏": Action.SAVE, "收藏过": Action.SAVE, "rated": Action.RATE,
}  # fmt: skip
_KINDS_ZH = re.compile(
    "片|电影|故事|作品|题材|风格|类型|小说|书|剧|动画|音乐|游戏|专辑|内容|氛围|节奏|情节|这|那|它|口味"
)


@dataclass(frozen=True, slots=True)
class Attitude:
    """Something that a sentence says about the person.

    Attributes:
        kind: ``like``, ``dislike``, ``unknown``, ``seen``, or an action.
        start: Where its words start, in the masked sentence.
        thing: What it is about, masked.
        end: Where that ends.
    """

    kind: str
    start: int
    thing: str
    end: int


def attitudes(text: str) -> list[Attitude]:
    """Finds what a masked sentence says about the person."""
    found = []
    for pattern, clause in ((_YOU, _CLAUSE), (_YOU_ZH, _CLAUSE_ZH)):
        for match in pattern.finditer(text):
            cut = clause.search(text, match.end())
            end = cut.start() if cut else len(text)
            if cut and _VERB.search(cut.group()) and (own := _SUBJECT.search(text, 0, end)):
                end = max(own.start(), match.end())
            found.append(Attitude(_kind(match), match.start(), text[match.end() : end], end))
    return found


def attitude_claims(text: str, found: Sequence[Mention], world: World) -> Iterator[Claim]:
    """Checks what a masked sentence says about the person and titles."""
    for one in attitudes(text):
        named = re.findall(MARK, one.thing)
        zh = bool(re.match("你", text[one.start :]))
        if not named and (zh or not re.search(r"\w", one.thing)):
            named = _named_before(text[: one.start])
        for mark in named:
            mention = found[ord(mark) - FIRST_MARK]
            yield Claim(mention.text, "history", _held(one.kind, mention, world))
        loose = one.thing
        if not named and not zh and not re.search(r"\w", loose):
            loose = _last_word(text[: one.start])
        yield from _unnamed(loose, bool(named), zh, world)


def disliked_alone(text: str, found: Sequence[Mention], world: World) -> Iterator[Claim]:
    """A title that the person disliked speaks for nothing, unless the sentence says so."""
    spans = [(a.start, a.end) for a in attitudes(text) if a.kind == "dislike"]
    for number, mention in enumerate(found):
        place = text.find(chr(FIRST_MARK + number))
        said = any(start <= place < end for start, end in spans) or any(
            place < start and chr(FIRST_MARK + number) in _named_before(text[:start])
            for start, _ in spans
        )
        bad = _all_disliked(mention, world)
        yield Claim(mention.text, "title", said or not bad)


def _all_disliked(mention: Mention, world: World) -> bool:
    entries = [world.entries.get(item) for item in mention.items]
    own = world.candidate.item.id in mention.items
    return not own and all(entry is not None and entry.strength < 0 for entry in entries)


def _kind(match: re.Match[str]) -> str:
    groups = match.groupdict()
    word = next(groups[n] for n in ("verb", "noun", "fan", "unlike") if groups.get(n)).casefold()
    if groups.get("no"):
        return "dislike" if _LIKES.search(word) else "unknown"
    if word == "没看过":
        return "unknown"
    if _DISLIKES.search(word):
        return "dislike"
    if word in _ACTIONS:
        return _ACTIONS[word].value
    return "like" if _LIKES.search(word) else "seen"


def _held(kind: str, mention: Mention, world: World) -> bool:
    entries = [world.entries[item] for item in mention.items if item in world.entries]
    if kind == "unknown":
        return not entries
    if kind == "like":
        return any(entry.strength > SEEN for entry in entries)
    if kind == "dislike":
        return any(entry.strength < 0 for entry in entries)
    return any(kind in ("seen", entry.action.value) for entry in entries)


def _named_before(text: str) -> list[str]:
    """Returns the marks of "X and Y, both of which" at the end of a text."""
    text = re.sub(r"(?:也|都|是|正是)*$", "", _TAIL.sub("", text))
    match = _LIST_BEFORE.search(text)
    return re.findall(MARK, match.group()) if match else []


def _last_word(text: str) -> str:
    words = re.findall(r"[^\W\d_]+", _TAIL.sub("", text))
    return words[-1] if words and not re.search(MARK + r"\W*$", _TAIL.sub("", text)) else ""


def _unnamed(thing: str, named: bool, zh: bool, world: World) -> Iterator[Claim]:
    """Finds titles in lower case that nobody knows: "because you liked blade runner"."""
    for piece in _LIST.split(thing):
        if re.search(MARK, piece) or not re.search(r"\w", piece):
            continue
        if zh:
            ordinary = _ordinary_zh(piece, world)
        else:
            ordinary = _ordinary(piece, world) or (named and len(piece.split()) > 4)
        if not ordinary:
            yield Claim(piece.strip(" '\""), "history", False)


def _ordinary(piece: str, world: World) -> bool:
    """Tells "quiet films about the sea" from "blade runner"."""
    words = re.findall(r"[\w'-]+", re.sub(r"^\W*(?:the|an?)\s", "", piece.strip()))
    if any(word[:1].isupper() and word.casefold() not in PLAIN for word in words):
        return True  # checked as a name
    if all(word[:1].isupper() for word in words):
        return world.has_genre(words)
    low = [word.casefold() for word in words]
    heads = {w for w, after in zip(low, [*low[1:], "of"], strict=True) if after in _AFTER_HEAD}
    asked = world.asked_words.split()
    if len(words) > 1 and low[-1] in COUNTED and not _led(piece):
        return False  # "quiz show": what can be counted has an article, unless it is a title
    plain = heads & KINDS or heads & set(asked) or world.has_genre(heads)
    return bool(plain) or not _TALK.isdisjoint(low) or low[-1].isdigit()


def _led(piece: str) -> bool:
    first = re.match(r"\W*([\w']+)", piece)
    return first is not None and (first[1].casefold() in LEADS or first[1].endswith("'s"))


def _ordinary_zh(piece: str, world: World) -> bool:
    text = piece.strip(" 的之一类")
    known = world.own_words + world.asked_words
    known_genres = world.tastes | world.own_genres
    genre = genre_of(text) in known_genres or any(name in piece for name in known_genres)
    return len(text) < 2 or bool(_KINDS_ZH.search(piece)) or genre or text in known
