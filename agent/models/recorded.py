"""Record and replay: every call to a model written to a file, and answered from it later.

A recording is append-only JSONL, readable by its owner only, a line a call. It holds the call's
key, its template, model and prompt hash, and the reply: neither the prompt nor anybody's id. A kill
loses at most the line that was being written; the next recorder cuts that one off.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from palate.agent.models.streams import pieces
from palate.domain import Completion, Model, ModelCall
from palate.errors import ModelError, ModelTimeout, PrerequisiteError, StorageError
from palate.prompts.calls import (
    call_key,
    completion_of,
    failure_record,
    prompt_hash,
    reply_record,
)
from palate.retrieval.files import FILE_MODE
from palate.retrieval.journal import line_of, record_of, whole_lines, whole_size

Records = Mapping[str, Sequence[Mapping[str, Any]]]


class RecordingModel:
    """A model whose calls and replies, failures included, are appended to a file.

    Whatever else the model offers, such as its capabilities, is that of the model itself.

    Args:
        inner: Answers.
        path: Of the recording; made if it is not there.

    Raises:
        PrerequisiteError: The file cannot be written.
    """

    def __init__(self, inner: Model, path: Path) -> None:
        self.name, self.path = inner.name, path
        self._inner = inner
        _mend(path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers as the model does, and writes that down.

        Raises:
            ModelError: As the model raised it.
            PrerequisiteError: The recording cannot be written.
        """
        try:
            completion = await self._inner.complete(call, deadline=deadline)
        except ModelError as error:
            self._append(self._head(call) | failure_record(error))
            raise
        # Nothing awaits between the reply and the record: no reply is lost in between.
        self._append(self._head(call) | reply_record(completion))
        return completion

    async def stream(self, call: ModelCall, *, deadline: float) -> AsyncGenerator[str | Completion]:
        """Streams as the model does, and writes the whole reply down when it is there.

        Raises:
            ModelError: As the model raised it.
            PrerequisiteError: The recording cannot be written.
        """
        try:
            async with aclosing(pieces(self._inner, call, deadline=deadline)) as stream:
                async for piece in stream:
                    if isinstance(piece, Completion):
                        self._append(self._head(call) | reply_record(piece))
                    yield piece
        except ModelError as error:
            self._append(self._head(call) | failure_record(error))
            raise

    def _head(self, call: ModelCall) -> dict[str, Any]:
        return {
            "k": call_key(call, self.name), "t": call.template, "model": self.name,
            "p": prompt_hash(call),
        }  # fmt: skip

    def _append(self, record: Mapping[str, Any]) -> None:
        # Opened anew each time: a recording that forgetting took away begins again, empty.
        line = line_of(record)
        try:
            descriptor = _open(self.path)
            try:
                written = os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        if written != len(line):
            raise StorageError(
                f"{self.path} could not be written whole: make room on disk.", full=True
            )

    async def aclose(self) -> None:
        """Closes the model's connections."""
        await self._inner.aclose()


class ReplayModel:
    """Answers from a recording, and from nothing else.

    Equal calls get their replies in the order of recording, and then the last one again.

    Args:
        name: The model that was recorded.
        records: Key -> records.
        source: Names the recording in messages.
    """

    def __init__(self, name: str, records: Records, source: str) -> None:
        self.name = name
        self._records, self._source = records, source
        self._seen: Counter[str] = Counter()

    @classmethod
    def load(cls, path: Path, name: str = "") -> ReplayModel:
        """Reads a recording.

        Args:
            path: Of the file; a torn last line is left out.
            name: The recorded model; empty takes the only one.

        Raises:
            PrerequisiteError: It cannot be read, or holds several models and none is named.
        """
        found: dict[str, list[dict[str, Any]]] = {}
        names: set[str] = set()
        for record in _read(path):
            found.setdefault(record["k"], []).append(record)
            names.add(record["model"])
        if not name and len(names) != 1:
            held = ", ".join(sorted(names)) or "no calls"
            raise PrerequisiteError(
                f"{path} holds {held}: set model.name to a model recorded in it."
            )
        return cls(name or names.pop(), found, str(path))

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Returns what was recorded for an equal call.

        Raises:
            ModelError: The recorded call failed, or the deadline has passed.
            PrerequisiteError: There is no record. It is no `ModelError`: no ranker may take the
                prior's order for it.
        """
        if time.monotonic() >= deadline:
            raise ModelTimeout(f"{self.name} was asked too late.")
        key = call_key(call, self.name)
        held = self._records.get(key)
        if not held:
            raise PrerequisiteError(
                f"{self._source} holds no reply of {self.name} to this call (key {key}, template "
                f"{call.template or 'none'}). Record it: ask the same with model.record."
            )
        nth = min(self._seen[key], len(held) - 1)
        self._seen[key] += 1
        return completion_of(held[nth], self.name)

    async def aclose(self) -> None:
        """There is nothing to close."""


def _read(path: Path) -> list[dict[str, Any]]:
    records = []
    try:
        for number, line in enumerate(whole_lines(path), start=1):
            record = record_of(line)
            if not {"k", "model", "u"} <= record.keys() or not {"r", "error"} & record.keys():
                raise ValueError(f"line {number} is no record of a call")
            records.append(record)
    except OSError as error:
        raise PrerequisiteError(
            f"{path} cannot be read ({error.strerror}): set model.replay to a recording."
        ) from None
    except (ValueError, AttributeError) as error:
        raise PrerequisiteError(
            f"{path} is no whole recording ({error}). Put it back from a copy, or record anew."
        ) from None
    return records


def _mend(path: Path) -> None:
    """Makes the file where it is missing, and cuts off a line that a kill tore."""
    try:
        descriptor = _open(path)
        try:
            os.ftruncate(descriptor, whole_size(path))
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unwritable(path, error) from None


def _open(path: Path) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
    os.fchmod(descriptor, FILE_MODE)
    return descriptor


def _unwritable(path: Path, error: OSError) -> StorageError:
    told = StorageError.of(error, path)
    if told.full:
        return told
    return StorageError(
        f"{path} cannot be written ({error.strerror}): set model.record to a file of yours."
    )
