"""The workspaces of a server; each is a tenant with keys of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from palate.server.gate import Gate
from palate.server.keys import KeyFile, LocalToken
from palate.workspace.palate import Palate

_T = TypeVar("_T")
_THREADS = 6


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

    @property
    def busy(self) -> bool:
        """Whether it is being rebuilt."""
        return self._gate.shut

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
        """Loads what the first request would wait for, where the workspace is fitted."""
        if (self.palate.folder.index / "manifest.json").exists():
            await self.call(_load, self.palate)

    async def close(self) -> None:
        """Gives the workspace back."""
        self.token.remove()
        async with self._gate.alone():
            engine = self.palate.__dict__.get("engine")
            if engine is not None and engine.model is not None:
                await engine.model.aclose()
            await asyncio.to_thread(self.palate.close)
        self._threads.shutdown()


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
