"""Titles that somebody half remembers: "silence of lambs", "private ryan", "toy storys"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property

from palate.agent.chat.linking.meant import STOP
from palate.agent.chat.linking.names import Name, TitleIndex
from palate.agent.chat.linking.tokens import tokens_of
from palate.agent.reasons.lexicon import PLAIN
from palate.retrieval.words import stem

#: Letters that a lone word needs to stand for a title that has more words.
_LONE = 6
#: How alike two titles are that only a slip tells apart, of 100, and from how many letters on.
_ALIKE, _LONG = 88, 10
#: Titles that are offered at most.
_MOST = 3
_NUMBERS = dict(
    zip(
        "one two three four five six seven eight nine ten eleven twelve".split(),
        map(str, range(1, 13)),
        strict=True,
    )
)


class NearTitles:
    """Finds the titles that words come near to, where they are said to be a title.

    Nothing here tells a title from other words: ask only of words that stand where a title does.

    Args:
        index: The titles.
        plain: Folded words that name something else, such as genres and people.
    """

    def __init__(self, index: TitleIndex, plain: Collection[str]) -> None:
        self._index, self._plain = index, frozenset(plain)

    def of(self, text: str) -> tuple[str, ...]:
        """Returns the items whose titles words come near to, the best known first.

        Args:
            text: The words; numbers in them are never mended.
        """
        exact = self._index.of(" ".join(token.word for token in tokens_of(text)))
        names = [entry.name for entry in exact] or self._holding(text) or self._alike(text)
        ranked = sorted(names, key=lambda one: (-self._index.standing.of(one), one.item))
        return tuple(dict.fromkeys(one.item for one in ranked))[:_MOST]

    @cached_property
    def _titles(self) -> list[tuple[Name, frozenset[str]]]:
        return [(name, _content(name.title)) for name in self._index.names]

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = defaultdict(list)
        for place, (_, held) in enumerate(self._titles):
            for word in held:
                places[word].append(place)
        return places

    def _holding(self, text: str) -> list[Name]:
        """Returns the titles that hold all telling words of a text."""
        asked = _content(text)
        lone = next(iter(asked)) if len(asked) == 1 else ""
        if not asked or (lone and not self._telling(lone)):
            return []
        places = set.intersection(*(set(self._by_word.get(word, ())) for word in asked))
        found = [self._titles[place][0] for place in sorted(places)]
        return found if len(found) <= _MOST else []

    def _telling(self, word: str) -> bool:
        """Tells whether one word is enough: a long one, of one title, and of nothing else."""
        return len(word) >= _LONE and word not in self._plain and word not in PLAIN

    def _alike(self, text: str) -> list[Name]:
        from rapidfuzz import fuzz, process

        key = _key(text)
        if len(key) < _LONG:
            return []
        keys = [_key(name.title) for name, _ in self._titles]
        near = process.extract(key, keys, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_MOST)
        return [
            self._titles[place][0] for _, _, place in near
            if _digits(keys[place]) == _digits(key)
        ]  # fmt: skip


def _key(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> Sequence[str]:
    return [_NUMBERS.get(token.word, token.word) for token in tokens_of(text)]


def _digits(key: str) -> list[str]:
    return [word for word in key.split() if word.isdigit()]


def _content(text: str) -> frozenset[str]:
    """Returns the telling words of a title, singular; "Terminator 3" keeps its number."""
    return frozenset(stem(word) for word in _words(text) if word not in STOP)
