"""Sentences out of a reply that is still being written."""

from __future__ import annotations

import json
from collections.abc import Mapping

from palate.prompts.parse import MAX_REPLY, parse_reasons

_DECODER = json.JSONDecoder()
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
        self._text, self._at = "", 0
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
        self._at = max(self._at, self._text.rfind(_CLOSED))
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
        """Returns the entries that are complete by now, and moves on behind them."""
        entries = []
        start = self._text.find("{", self._at)
        while start >= 0:
            try:
                value, end = _DECODER.raw_decode(self._text, start)
            except (ValueError, RecursionError):
                # The object around the entries, or an entry that is still open.
                start = self._text.find("{", start + 1)
                continue
            if "reason" in value:
                entries.append(value)
                self._at = end
            start = self._text.find("{", end)
        return entries

    def _new(self, reply: str) -> dict[str, str]:
        said = parse_reasons(reply, self._labels)
        found = {item: sentence for item, sentence in said.items() if item not in self._given}
        self._given |= found.keys()
        return found
