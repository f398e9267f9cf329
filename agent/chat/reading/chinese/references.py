"""What "第二部", "上一部", "刚才那个" and "这几部" point at."""

from __future__ import annotations

import re
from collections.abc import Sequence

from palate.agent.chat.reading.chinese.numerals import number
from palate.agent.chat.reading.references import Reference

_N = r"[一二三四五六七八九十\d]{1,2}"
_OF = r"(?:部|个|条|本|套|片子|片)"
_PLACE = re.compile(
    rf"(?:第|排第)(?P<n>{_N}){_OF}?(?:电影|片子|片)?|(?P<hash>\d{{1,2}})号|最后(?:的?那?一?"
    rf"|面那){_OF}|倒数第一{_OF}?"
)
#: "第一和第三部", "一、三部" share what is said of places.
_FIRST = re.compile(
    rf"前(?P<n>[一二两三四五六七八九\d]){_OF}|后(?P<last>[一二两三四五六七八九\d]){_OF}"
)
_ALL = re.compile(
    r"(?:这|那|上面|刚才|以上|前面)(?:的|那|这)*(?:[几些]|[两三四五六七八九十]|[2-9])"
    r"(?:部|个|批)?(?:电影|片子|片|里面?|当中|中)?(?=都|全|里|中|我|哪|谁|最|没|不|，|$|一)"
    r"|(?:这|那|上)(?:些|几部|几个|批)|(?<![一-龥])(?:全|都)(?:都)?(?=看过|不喜欢|不好|看了|没兴趣"
    r"|不想|不行|不感|一般)|(?:这|它)们|一(?:部|个)都(?=不|没)"
)
_THAT = re.compile(
    rf"(?:那|这|刚才那|刚刚那|上面那|前面那|上)一?{_OF}(?!导演|演员|主演|人|国家|年代|男|女|明星"
    rf"|类型|时候|作者|题材)"
)


def references_in(text: str, shown: Sequence[str], spoken: Sequence[str]) -> list[Reference]:
    """Returns what a text points at; nothing where nothing was shown.

    Args:
        text: What was said, simplified.
        shown: Item ids of the last slate.
        spoken: Items that were spoken of, the newest last: "那部" is one of them first.
    """
    if not shown:
        return []
    found: list[Reference] = []
    for match in _PLACE.finditer(text):
        given = match["n"] or match["hash"]
        place = int(number(given)) if given else len(shown)
        if 0 < place <= len(shown):
            found.append(Reference(*match.span(), (shown[place - 1],)))
    for match in _FIRST.finditer(text):
        many = int(number(match["n"] or match["last"]))
        items = shown[:many] if match["n"] else shown[-many:]
        found.append(Reference(*match.span(), tuple(items)))
    if not found:
        found += [Reference(*one.span(), tuple(shown)) for one in _ALL.finditer(text)][:1]
    if not found:
        # What was spoken of is no longer shown, but it is still what "that one" means.
        that = (spoken[-1] if spoken else shown[0],)
        found += [Reference(*one.span(), that) for one in _THAT.finditer(text)]
    return sorted(found, key=lambda one: one.start)
