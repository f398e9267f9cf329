"""Talk as tokens: folded words that remember where they stood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from palate.retrieval.words import fold

_TOKEN = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|(?:(?![\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])"
    r"[^\W_])+(?:['’](?![sS]\b)(?:[^\W_])+)*(?:['’][sS]\b)?|&|[½¾¼²³]"
)
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
}  # fmt: skip
_SAME = {"&": "and", "vs": "versus", "colour": "color", "colours": "colors"} | _ROMAN
_END = re.compile(r"[.!?;:\n()\[\]…。！？；]")
_COMMA = re.compile(r"[,、，/]|\s[-–—]\s")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text.

    Attributes:
        word: Folded; roman numerals as digits, "&" as "and", "'s" kept without its apostrophe.
        start, end: Where it stands in the text.
        capital: Whether its first letter is a capital.
        first: Whether a sentence begins with it.
        comma: Whether a comma stands before it.
    """

    word: str
    start: int
    end: int
    capital: bool
    first: bool
    comma: bool


@lru_cache(maxsize=65_536)
def folded_word(text: str) -> str:
    """Returns one word as it is compared."""
    word = fold(text).replace("'", "").replace("’", "").replace(" ", "")
    return _SAME.get(word, word)


def tokens_of(text: str) -> list[Token]:
    """Returns the words of a text, in order."""
    found: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(text):
        between = text[last : match.start()]
        word = folded_word(match.group())
        if word:
            first = not found or bool(_END.search(between))
            comma = bool(_COMMA.search(between))
            capital = match.group()[0].isupper()
            found.append(Token(word, match.start(), match.end(), capital, first, comma))
            last = match.end()
    return found


def phrase(tokens: Sequence[Token]) -> str:
    """Returns tokens as one key of the index."""
    return " ".join(token.word for token in tokens)
