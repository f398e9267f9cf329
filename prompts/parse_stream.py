"""Sentences out of a reply that is still being written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from palate.prompts.parse import MAX_REPLY, parse_reasons

#: An escaped character is passed over whole; one that is still to come is waited for.
_MARKS = re.compile(r'\\.|[{}"\n]', re.DOTALL)
_OPENED, _CLOSED = "<think>", "</think>"


class SentenceStream:
    """Reads ``{"reasons": [{"label": ..., "reason": ...}, ...]}`` while it arrives.

    A sentence is given as soon as its object is closed. What a thinking block drafts is passed
    over where its opening can be seen.

    Args:
        labels: Label -> item id, as in the prompt.
    """

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        #: How far it is read, and where its thinking ended.
        self._text, self._at, self._thought = "", 0, -1
        self._start: int | None = None
        self._quoted = False
        self._given: set[str] = set()

    @property
    def text(self) -> str:
        """The reply so far."""
        return self._text

    def feed(self, piece: str) -> dict[str, str]:
        """Takes a piece.

        Returns:
            Item id -> sentence, of those that it completed.
        """
        self._text = (self._text + piece)[:MAX_REPLY]
        if _OPENED in self._text and _CLOSED not in self._text:
            return {}
        if (closed := self._text.rfind(_CLOSED)) > self._thought:
            self._thought, self._at = closed, max(self._at, closed)
            self._start, self._quoted = None, False
        found: dict[str, str] = {}
        for entry in self._closed():
            found |= self._new(json.dumps({"reasons": [entry]}))
        return found

    def rest(self, *, cut: bool = False) -> dict[str, str]:
        """Reads the whole reply once more, mended where it must be.

        Args:
            cut: The reply ended at its limit: the last sentence that only mending finds is not
                whole.

        Returns:
            Item id -> sentence, of those not given before.
        """
        found = self._new(self._text)
        if cut and found:
            found.popitem()
        return found

    def _closed(self) -> list[dict[str, object]]:
        """Returns the entries that were closed by what is new.

        Entries hold no objects, so only the innermost braces count; each character is read once.
        """
        entries = []
        for mark in _MARKS.finditer(self._text, self._at):
            self._at = mark.end()
            if self._start is None or not self._quoted:
                entries += self._outside(mark[0], mark.start())
            elif mark[0] in ('"', "\n"):
                # No JSON string holds a line's end: what ran on was a stray quote.
                self._quoted = False
        self._at = max(self._at, len(self._text) - self._text.endswith("\\"))
        return entries

    def _outside(self, mark: str, at: int) -> list[dict[str, object]]:
        """Takes a mark outside of strings; returns the entry that it closes."""
        if mark == "{":
            self._start = at
        elif mark == '"':
            self._quoted = self._start is not None
        elif mark == "}" and self._start is not None:
            value = _loaded(self._text[self._start : at + 1])
            self._start = None
            return [value] if "reason" in value else []
        return []

    def _new(self, reply: str) -> dict[str, str]:
        said = parse_reasons(reply, self._labels)
        found = {item: sentence for item, sentence in said.items() if item not in self._given}
        self._given |= found.keys()
        return found


def _loaded(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
