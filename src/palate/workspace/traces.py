"""Traces are written a moment after the answer, many in one transaction.

A commit that survives a power cut costs more than a whole recommendation. What a caller was told
is stored is stored: events and wishes are. A trace only explains an answer, so it may wait; what
can be lost, when the process is killed, are the traces of the last tenth of a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from palate.errors import PalateError
from palate.retrieval.records.people import save_trace
from palate.retrieval.store import Store, Trace

#: Seconds that a trace waits for others.
_LINGER = 0.1


class TraceLog:
    """Writes traces from a thread that lives only while there are some to write."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard, self._turn = threading.Lock(), threading.Lock()
        self._waiting: list[Callable[[], Trace]] = []
        self._running = False
        self._failure: PalateError | None = None

    def save(self, trace: Callable[[], Trace]) -> PalateError | None:
        """Takes a trace to write.

        Args:
            trace: Makes it, when there is time.

        Returns:
            Why earlier ones could not be written, if so: an answer does not fail for want of the
            note on how it was made, but it says so.
        """
        with self._guard:
            lost, self._failure = self._failure, None
            self._waiting.append(trace)
            start, self._running = not self._running, True
        if start:
            # Not a daemon: an interpreter that ends waits for the last traces.
            threading.Thread(target=self._work, name="palate-traces").start()
        return lost

    def flush(self) -> None:
        """Returns when every trace taken so far is in the store.

        Raises:
            PrerequisiteError: One could not be written.
        """
        self._write()
        with self._guard:
            failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _work(self) -> None:
        while True:
            time.sleep(_LINGER)
            self._write()
            with self._guard:
                if not self._waiting:
                    self._running = False
                    return

    def _write(self) -> None:
        with self._turn:
            with self._guard:
                batch, self._waiting = self._waiting, []
            if not batch:
                return
            try:
                with self._store.transaction() as connection:
                    for trace in batch:
                        save_trace(connection, trace())
            except PalateError as error:
                with self._guard:
                    self._failure = error
