"""What the metrics of reasons look at: the reasons of one case, and their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: A letter of Chinese, Japanese or Korean is a word by itself: none of them writes spaces.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One reason as a person would read it.

    Attributes:
        claims: What was checked in the model's own sentence, refused or not: true is supported.
        used: Pieces of evidence that it names something of, and pieces that there were.
        own: Whether these are the model's words, and not those of the evidence in their stead.
    """

    text: str
    claims: Sequence[bool] = ()
    used: tuple[int, int] = (0, 0)
    own: bool = True


def words(text: str) -> list[str]:
    """Returns the words of a text, lower case, without punctuation."""
    return [one.casefold().replace("’", "'") for one in _WORD.findall(text)]


def grams(text: str, n: int) -> list[tuple[str, ...]]:
    """Returns the runs of n words of a text, in order."""
    found = words(text)
    return [tuple(found[start : start + n]) for start in range(len(found) - n + 1)]


def mean(values: Sequence[float]) -> float:
    """Returns the mean, nan of nothing."""
    return sum(values) / len(values) if values else float("nan")
