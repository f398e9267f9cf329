"""Genres typed with a character that only sounds alike: "喜据", "孔怖", "悬宜"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from palate.agent.chat.reading.chinese.denial import denied
from palate.agent.chat.reading.found import Found
from palate.agent.chat.state import Term
from palate.domain import Constraint, Op

#: Characters that a keyboard offers for the same sound.
_ALIKE = (
    "剧据局具句居聚巨拒 喜洗西系 恐孔空控 怖布步部不 悬玄选旋炫宣 疑宜移亿以一 科可刻客 幻换患唤 "
    "惊京精经晶 悚耸送怂 "
    "战站占展 争政挣正 爱艾哎 情晴青请清 动冻洞 作做坐座 画话化花 冒帽貌 险显现线 犯范饭泛 "
    "罪最醉嘴 奇其齐骑 "
    "纪记计 录陆路 歌哥 舞武午 浪郎 漫慢曼 搞高稿 笑校效小 家加佳 庭停廷 西喜希"
)
_SOUND: dict[str, set[str]] = {}
for _row in _ALIKE.split():
    for _one in _row:
        _SOUND.setdefault(_one, set()).update(_row)


def slips_in(text: str, tags: Mapping[str, str]) -> Iterator[Found]:
    """Yields the genres that are meant by words with one wrong character, and says so.

    Args:
        text: What was said, simplified.
        tags: Folded word -> tag of the catalogue.
    """
    words = {word: tag for word, tag in tags.items() if re.fullmatch(r"[\u3400-\u9fff]{2,4}", word)}
    for word, tag in words.items():
        for match in re.finditer(_pattern(word), text):
            if match.group() in words or len(match.group()) != len(word):
                continue
            deny = denied(text, *match.span())
            bound = Constraint("tags", Op.HAS_NOT if deny else Op.HAS, tag)
            shown = f"no {tag}" if deny else tag
            yield Found(
                *match.span(), Term("", shown, (bound,)), "tag", f"{match.group()}\t{shown}"
            )


def _pattern(word: str) -> str:
    """Returns what finds a word with one character wrong, before what a genre stands before."""
    forms = []
    for place, one in enumerate(word):
        alike = "".join(sorted(_SOUND.get(one, set()) - {one}))
        if alike:
            forms.append(f"{word[:place]}[{alike}]{word[place + 1 :]}")
    if not forms:
        return r"(?!)"
    ends = "" if word.endswith("片") else r"(?=片|电影|类|题材|的|吧|$|[，。,！？])"
    return f"(?:{'|'.join(forms)}){ends}"
