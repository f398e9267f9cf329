"""Typing errors: words that no title has, and the word of a title that was meant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product

from palate.agent.chat.linking.tokens import Token, phrase

#: Shorter words are too near to one another to be mended.
_SHORTEST = 5
#: Ways to mend a phrase that are tried at most.
_MENDED = 64


class Speller:
    """Finds the word of a title that a mistyped word was meant to be.

    A word that the catalogue knows is never mended: "farewell" is no typing error of "farwell".
    """

    def __init__(self, title_words: Collection[str], known: Collection[str] = ()) -> None:
        self._known = frozenset(known) | frozenset(title_words)
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(title_words):
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                self._by_first.setdefault(word[0], []).append(word)
        self.mended = lru_cache(maxsize=4096)(self._mended)

    def _mended(self, word: str) -> tuple[str, ...]:
        """Returns words of titles that a word may stand for, the nearest first; () if it is known.

        Args:
            word: Folded.
        """
        if word in self._known or len(word) < _SHORTEST or not _lettered(word):
            return ()
        allowed = 1 if len(word) < 8 else 2
        return tuple(self._near(self._by_first.get(word[0], ()), word, allowed))

    def _near(self, words: Iterable[str], word: str, allowed: int) -> list[str]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = process.extract(word, list(words), scorer=OSA.distance, score_cutoff=allowed)
        best = min((distance for _, distance, _ in found), default=0)
        return sorted(other for other, distance, _ in found if distance == best)[:3]


def spellings(tokens: Sequence[Token], speller: Speller) -> Iterator[tuple[str, bool]]:
    """Yields the phrase of tokens, then those with typing errors mended, and which is which."""
    yield phrase(tokens), False
    choices = [(token.word, *speller.mended(token.word)) for token in tokens]
    total = 1
    for choice in choices:
        total *= len(choice)
    if 1 < total <= _MENDED:
        for words in list(product(*choices))[1:]:
            yield " ".join(words), True


def _lettered(word: str) -> bool:
    """Tells whether a word is one of letters, give or take a digit: "se7en"."""
    return word.isalnum() and sum(letter.isdigit() for letter in word) <= 1
