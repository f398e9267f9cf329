"""Events: columns cleaned at once, judged row by row, written in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any

from palate.domain import Action
from palate.retrieval.ingest.actions import action_code
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.cleaned import CleanedColumn
from palate.retrieval.ingest.columns import ALIASES, Columns
from palate.retrieval.ingest.missing import Missing
from palate.retrieval.ingest.rejects import Reject, Rejects
from palate.retrieval.ingest.report import Tally
from palate.retrieval.ingest.times import TimeReader
from palate.retrieval.ingest.values import to_number
from palate.retrieval.records.events import EventBatch, EventWriter, content_digests, key_digest
from palate.retrieval.schema import ACTION_CODES

_RATE, _VIEW = ACTION_CODES[Action.RATE], ACTION_CODES[Action.VIEW]

#: Columns of ours, typed, by name: texts, and ``number``, ``at``, ``code`` made of them.
_Typed = dict[str, Sequence[Any]]
#: What makes an event the same as another one, in the order of ``content_digests``.
_IDENTITY = ("user", "item", "code", "number", "at", "scene", "text")


class EventIngest:
    """Takes chunks of a file of events into an open transaction."""

    def __init__(
        self,
        writer: EventWriter,
        columns: Columns,
        missing: Missing,
        tally: Tally,
        rejects: Rejects,
    ) -> None:
        self._writer = writer
        self._columns = columns
        self._missing = missing
        self._tally = tally
        self._rejects = rejects
        self._times = TimeReader()
        self._cleaned = {name: CleanedColumn(name, tally) for name in ALIASES["events"]}
        self._codes: dict[str, int | None] = {}
        self._numbers: dict[str | None, float | None] = {None: None}
        self._repeats: dict[int, int] = {}

    def take(self, chunk: Chunk) -> None:
        """Cleans, judges and writes the rows of a chunk."""
        typed = self._typed(chunk)
        reasons = self._reasons(typed, len(chunk))
        good = [reason is None for reason in reasons]
        if not all(good):
            self._reject(chunk, reasons)
            typed = {name: list(compress(column, good)) for name, column in typed.items()}
        count = sum(good)
        if count:
            added = self._writer.write(self._batch(typed, count))
            self._tally.new += added
            self._tally.duplicates += count - added

    def _typed(self, chunk: Chunk) -> _Typed:
        texts = {name: self._text(chunk, name) for name in ALIASES["events"]}
        typed: _Typed = {name: text for name, text in texts.items() if text is not None}
        if "value" in typed:
            typed["number"] = self._read_numbers(typed["value"])
        if "time" in typed:
            typed["at"] = self._times.seconds(typed["time"])
        typed["code"] = self._read_codes(typed, len(chunk))
        return typed

    def _text(self, chunk: Chunk, name: str) -> list[str | None] | None:
        """One column of ours as clean text; ``None`` where there is no such column."""
        theirs = self._columns.source.get(name)
        if theirs is None:
            constant = self._columns.constants.get(name)
            return None if constant is None else [constant] * len(chunk)
        texts = self._cleaned[name].clean(chunk.text(theirs))
        fill = self._missing.fill.get(theirs)
        if fill is not None and (gaps := texts.count(None)):
            self._tally.clean(name, self._missing.label[theirs], gaps)
            texts = [fill if text is None else text for text in texts]
        return texts

    def _read_numbers(self, texts: Sequence[str | None]) -> list[float | None]:
        known = self._numbers
        for text in set(texts).difference(known):
            number = to_number(text or "")
            known[text] = None if number is None else float(number)
        return [known[text] for text in texts]

    def _read_codes(self, typed: _Typed, size: int) -> list[int | None]:
        """Without an action, a row with a value is a rating and one without is a view."""
        values = typed.get("value")
        default = [_VIEW] * size if values is None else [
            _VIEW if value is None else _RATE for value in values
        ]  # fmt: skip
        words = typed.get("action")
        if words is None:
            return list[int | None](default)
        for word in set(words).difference(self._codes, (None,)):
            self._codes[word] = action_code(word)
        return [
            code if word is None else self._codes[word]
            for word, code in zip(words, default, strict=True)
        ]

    def _reasons(self, typed: _Typed, size: int) -> list[str | None]:
        """Returns for each row why it cannot be taken; ``None`` where it can."""
        reasons: list[str | None] = [None] * size
        for reason, rows in self._faults(typed):
            for row in rows:
                reasons[row] = reasons[row] or reason
        return reasons

    def _faults(self, typed: _Typed) -> Iterator[tuple[str, list[int]]]:
        """Yields each reason with the rows it is true of; the first one that holds is named."""
        yield "no user", _empty(typed["user"])
        yield "no item", _empty(typed["item"])
        yield "value is not a number", _unread(typed, "value", "number")
        yield "action is not known", _empty(typed["code"])
        yield "rating without a value", self._unvalued(typed)
        yield "time is not understood", _unread(typed, "time", "at")
        for ours, theirs in self._columns.source.items():
            if theirs in self._missing.drop and ours in typed:
                yield f"no {ours}", _empty(typed[ours])
        items = typed["item"]
        there = self._writer.known(item for item in set(items) if item is not None)
        yield (
            "item is not in the catalogue",
            [row for row, item in enumerate(items) if item not in there],
        )

    def _unvalued(self, typed: _Typed) -> list[int]:
        codes, numbers = typed["code"], typed.get("number")
        if numbers is None:
            return [row for row, code in enumerate(codes) if code == _RATE]
        pairs = zip(codes, numbers, strict=True)
        return [row for row, (code, number) in enumerate(pairs) if number is None and code == _RATE]

    def _reject(self, chunk: Chunk, reasons: Sequence[str | None]) -> None:
        for row, reason in enumerate(reasons):
            if reason is not None:
                self._tally.rejected[reason] += 1
                self._rejects.write(Reject(chunk.lines[row], reason, chunk.row(row)))

    def _batch(self, typed: _Typed, count: int) -> EventBatch:
        return EventBatch(
            users=typed["user"],
            items=typed["item"],
            actions=typed["code"],
            values=typed.get("number"),
            at=typed.get("at"),
            scenes=typed.get("scene"),
            texts=typed.get("text"),
            recommendations=typed.get("recommendation"),
            digests=self._digests(typed, count),
        )

    def _digests(self, typed: _Typed, count: int) -> list[int]:
        """The idempotency key of each row: its own, or made of all that it says."""
        blank: list[None] = [None] * count
        rows = list(zip(*(typed.get(name, blank) for name in _IDENTITY), strict=True))
        digests = content_digests(rows)
        if "at" not in typed or None in typed["at"]:
            digests = self._apart(digests, rows)
        keys = typed.get("key")
        if keys is None:
            return digests
        return [
            digest if key is None else key_digest(key)
            for key, digest in zip(keys, digests, strict=True)
        ]

    def _apart(self, digests: list[int], rows: list[tuple[Any, ...]]) -> list[int]:
        """Without times, doing the same again is a row like the first one: counts them."""
        repeats = self._repeats
        for index, row in enumerate(rows):
            if row[4] is None:
                digest = digests[index]
                repeats[digest] = nth = repeats.get(digest, 0) + 1
                if nth > 1:
                    digests[index] = content_digests([row], nth)[0]
        return digests


def _empty(column: Sequence[Any]) -> list[int]:
    return [row for row, value in enumerate(column) if value is None] if None in column else []


def _unread(typed: _Typed, written: str, read: str) -> list[int]:
    """Rows whose text is there and was not understood."""
    if read not in typed or None not in typed[read]:
        return []
    pairs = zip(typed[written], typed[read], strict=True)
    return [row for row, (text, value) in enumerate(pairs) if value is None and text is not None]
