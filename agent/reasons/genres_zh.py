"""Genres by their Chinese names: the words that wishes are read by, the other way round."""

from __future__ import annotations

from palate.agent.reasons.lexicon import GENRES_ZH
from palate.agent.reasons.world import genre_of

#: The first of the words for a genre is its name.
_NAMES = {genre: word for word, genre in reversed(GENRES_ZH.items())}


def genre_word(tag: str, language: str) -> str:
    """Returns a tag in the words of a language; the catalogue's own where there is no other.

    Args:
        tag: As the catalogue spells it.
        language: BCP 47.
    """
    return _NAMES.get(genre_of(tag), tag) if language.lower().startswith("zh") else tag
