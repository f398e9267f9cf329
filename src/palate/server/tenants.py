"""The workspaces of a server; each is a tenant with keys of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from palate.errors import PalateError
from palate.server.gate import Gate
from palate.server.keys import KeyFile, LocalToken
from palate.server.logs import note
from palate.workspace.palate import Palate

_T = TypeVar("_T")
_THREADS = 6
#: Seconds between two tries to load what could not be loaded.
_AGAIN = 10.0


class Tenant:
    """One workspace, opened.

    Attributes:
        name: How logs and metrics call it.
        keys: Those that let callers in.
        token: Signs in commands of this machine, for as long as the server runs.
    """

    def __init__(self, name: str, palate: Palate) -> None:
        self.name, self.palate = name, palate
        self.keys = KeyFile(palate.folder.data / "keys.json")
        self.token = LocalToken(palate.folder.data / "server.token")
        self._gate = Gate()
        # For what waits: the disk, or a model. What reckons has a thread of its own (see the app).
        self._threads = ThreadPoolExecutor(_THREADS, "palate-waiting")
        self._loading: asyncio.Task[None] | None = None
        self._tried = float("-inf")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Palate]:
        """Gives the workspace for as long as a request needs it."""
        async with self._gate.together():
            yield self.palate

    async def call(self, work: Callable[..., _T], *args: Any, **named: Any) -> _T:
        """Does work that blocks, in a thread, while nobody rebuilds the workspace."""
        async with self._gate.together():
            return await self._finished(work, *args, **named)

    async def call_alone(self, work: Callable[..., _T], *args: Any, **named: Any) -> _T:
        """Does work that nothing else may run beside, in a thread."""
        async with self._gate.alone():
            engine = self.palate.__dict__.get("engine")
            if engine is not None and engine.model is not None:
                # The connections of this loop; the work closes those of its own.
                await engine.model.aclose()
            return await self._finished(work, *args, **named)

    async def _finished(self, work: Callable[..., _T], *args: Any, **named: Any) -> _T:
        """Runs in a thread; who is cancelled waits all the same, as the thread goes on."""
        loop = asyncio.get_running_loop()
        task = loop.run_in_executor(self._threads, partial(work, *args, **named))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    async def warm(self) -> None:
        """Loads what the first request would wait for; where it cannot, the log says why."""
        self._tried = time.monotonic()
        try:
            await self.call(_load, self.palate)
        except PalateError as error:
            note(event="not-ready", tenant=self.name, why=str(error))

    async def ready(self) -> bool:
        """Says whether it answers: its store can be read, and what it recommends from is loaded.

        Where it is not loaded that is tried again, beside the answer and not too often: who asks
        may be a stranger.
        """
        if self._gate.shut:
            return False
        try:
            await self.call(_look, self.palate)
        except PalateError:
            return False
        if "engine" in self.palate.__dict__:
            return True
        if time.monotonic() - self._tried > _AGAIN:
            self._tried = time.monotonic()
            self._loading = asyncio.create_task(self.warm())
        return False

    async def close(self) -> None:
        """Gives the workspace back."""
        self.token.remove()
        if self._loading is not None:
            await self._loading
        async with self._gate.alone():
            engine = self.palate.__dict__.get("engine")
            if engine is not None and engine.model is not None:
                await engine.model.aclose()
            await asyncio.to_thread(self.palate.close)
        self._threads.shutdown()


def _look(palate: Palate) -> int:
    return palate.store.event_version


def _load(palate: Palate) -> None:
    if palate.engine.model is not None:
        # Templates and the tokenizer: seconds that no request should wait for.
        palate.render(palate.request())


def open_tenants(folders: dict[str, Path], **flags: Any) -> list[Tenant]:
    """Opens workspaces, all or none.

    Raises:
        PrerequisiteError: One is not there, or another process has it open.
    """
    opened: list[Tenant] = []
    try:
        for name, folder in folders.items():
            opened.append(Tenant(name, Palate.open(folder, **flags)))
    except BaseException:
        for tenant in opened:
            tenant.palate.close()
        raise
    return opened
