"""Words of a request that carry no wish: "I'd like a good film about ..."."""

from __future__ import annotations

import re

_FILLER = frozenset(
    word
    for line in (
        "a about also am an and any are as at be been but by can could do does for from get give",
        "good had has have he her him his how i if in into is it its just know let like",
        "looking lot made maybe me more most movie movies my need nice not of on one or our out",
        "please really recommend show she so some something somebody suggest that the their them",
        "then there these they thing things this those to too very want wants was watch watching",
        "we what when where which who will with would you your film films book books item items",
        "i'd i'm it's",
    )
    for word in line.split()
)
_FILLER_RUNS = re.compile(
    "我想看|我想要|我想|我要|想看|想找|想要|给我|推荐|请|有没有|一部|一本|一些|一个|电影|片子|关于|适合"
)
_STATING = re.compile(
    r"^\s*(?:that\s+)?i\s+(?:\w+ly\s+|also\s+|do\s+|do\s+not\s+|don['’]t\s+|can['’]?t\s+|never\s+)*"
    r"(?:love|like|enjoy|adore|prefer|want|hate|dislike|stand|watch)\s+(?:to\s+see\s+|watching\s+)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[\w'’]+|[^\w\s]")


def telling(text: str) -> str:
    """Returns a request without its filler; the whole of it where nothing else is left."""
    words = [word for word in _TOKEN.findall(text) if word.casefold() not in _FILLER]
    kept = _FILLER_RUNS.sub(" ", " ".join(words))
    return kept if any(character.isalnum() for character in kept) else text


def stated(wish: str) -> str:
    """Returns what a wish is about, without "I love": of that no item speaks.

    Args:
        wish: As it was said, "I love films about trains".
    """
    return _STATING.sub("", wish, count=1) or wish


def is_filler(word: str) -> bool:
    """Returns whether a word of a request carries no wish."""
    return word.casefold() in _FILLER
