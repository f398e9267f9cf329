"""Critique in Chinese: "短一点", "没那么暴力", "太老了", "不要那个导演的", "轻松一点"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.moods import mood_of, mood_term
from palate.agent.chat.reading.chinese.denial import denied
from palate.agent.chat.reading.critique import compared, person_of
from palate.agent.chat.reading.found import Found, apart
from palate.agent.chat.state import Term
from palate.agent.reasons.wishes_zh import LEANS, MOODS, SUBJECTS
from palate.domain import Item, Op

_LESS = (
    r"(?:不要|别|不|没有?|没|不想看?|不能)(?:那么|这么|太|这样|过于|特别|很|再|搞|整)+|不够?(?=不)"
    r"|少一?点儿?|少些|太|过于|不带|不要|别"
)
#: Behind a mood: less of it, or more.
_BEHIND_LESS = re.compile(r"(?:的)?(?:可以|能不能|要)?(?:少一?[点些]|少点|低一?点|轻一?点|弱一点)")
_WORDS = "|".join(sorted((*MOODS, *SUBJECTS), key=len, reverse=True))
_MOOD = re.compile(
    rf"(?P<less>{_LESS})?\s*(?P<word>{_WORDS}"
    rf"|(?<![A-Za-z])[a-z]{{3,14}}(?![A-Za-z]))(?P<tail>(?:的)?[了啦]?)"
)
#: Short words that are part of others: "马上", "梦想" say nothing of horses and dreams.
_ALONE = re.compile(
    r"^(?:的|片|类|题材|电影|故事|吗|呢|吧|啊|了|一?点|一?些|和|或|、|，|。|$|！|？|\s|主题|有关"
    r"|相关|为主|之类)"
)
_COMPARED = re.compile(
    r"(?P<short>太长了?|(?:再|更|稍微|比较)?短[1一]?[点些]儿?|更短|再短|比.{0,4}短)"
    r"|(?P<long>太短了?|(?:再|更|稍微|比较)?长[1一]?[点些]儿?(?!大)|更长|再长|比.{0,4}长)"
    r"|(?P<new>太[老旧早]了?|年代太久|(?:再|更|稍微|比较)?(?:新|近|晚)[1一]?[点些]儿?|更新|再新"
    r"|比.{0,4}新)"
    r"|(?P<old>太新了?|(?:再|更|稍微|比较)?(?:老|旧|早)[1一]?[点些]儿?|更老|更早|再老"
    r"|比.{0,4}[老旧])"
    r"|(?P<cheap>太贵了?|(?:再|更|稍微|比较)?便宜[1一]?[点些]儿?|更便宜|再便宜|比.{0,4}便宜)"
    r"|(?P<dear>太便宜了?|(?:再|更|稍微|比较)?贵[1一]?[点些]儿?|更贵|再贵|比.{0,4}贵)"
)
_ROLE = r"(?P<role>导演|演员|主演|男主角?|女主角?|明星|作者|编剧)"
_THAT_PERSON = re.compile(
    rf"(?:不要|别|不想看?|不看|换掉|除了|不喜欢|讨厌)(?:再)?(?:看|要|是|推荐)?(?:这|那|同一|刚才那"
    rf"|一样)?(?:个|位)?的?{_ROLE}"
    rf"|换一?[个位](?:别的)?{_ROLE.replace('role', 'role2')}"
    rf"|(?:这|那)[个位]{_ROLE.replace('role', 'role3')}的?(?:片子|电影|片)?的?(?:就|都|也)?(?:不要"
    rf"|算了|不看|不行)"
    rf"|(?:有没有|还有|来点?|看看?)(?:别的|其他的?|另外的?){_ROLE.replace('role', 'role4')}"
)
_SAME_PERSON = re.compile(
    rf"(?:这|那)?(?:一?[个部]的?)?{_ROLE.replace('role', 'role3')}(?:还|有没有)[有拍演导过]*(?:什么"
    rf"|哪些|别的|其他|啥)"
    rf"|(?:同一?|这|那|刚才那|相同)[个位]?的?{_ROLE}(?!是)(?:还|的|有|拍|演|其他|别的|也|再|电影|片"
    rf"|作品|，)"
    rf"|(?:同一?[个位]?|相同的?){_ROLE.replace('role', 'role2')}"
)
_ROLES = {"演员": "演员", "主演": "演员", "明星": "演员", "作者": "author", "编剧": "writer"}


def critique_in(
    text: str, catalogue: Catalogue, about: Sequence[Item], pointed: Sequence[Item]
) -> list[Found]:
    """Returns the conditions that a critique of the last slate makes; moods and subjects, too.

    Args:
        text: What was said, simplified, titles taken out.
        catalogue: Its vocabulary.
        about: What was shown last, best first.
        pointed: Items that the text names or points at.
    """
    found = [*_persons(text, list(pointed) or list(about[:1]))]
    found += _compared(text, catalogue.numbers, list(pointed) or list(about))
    found += _moods(text, catalogue, about)
    return apart(found)


def _moods(text: str, catalogue: Catalogue, about: Sequence[Item]) -> Iterator[Found]:
    than = tuple(item.id for item in about)
    for match in _MOOD.finditer(text):
        word = match["word"]
        behind = text[match.end("word") :]
        if (word in catalogue.tags and word not in SUBJECTS) or (
            len(word) == 1 and not _ALONE.match(behind)
        ):
            continue
        words = MOODS.get(word) or SUBJECTS.get(word, "")
        # What English has a mood for is told by kinds, too, and measured by what was shown.
        mood = None if word in SUBJECTS else mood_of(words.split()[0] if words else word)
        if not (words or mood):
            continue
        start, less = match.start(), match["less"]
        if less == "太" and word in LEANS:
            start, less = match.start("word"), ""
        fewer = _BEHIND_LESS.match(behind)
        deny = bool(less or fewer) or denied(text, start, match.end("word"))
        end = match.end() + (fewer.end() if fewer else 0)
        if deny:
            plain = word in SUBJECTS or (less in ("不要", "别") and not fewer)
            shown = f"不要{word}" if plain else f"不要太{word}"
            term = Term("", shown, words=words, likes=False)
            if mood:
                term = mood_term(mood, shown, catalogue.tags, than, likes=False)
            yield Found(start, end, term, "mood", text[start:end].strip() if mood else "")
        elif mood:
            term = mood_term(mood, word, catalogue.tags, than, likes=True)
            yield Found(start, match.end("word"), term, "mood", word)
        else:
            leant = catalogue.tags.get(LEANS.get(word, ""))
            term = Term("", word, words=words, tags=(leant,) if leant else ())
            yield Found(start, match.end("word"), term, "mood")


def _compared(
    text: str, ranges: Mapping[str, tuple[float, float]], about: Sequence[Item]
) -> Iterator[Found]:
    for match in _COMPARED.finditer(text):
        if re.search(r"(?:不要|别|不|受不了|不想看|不喜欢|怕|不能|最)$", text[: match.start()]):
            continue
        yield from compared(match, match.lastgroup or "", ranges, about, _said(match))


def _said(match: re.Match[str]) -> str:
    """Returns the words of a match; a title in them was taken out."""
    return re.sub(r"\s{2,}", "…", match.group().strip())


def _persons(text: str, about: Sequence[Item]) -> Iterator[Found]:
    for pattern, op in ((_THAT_PERSON, Op.NE), (_SAME_PERSON, Op.EQ)):
        for match in pattern.finditer(text):
            said = next(
                group for name, group in match.groupdict().items() if "role" in name and group
            )
            role = "导演" if said == "导演" else _ROLES.get(said, "演员")
            for item in about[:1]:
                yield from person_of(match, item, role, op)
