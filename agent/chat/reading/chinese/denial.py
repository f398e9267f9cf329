"""What is denied in Chinese: "不要恐怖片", "除了爱情片都行", "动画就算了"."""

from __future__ import annotations

import re

#: Holds a denying character and denies nothing, or takes a condition back instead.
_NO_DENIAL = re.compile(
    r"有没有|没有没|是不是|要不要|能不能|可不可以|好不好|想不想看?|不错|不光|不只|不仅|不止|不要求"
    r"|不限|不一定要?"
    r"|不介意|不在乎|不如|不然|要不|不管|不得了|不好意思|不知道|不懂|不清楚|不过|不同|差不多"
    r"|不够|说不定|少数|非常|无论|无厘头|怕老婆"
    r"|特别|别的|级别|类别|性别|个别|区别|告别|离别|派别|太空|太太|太平|太阳|太极|没什么"
)
_DENIES = (
    r"不要(?:再|有|给我|推荐|看|那么|这么|太|是|那种|什么)*|不想(?:再|要|看)*|不(?:用|必)推荐"
    r"|不喜欢看?"
    r"|不爱看?|不看|不能有?|不该是?"
    r"|不带|不含|不包括|不包含|不可以|不接受|不考虑|不是(?:给)?|不算|不太|不大|别(?:再|给我|推荐|看"
    r"|太"
    r"|那么|这么|整|来|放|是|有|搞)*"
    r"|没有|没那么|除了|除去|除开|除|讨厌|烦|反感|受不了|看腻了?|看够了?|腻了|厌倦|拒绝|排除|避开"
    r"|避免|少一?点|少些|去掉|非|无"
    r"|怕|太|拒|不那么|没有那么|不怎么|不会"
)
#: How much of something is too much: it says nothing of what its noun is.
_DEGREE = re.compile(r"太$|没那么|不那么|没有那么|不怎么|少一?点|少些|不太|不大|那么$|这么$|怕")
#: What ends a denial: something is asked for behind it.
_TURNS = re.compile(
    r"要|想|来|给|换|改|就看|只|最好|但|而|喜欢|爱看|推荐|都|还是|的话|了\s|吗|以外|之外|除外|片不"
    r"|点"
)
_BEHIND = re.compile(
    r"\s*(?:片子|影片|电影|题材|类型|导演|演员|主演|[片类]|演|拍|导)?的?(?:片子|电影|片)?(?:实在"
    r"|完全|一点|有点|真的|我|就"
    r"|也|都|可|一律|全|通通|还是|那)*"
    r"(?:过敏|无感|不感冒|不感兴趣|没兴趣|没感觉|免疫|害怕|不要|不看|不想看|看腻|看够|看得?差不多"
    r"|看得?太多|看多了|都看过|不喜欢|不爱看?|不行|不考虑"
    r"|免了|算了|除外|以外|之外|pass|跳过|排除|免谈"
    r"|谢绝|别来)"
    r"(?:了|的|吧|啊|哈|都|什么|其他|别)*\s*(?=$|[，。！？；,.!?;、]|可以|行)",
    re.IGNORECASE,
)
#: "也不要太长": how much of it, and not itself.
_CLAUSE = re.compile(r"[，。！？；,.!?;\n]|但是?|可是|不过|而是|只要|不如")


def denied(text: str, start: int, end: int | None = None) -> bool:
    """Tells whether what stands at a place is denied by the words around it in its clause.

    Args:
        text: What was said, simplified.
        start: Where it begins.
        end: Where it ends; without it, it is a run of Latin words.
    """
    latin = re.compile(r"[\w'’. -]*", re.ASCII).match(text, start)
    stop = latin.end() if end is None and latin else end or start
    if _BEHIND.match(text, stop):
        return True
    masked = _NO_DENIAL.sub(lambda found: "＿" * len(found.group()), text)
    before = _CLAUSE.split(masked[:start])[-1]
    match = None
    for match in re.finditer(_DENIES, before):  # noqa: B007 - the last one decides
        pass
    if match is None:
        return False
    rest = before[match.end() :]
    if _DEGREE.search(match.group()) and "的" in rest:
        return False
    return len(rest) <= _FAR and not _TURNS.search(rest)


#: Characters between a denial and what it denies, at most: "不要恐怖、战争和爱情片".
_FAR = 16
