"""Questions for the values of a field: "which brands do you carry?", "有哪些颜色？"."""

from __future__ import annotations

import re
from collections.abc import Collection

#: What people call fields, beside their names.
_CALLED = {
    "colour": ("color", "colours", "colors"), "color": ("colour", "colours", "colors"),
    "brand": ("make", "makes", "manufacturers", "牌子", "品牌"),
    "cast": ("actors", "actresses", "演员"), "director": ("directors", "导演"),
    "author": ("writers", "作者", "作家"),
    "artist": ("musicians", "bands", "歌手"), "language": ("languages", "语言"),
    "country": ("countries", "国家"), "publisher": ("publishers", "出版社"),
    "category": ("categories", "类别"), "size": ("sizes", "尺寸", "大小"),
    "material": ("materials", "材料", "材质"), "genre": ("genres", "类型"),
}  # fmt: skip
_COLOURS_ZH = ("颜色", "色")
_WHICH = re.compile(
    r"\b(?:what|which)\s+(?:other\s+|different\s+)?(?P<what>[a-z]+(?: [a-z]+)?)\s+"
    r"(?:do|does|have|has|are|is|can)\s+(?:you|there|i|we|it|they|the|your|these|those)\b",
    re.IGNORECASE,
)
_WHICH_ZH = re.compile(
    r"(?:有|卖)(?:哪些|什么|哪几[个种家]|多少种)(?P<what>[一-鿿]{1,4}?)(?:可选|可以选|的|[?？吗呢。]|$)"
    r"|(?P<what2>[一-鿿]{1,4}?)(?:都)?(?:有|卖)(?:哪些|什么|哪几[个种家])"
)


def values_asked(text: str, fields: Collection[str]) -> str:
    """Returns the field whose values a text asks for; empty where it does not.

    Args:
        text: What was said.
        fields: Those of the catalogue that hold words.
    """
    match = _WHICH.search(text) or _WHICH_ZH.search(text)
    if match is None:
        return ""
    said = next(group for group in match.groups() if group).lower()
    return next((field for field in fields if said in _names(field)), "")


def _names(field: str) -> set[str]:
    plain = field.replace("_", " ").lower()
    plural = f"{plain[:-1]}ies" if plain.endswith("y") else f"{plain}s"
    chinese = _COLOURS_ZH if plain in ("colour", "color") else ()
    return {plain, plural, *_CALLED.get(plain, ()), *chinese}
