"""What the words around a title say: liked, disliked, seen, or only named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from palate.agent.chat.events import Feeling
from palate.agent.chat.linking.link import Link

_NO = r"not|never|n['’]t|dont|didnt|doesnt|wasnt|isnt|cannot|hardly|no longer"
_NOT = rf"(?:\b(?:{_NO})\b|n['’]t\b)"
_DISLIKED = re.compile(
    rf"{_NOT}(?: (?:really|much|at all|ever|particularly|a|that|big|so|very|all|the))*"
    r" (?:like|love|enjoy|care for|fan|into|great|good|impressed|for me|my)\b"
    r"|\b(?:hate|hated|hates|dislike|disliked|loathe|loathed|despise|detest|can(?:no|')?t stand|"
    r"couldn't stand|bored|boring|awful|terrible|horrible|dreadful|worst|sucked?|overrated|dull|"
    r"disappoint(?:ing|ed)|stupid|lame|rubbish|crap(?:py)?|uninteresting|(?<!not )(?<!too )"
    r"(?<!so )bad|nothing like|anything but|except|avoid|waste of)\b"
    r"|不喜欢|不爱|讨厌|难看|不好看|无聊|失望|烂片|受不了|不要|不想看|没兴趣|不感兴趣|没意思"
    r"|不行|不怎么样|太差|太烂|不合适|一般(?!来说|人)|不好(?!意思)|不像|别像|算了|不对胃口|看不下去"
    r"|别再推荐",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    rf"(?:{_NOT}|\byet to\b)[^.!?;]{{0,12}}\b(?:see|seen|saw|watch|watched|"
    r"heard)\b|\b(?:have|did) you\b|没看过|还没看|没有看过|没看",
    re.IGNORECASE,
)
_LIKED = re.compile(
    r"\b(?:love|loved|loves|like|liked|likes|enjoy|enjoyed|enjoys|adore|adored|favou?rites?|fan of"
    r"|great|good|awesome|amazing|fantastic|excellent|wonderful|brilliant|perfect|classic|best|"
    r"similar to|such as|in the (?:style|vein|spirit) of|as (?:good|funny|scary) as|reminds? me of"
    r"|hilarious|funny|fun|masterpiece|"
    r"really into|big into)\b|喜欢|爱看|最爱|好看|精彩|类似|像|不错|很棒|经典|很好|挺好|合我口味"
    r"|超爱|很爱"
    r"|那种|一样的|差不多的",
    re.IGNORECASE,
)
_SEEN = re.compile(r"\b(?:seen|saw|watched|rewatched|finished|watch)\b|看过|看了", re.IGNORECASE)
#: "I liked none of these": what is said of none of them.
_NONE = re.compile(r"(?:none|neither|nothing|not (?:one|a))\b", re.IGNORECASE)
_OF_NONE: dict[Feeling, Feeling] = {
    "liked": "disliked", "named": "disliked", "seen": "named", "disliked": "named",
}  # fmt: skip
_STOPS = re.compile(
    r"[.!?;\n。！？；]|\b(?:but|though|although|however|while|whereas)\b"
    r"|,\s*and (?=(?:[Ii]|[Ww]e|[Mm]y)\b)|但是|可是|不过"
)


def feelings(text: str, links: Sequence[Link]) -> list[Feeling]:
    """Returns what a text says of each of its titles.

    The words before a title decide, back to where the sentence turns; those behind it decide where
    they say more. Titles that only commas and "and" part share what is said of the first.

    Args:
        text: What was said.
        links: The titles in it, in order.
    """
    found: list[Feeling] = []
    for place, link in enumerate(links):
        before = text[links[place - 1].end if place else 0 : link.start]
        follows = links[place + 1].start if place + 1 < len(links) else len(text)
        behind = _first_part(text[link.end : follows])
        own = _of(_last_part(before))
        said_behind = _of(behind) if _judges(behind) else None
        if own is None and place and _joins(before):
            own = found[-1]
        said = said_behind or own or "named"
        found.append(_OF_NONE[said] if _NONE.match(text, link.start) else said)
    return _shared(text, links, found)


def _shared(text: str, links: Sequence[Link], found: list[Feeling]) -> list[Feeling]:
    """Gives what is said behind the last of a row ("X and Y were boring") to all of the row."""
    for place in range(len(links) - 2, -1, -1):
        between = text[links[place].end : links[place + 1].start]
        told = found[place + 1] != "named"
        if told and found[place] in ("named", "seen") and _joins(between):
            found[place] = found[place + 1]
    return found


def _joins(between: str) -> bool:
    return bool(
        re.fullmatch(
            r"[\s,\"'“”‘’、，》」/&+]*(?:and|or|also|as well as|nor|和|跟|与|还有|以及)?(?: the"
            r"| also)?"
            r"[\s,\"'“”‘’、《「]*",
            between, re.IGNORECASE,
        )
    )  # fmt: skip


#: A clause that judges without naming what: "，不好看" is about the title before it.
_VERDICT = re.compile(
    r"(?:我|也|都|就|还|但|真的|实在)*(?:很|真|太|不|挺|特别|非常|超|没|一般|无聊|难看|好看|爱)"
    r"[^，]{0,3}(?:爱|看|思|错|棒|烂|闷|差|聊|欢|行|赞|般|劲|望|彩|好|趣)?(?:了|啊|的|吧|过)*\s*"
)


def _last_part(text: str) -> str:
    return _STOPS.split(text)[-1].split("，")[-1]


def _first_part(text: str) -> str:
    first, *others = _STOPS.split(text, maxsplit=1)[0].split("，")
    for clause in others:
        if not _VERDICT.fullmatch(clause):
            break
        first += f"，{clause}"
    return first


def _judges(behind: str) -> bool:
    """Tells whether words behind a title are about it: "was great", "is my favourite"."""
    return bool(
        re.match(
            r"[\"'”’]?,?\s*(?:re all\b|(?:all )?(?:was|is|were|are|wasn|isn|weren|aren|looks?"
            r"|seems?|bored|did|really|which|because|,|"
            r"[》」\s]*，?(?:我们?|她|他|也|都|就|已经|早就?|那种|那样|这种|拍得|实在|还)*"
            r"(?:很|真|太|不|难|好|挺|特别|非常|是|让|超|看|没|别|喜欢|讨厌|一般|算了|那种"
            r"|差不多)))",
            behind, re.IGNORECASE,
        )
    )  # fmt: skip


def _of(words: str) -> Feeling | None:
    if _DISLIKED.search(words):
        return "disliked"
    if _UNSEEN.search(words):
        return "named"
    if _LIKED.search(words):
        return "liked"
    return "seen" if _SEEN.search(words) else None
