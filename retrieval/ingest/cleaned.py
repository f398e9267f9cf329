"""A column of texts cleaned at once: each distinct text of an id or a word is judged once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from palate.retrieval.ingest.report import Tally
from palate.retrieval.ingest.values import LONGEST_TEXT, MISSING, clean_id, clean_text

_MOST_KEPT = 500_000
_FREE_TEXT = ("scene", "text")
_IDS = ("user", "item")


class CleanedColumn:
    """Cleans one column of ours, chunk by chunk.

    A log says the same few words again and again, so what a text becomes is kept. Free text is
    cleaned anew each time: it hardly repeats, and is long.
    """

    def __init__(self, name: str, tally: Tally) -> None:
        self._tally = tally
        self._name = name
        self._clean: Callable[[str, str, Tally], str] = clean_id if name in _IDS else clean_text
        self._keeps = name not in _FREE_TEXT
        self._known: dict[str | None, str | None] = {None: None}

    def clean(self, texts: Sequence[str | None]) -> list[str | None]:
        """Returns the texts without control characters and blanks; ``None`` where none is left.

        What was done is counted, once for each row it was done to.
        """
        if not self._keeps:
            return [None if text is None else self._one(text) for text in texts]
        known = self._known
        if len(known) > _MOST_KEPT:
            known.clear()
            known[None] = None
        new = set(texts).difference(known)
        repaired = {text for text in new if text is not None and self._learn(text)}
        if repaired:  # said again for each row, now that what they become is known
            return [self._one(text) if text in repaired else known[text] for text in texts]
        return [known[text] for text in texts]

    def _learn(self, text: str) -> bool:
        """Keeps what a text becomes, unless that is worth counting: then returns ``True``."""
        if not self._is_plain(text):
            unheard = Tally(self._tally.kind, self._tally.source)
            if self._clean(text, self._name, unheard) != text.strip():
                return True
        found = text.strip()
        self._known[text] = None if found in MISSING else found
        return False

    def _is_plain(self, text: str) -> bool:
        return text.isprintable() and len(text) <= LONGEST_TEXT and not text.endswith((".0", " "))

    def _one(self, text: str | None) -> str | None:
        if text is None:
            return None
        found = self._clean(text, self._name, self._tally)
        return None if found in MISSING else found
