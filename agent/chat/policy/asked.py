"""What people are told to say: a genre and a length of films, a kind and a price of goods."""

from __future__ import annotations

from palate.agent.chat.desk import Desk
from palate.agent.chat.lexicon import LENGTHS, length_field, price_field

_EN = {
    "films": {
        "sort": "genre", "limit": "how long it may be", "want": "are in the mood for",
        "want_asked": "are you in the mood for", "most": "longest",
        "example": "a short comedy from the 90s, no musicals",
        "critique": "\"shorter\", \"less violent\"",
    },
    "goods": {
        "sort": "kind", "limit": "what it may cost", "want": "are looking for",
        "want_asked": "are you looking for", "most": "cheapest",
        "example": "{tag}, under {price:.0f}", "critique": "\"cheaper\", \"nothing like that\"",
    },
    "other": {
        "sort": "kind", "limit": "what it should be like", "want": "are looking for",
        "want_asked": "are you looking for", "most": "newest",
        "example": "{tag}, nothing old", "critique": "\"newer\", \"nothing like that\"",
    },
}  # fmt: skip
_ZH = {
    "films": {"want": "想看什么", "limit": "时长", "thing": "作品", "unit": "部"},
    "goods": {"want": "想找什么", "limit": "价格", "thing": "东西", "unit": "个"},
    "other": {"want": "想找什么", "limit": "要求", "thing": "东西", "unit": "个"},
}


def words_of(language: str, desk: Desk) -> dict[str, str]:
    """Returns the words of a catalogue that its sentences are made with.

    Args:
        language: BCP 47.
        desk: Tells what a thing is called, and which fields there are.
    """
    numbers, tags = desk.catalogue.numbers, desk.catalogue.common_tags
    sort = "films" if any(name in numbers for name in LENGTHS) else "other"
    price = price_field(numbers)
    sort = "goods" if sort == "other" and price else sort
    words = dict((_ZH if language.startswith("zh") else _EN)[sort])
    if "example" in words:
        middle = sum(numbers[price]) / 2 if price else 0.0
        words["example"] = words["example"].format(tag=tags[0] if tags else desk.noun, price=middle)
    if sort == "other" and length_field(numbers):
        words["limit"] = "篇幅" if language.startswith("zh") else "how long it may be"
    article = "an" if desk.noun[:1].lower() in tuple("aeiou") else "a"
    return {**words, "noun": desk.noun, "nouns": desk.nouns, "a_noun": f"{article} {desk.noun}"}
