"""Typing errors in the words for genres: "scarry", "horor", "wetsern"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

#: Shorter words are too near to others.
_SHORTEST = 5


def meant_word(word: str, words: Mapping[str, str]) -> str | None:
    """Returns the one word that a mistyped one stands for; ``None`` where there is none.

    Only a letter too many that its neighbour repeats, a letter too few, or two that changed places
    are mended: another letter in one's place makes another word ("prime" is not "crime").

    Args:
        word: Folded, in no vocabulary.
        words: Folded word -> tag.
    """
    if len(word) < _SHORTEST or not word.isascii() or not word.isalpha():
        return None
    near = {words[one] for one in _slips(word) if one in words}
    missing = {tag for one, tag in words.items() if len(one) == len(word) + 1
               and one[0] == word[0] and word in _shortened(one)}  # fmt: skip
    found = near | missing
    if len(found) != 1:
        return None
    tag = found.pop()
    return next(one for one in words if words[one] == tag and (
        one in _slips(word) or (len(one) == len(word) + 1 and word in _shortened(one))
    ))  # fmt: skip


def _slips(word: str) -> set[str]:
    doubled = {
        word[:place] + word[place + 1 :]
        for place in range(1, len(word)) if word[place] == word[place - 1]
    }  # fmt: skip
    swapped = {
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for place in range(len(word) - 1)
    }
    return {one for one in doubled | swapped if one != word}


@lru_cache(maxsize=1024)
def _shortened(word: str) -> frozenset[str]:
    return frozenset(word[:place] + word[place + 1 :] for place in range(1, len(word)))
