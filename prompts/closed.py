"""A closed set of titles: which of them a piece of text names, and never one outside the set.

Titles are compared without case, accents, punctuation, years and articles ("Crow, The" is "The
Crow"), then by bounded typos. A title that stands outside the set, such as one of the history, is
never taken for one inside, however like it looks; text that fits two is nobody's.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Longer text is compared by its beginning alone.
_LONGEST = 240
#: Share of equal characters from which two titles may be one with a typo.
_LIKE = 0.85
#: Shorter titles have no typos: "Heat" and "Head" are two films.
_SHORTEST = 6
#: A title that the end of a reply cut is known by this many characters.
_CUT = 18
_YEAR = re.compile(r"\(\d{4}\)\s*$")
_ASIDE = re.compile(r"\s*\([^()]*\)\s*$")
_LATE_ARTICLE = re.compile(
    r"^(.*), (the|a|an|der|die|das|le|la|les|l'|il|el|los|las)$", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:the|a|an|der|die|das|le|la|les|il|el|los|las) (?=\S)")
_NUMBER = re.compile(r"^(?:\d+|[ivx]+)$")


def plain(title: str) -> str:
    """Returns a title as it is compared: lower case, words only, its article first and gone."""
    text = _YEAR.sub("", title.strip()[:_LONGEST]).strip()
    if late := _LATE_ARTICLE.match(text):
        text = f"{late[2]} {late[1]}"
    text = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    kept = (c if c.isalnum() else " " for c in text.replace("'", "").replace("\u2019", "")
            if not unicodedata.combining(c))  # fmt: skip
    words = " ".join("".join(kept).split())
    return _ARTICLE.sub("", words) or words


@dataclass(frozen=True)
class ClosedSet:
    """Titles that text may name.

    Attributes:
        keys: Plain title -> item id; ``None`` where two items share it, or it stands outside.
        outside: Plain titles that name nothing inside.
    """

    keys: Mapping[str, str | None]
    outside: frozenset[str]

    @classmethod
    def of(cls, titles: Mapping[str, str], outside: Iterable[str] = ()) -> ClosedSet:
        """Makes a set.

        Args:
            titles: Item id -> title.
            outside: Titles that are known and mean none of these items.
        """
        keys: dict[str, str | None] = {}
        for form in (plain, lambda title: plain(_ASIDE.sub("", _YEAR.sub("", title).strip()))):
            found: dict[str, str | None] = {}
            for item, title in titles.items():
                key = form(title)
                found[key] = item if found.get(key, item) == item else None
            # A whole title goes before one without its aside.
            keys = found | keys
        keys.pop("", None)
        others = frozenset(filter(None, map(plain, outside))) - keys.keys()
        return cls(keys, others)

    def exact(self, text: str) -> str | None:
        """Returns the item whose title the text is."""
        return self.keys.get(plain(text))

    def opens(self, text: str) -> str | None:
        """Returns the item whose title the text begins with; the longest title wins."""
        found = plain(text)
        inside = max((key for key in self.keys if _begins(found, key)), key=len, default="")
        beyond = max((key for key in self.outside if _begins(found, key)), key=len, default="")
        return self.keys.get(inside) if len(inside) > len(beyond) else None

    def beyond(self, text: str) -> bool:
        """Tells whether the text is, or begins with, a title outside the set."""
        found = plain(text)
        return any(_begins(found, key) for key in self.outside) and self.opens(text) is None

    def like(self, text: str) -> str | None:
        """Returns the one item whose title differs by a typo, or that the end of a reply cut."""
        found = plain(text)
        if len(found) < _SHORTEST or found in self.outside:
            return None
        if len(found) >= _CUT and (cut := [key for key in self.keys if key.startswith(found)]):
            return self.keys[cut[0]] if len(cut) == 1 else None
        near = {key for key in (*self.keys, *self.outside) if _alike(found, key)}
        items = {self.keys.get(key) for key in near}
        return items.pop() if len(items) == 1 else None


def _begins(text: str, key: str) -> bool:
    return text.startswith(key) and text[len(key) : len(key) + 1] in ("", " ")


def _alike(text: str, key: str) -> bool:
    """Whether two plain titles may differ by a typo; numbers of parts have none."""
    if len(key) < _SHORTEST or _numbers(text[: len(key) + 2]) != _numbers(key):
        return False
    head = text[: len(key) + 2] if len(key) > 40 else text
    if abs(len(head) - len(key)) > max(2, len(key) // 8):
        return False
    matcher = difflib.SequenceMatcher(None, head, key, autojunk=False)
    return matcher.quick_ratio() >= _LIKE and matcher.ratio() >= _LIKE


def _numbers(text: str) -> list[str]:
    return [word for word in text.split() if _NUMBER.match(word)]
