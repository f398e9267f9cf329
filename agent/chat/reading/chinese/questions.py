"""Questions about the catalogue in Chinese: "有多少部喜剧", "最新的是哪部", "第一部是谁导演的"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from palate.agent.chat.lexicon import length_field, price_field
from palate.agent.chat.reading.questions import Question

_COUNT = re.compile(
    r"多少(?!钱|分|年)|(?<!推荐)(?<![来给要看换找挑选])(?:有|共|收录|收)(?:着|了)?几(?:部|个|本)"
    r"|(?:部|电影|片子|片)数(?:量)?(?:是|有)"
)
_MEAN = re.compile(r"平均")
_EXTREME = re.compile(r"最(?P<word>长|短|新|老|早|旧|近|便宜|贵)(?!近)")
#: Without one of these it is a wish for something new or short.
_ASKS = re.compile(r"哪|什么|谁|[?？]|是不是|几分钟|多长")
#: "最短的呢": nothing but the question.
_BARE = re.compile(
    r"(?:那|那么)?最(?:[长短新老早旧近贵]|便宜)的?(?:那|一)*(?:部|个|电影|片子|片)?(?:呢|是|是哪部)?[\s?？。]*"
)
_WISHES = re.compile(r"推荐|想看|给我|来[部点个几]|有没有|找")
_FIELDS = (
    ("director",
     r"谁(?:是)?(?:导|执导|拍|的导演)|导演(?:是|叫)?(?:谁|哪|什么|呢|[?？])|director(?: 是)?谁"
     r"|导演名字|哪个导演|导演$"),
    ("cast",
     r"谁(?:主)?演|(?:主演|演员|男主|女主|主角)(?:是|有|都|叫|还|呢|[?？])*(?:谁|哪|什么|[?？]|$)"
     r"|有谁|哪些(?:人|演员|明星)"),
    ("year",
     r"(?:哪|那一|几几|什么)一?年(?:的|拍|上映|出|[?？]|$)|什么时候(?:拍|上|的|出)|多老|哪个年代"
     r"|年份"),
    ("length", r"多长|多久|时长|片长|几个?(?:小时|钟头)|多少分钟|几分钟|长不长"),
    ("text",
     r"(?:讲|说|演|拍)(?:的|了|得)?(?:是|都)?(?:什么|啥|些什么)|关于什么|剧情|内容|故事(?:是|讲"
     r"|情节|[?？]|$)|简介|介绍一?下|情节|具体说说|详细"),
    ("rating", r"评分|几分|豆瓣|票房|口碑|好看[吗么不]|好不好看|值得看|获奖|得过奖"),
    ("country", r"哪国|哪个国家|哪里的|哪儿的|什么国家"),
    ("language", r"什么语(?:言|$)?|哪种语言|说什么话|语言是"),
    ("tags",
     r"什么(?:类型|片|题材|种类)|哪(?:类|种)|适合.{0,8}(?:吗|么|[?？])|是.{1,4}片[吗么]|吓人吗"
     r"|(?:血腥|暴力|恐怖|好笑|搞笑|感人)(?:吗|不)"),
)  # fmt: skip
_FIELD = tuple((field, re.compile(pattern)) for field, pattern in _FIELDS)
#: "有没有类似《Heat》的" is a wish.
_LIKENS = re.compile(r"类似|像|一样|那种|这种|更|比|别的|其他|其它|差不多|同类|风格|续集|还有")


def question_in(
    text: str, ranges: Mapping[str, tuple[float, float]], *, has_titles: bool
) -> Question | None:
    """Returns the question that a text asks about the catalogue, if it does.

    Args:
        text: What was said, simplified.
        ranges: Numeric fields of the catalogue.
        has_titles: Whether it names or points at an item.
    """
    length, price = length_field(ranges), price_field(ranges)
    if _MEAN.search(text):
        return Question("mean", "year" if "年" in text else length)
    if has_titles and (field := _field(text)):
        return Question("field", length if field == "length" else field)
    if _COUNT.search(text):
        return Question("count")
    extreme = _EXTREME.search(text)
    asks = _BARE.fullmatch(text.strip()) or (_ASKS.search(text) and not _WISHES.search(text))
    if extreme and asks:
        word = extreme["word"]
        field = length if word in "长短" else price if word in "便宜贵" else "year"
        most = word in "长新近贵"
        return Question("most" if most else "least", field) if field in ranges else None
    if (
        has_titles
        and not _LIKENS.search(text)
        and re.search(r"有没有|有.{0,12}[吗么]|收录|目录|不?在(?:不在)?(?:里面|里头|库)", text)
    ):
        return Question("there")
    return None


def _field(text: str) -> str:
    return next((field for field, pattern in _FIELD if pattern.search(text)), "")
