"""Models whose every call is recorded, and answered from the record where there is one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from palate.domain import Completion, Model, ModelCall
from palate.errors import EvalError, ModelError, ModelTimeout, RefusedError, SilentError
from palate.eval.cases import Case
from palate.eval.runs.log import Log, read_calls
from palate.eval.runs.pace import Pace
from palate.eval.runs.variants import Variant
from palate.prompts.calls import call_key, completion_of, failure_record, reply_record
from palate.prompts.declined import declines

#: What is noted of the calls of a case, and written beside its answer.
KINDS = ("failed", "refused", "silent")
_ERRORS = {RefusedError.__name__: "refused", SilentError.__name__: "silent"}


@dataclass
class Asked:
    """The case that is being answered, and which calls it has made already."""

    case: Case
    seen: Counter[str] = field(default_factory=Counter)
    kinds: set[str] = field(default_factory=set)

    def note(self, record: Mapping[str, Any]) -> None:
        """Notes what a reply was besides an answer: `KINDS` that are true of any of the calls."""
        if "error" in record:
            self.kinds.add(_ERRORS.get(record["kind"], "failed"))
        elif record["f"] == "content_filter" or declines(record["r"]):
            self.kinds.add("refused")
        elif not record["r"].strip():
            self.kinds.add("silent")


#: Set while a variant answers a case; the models below read it.
_ASKED: ContextVar[Asked] = ContextVar("asked")


@contextmanager
def asking(case: Case) -> Iterator[Asked]:
    """Tells the models which case is being answered."""
    token = _ASKED.set(asked := Asked(case))
    try:
        yield asked
    finally:
        _ASKED.reset(token)


def asked_case() -> Case:
    """Returns the case that is being answered."""
    return _ASKED.get().case


class Recorded:
    """A model whose calls go into a log; a call that is in the log already is not made again.

    Whatever else the model offers, such as its capabilities, is that of the model itself.
    """

    def __init__(self, inner: Model, variant: Variant, log: Log, pace: Pace) -> None:
        self.name = inner.name
        self._inner, self._variant, self._log, self._pace = inner, variant, log, pace

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers from the log, or asks and writes down what came.

        The time that a call waits for its turn is not held against it.

        Raises:
            ModelError: As the model raised it, now or when it was recorded.
            EvalError: The money is spent.
        """
        asked = _ASKED.get()
        key = call_key(call, self._variant.model.label)
        place, at = (self._variant.key, asked.case.id), (key, asked.seen[key])
        asked.seen[key] += 1
        record = self._log.recorded(place, at)
        if record is None:
            record = await self._ask(call, deadline)
            # Nothing awaits between the reply and the record: no reply is lost in between.
            self._log.write_call(place, at, record)
        asked.note(record)
        return completion_of(record, self.name)

    async def _ask(self, call: ModelCall, deadline: float) -> dict[str, Any]:
        waited = time.monotonic()
        async with self._pace.turn(self._variant.model, call) as turn:
            deadline += time.monotonic() - waited
            messages = [[m.role, m.content] for m in call.messages]
            try:
                completion = await self._inner.complete(call, deadline=deadline)
            except ModelError as error:
                turn.failed(error)
                return {"m": messages, **failure_record(error)}
            turn.answered(completion.usage)
        return {"m": messages, **reply_record(completion)}

    async def aclose(self) -> None:
        """Closes the model's connections."""
        await self._inner.aclose()


class Replayed:
    """Answers from the log of another run; a call that is not in it is an error."""

    def __init__(self, name: str, records: Mapping[str, list[dict[str, Any]]], source: str) -> None:
        self.name = name
        self._records, self._source = records, source

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Returns what was recorded for an equal call: the next one where there are several.

        Raises:
            EvalError: There is none.
            ModelError: The recorded call failed.
        """
        if time.monotonic() >= deadline:
            raise ModelTimeout(f"{self.name} was asked too late.")
        key = call_key(call, self.name)
        found = self._records.get(key)
        if not found:
            raise EvalError(
                f"{self._source} holds no reply of {self.name} to this prompt (key {key}). Record "
                "it: run the same configuration with the model, and replay that run."
            )
        asked = _ASKED.get()
        return completion_of(found[min(asked.seen[key] - 1, len(found) - 1)], self.name)

    async def aclose(self) -> None:
        """There is nothing to close."""


def read_replies(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Reads the calls of a run's log by key; calls of one case stand in their order.

    Raises:
        EvalError: It cannot be read, or holds no calls.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    seen: set[tuple[str, str, str, int]] = set()
    for record in read_calls(path):
        place = (record["v"], record["c"], record["k"], record["i"])
        if place not in seen:
            seen.add(place)
            slim = {name: record[name] for name in record if name not in ("m", "v", "c")}
            found.setdefault(record["k"], []).append(slim)
    if not found:
        raise EvalError(f"{path} holds no recorded calls. Replay the log.jsonl of a run.")
    return found
