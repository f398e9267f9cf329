"""Opens a page in headless Chromium and reads the browser's own clock.

Chromium is spoken to through its remote debugging port (the DevTools protocol, over a WebSocket):
nothing is installed for it but the browser. Paint times are those of the Paint Timing API, in
milliseconds since the navigation began.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

#: Where Debian puts it; another one by PALATE_CHROMIUM.
CHROMIUM = os.environ.get("PALATE_CHROMIUM", "/usr/bin/chromium")
_PATIENCE = 60.0
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
          "--remote-debugging-port=0")  # fmt: skip
_PAINTED = """(async () => {
  for (;;) {
    const found = performance.getEntriesByName("first-contentful-paint")[0];
    if (found && document.readyState === "complete") return found.startTime;
    await new Promise(go => setTimeout(go, 20));
  }
})()"""


@dataclass(frozen=True)
class Opened:
    """One opening of a page.

    Attributes:
        paint: First contentful paint, ms.
        answers: What each expression came to.
    """

    paint: float
    answers: tuple[Any, ...]


def open_page(page: Path, expressions: Sequence[str] = ()) -> Opened:
    """Opens a file in a browser of its own, and evaluates expressions there, promises awaited."""
    return asyncio.run(_open(page, expressions))


async def _open(page: Path, expressions: Sequence[str]) -> Opened:
    async with _tab() as tab:
        await tab.ask("Page.navigate", url=page.resolve().as_uri())
        paint = await tab.value(_PAINTED)
        return Opened(paint, tuple([await tab.value(one) for one in expressions]))


class Tab:
    """A tab that is spoken to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._count = socket, 0

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Sends a command and returns its result; events that come before it are passed over."""
        self._count += 1
        number = self._count
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            said = await self._socket.receive_json(timeout=_PATIENCE)
            if said.get("id") == number:
                if "error" in said:
                    raise SystemExit(f"Chromium refused {method}: {said['error']['message']}")
                result: dict[str, Any] = said["result"]
                return result

    async def value(self, expression: str) -> Any:
        """Returns what an expression comes to in the page."""
        found = await self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise SystemExit(f"The page failed: {found['exceptionDetails']}")
        return found["result"].get("value")


@asynccontextmanager
async def _tab() -> AsyncIterator[Tab]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            port = _port(process)
            async with aiohttp.ClientSession() as session:
                async with session.put(f"http://127.0.0.1:{port}/json/new?about:blank") as made:
                    address = (await made.json())["webSocketDebuggerUrl"]
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    yield Tab(socket)
        finally:
            process.terminate()
            process.wait()


def _port(process: subprocess.Popen[str]) -> str:
    """Returns the port that Chromium says it listens on."""
    assert process.stderr is not None
    until = time.monotonic() + _PATIENCE
    for line in process.stderr:
        if found := re.search(r"ws://127\.0\.0\.1:(\d+)/", line):
            return found[1]
        if time.monotonic() > until:
            break
    raise SystemExit(f"{CHROMIUM} did not open its debugging port. Try it by hand first.")
