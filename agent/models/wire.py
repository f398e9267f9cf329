"""What lies between a model and a server: bytes go out, bytes come back, whoever carries them.

Two carriers: the openai SDK (`palate.agent.models.sdk`), which knows proxies and every oddity, and
aiohttp (`palate.agent.models.fast`), which costs a fraction of its CPU. A model reads what comes
in the same way from both.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies

#: Where a completion is asked for, below the base URL.
COMPLETIONS = "chat/completions"
#: Variables by which the SDK is told more than a key.
_OF_THE_SDK = ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that has begun.

    Attributes:
        kind: Its content type.
        chunks: Its body, decompressed and bounded.
    """

    kind: str
    chunks: AsyncIterator[bytes]


class Refused(Exception):
    """A server answered with a status from 400 on.

    Attributes:
        status: HTTP's.
        headers: Of the answer; any case.
        told: The error object, the object it should stand in, or the text.
    """

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status, self.headers = status, headers
        self.told = _told(body)


class Unreachable(Exception):
    """Nothing came, or not all of it.

    Args:
        cause: What the carrier calls it.
    """


class Wire(Protocol):
    """Carries a request for a completion to one server."""

    #: As `palate doctor` shows it.
    name: str

    def send(self, body: Mapping[str, Any]) -> AbstractAsyncContextManager[Answer]:
        """Posts a request; leaving the context before the end of the answer hangs up.

        Args:
            body: Fields as the SDK's ``create`` takes them, ``extra_body`` among them.

        Raises:
            Refused: The server does not want it.
            Unreachable: There is no answer, or it breaks off.
            ReplyError: It is too long, or compressed in an unknown way.
        """

    async def aclose(self) -> None:
        """Closes the connections of this event loop; safe to call twice."""


def make_wire(url: str, key: str | None, transport: str = "") -> Wire:
    """Chooses what carries the requests.

    Args:
        url: The server's base URL.
        key: Its key.
        transport: ``sdk`` or ``aiohttp``; empty takes aiohttp where it does all that the SDK would.
    """
    if transport == "sdk" or (not transport and needs_sdk(url)):
        from palate.agent.models.sdk import SdkWire

        return SdkWire(url, key)
    from palate.agent.models.fast import FastWire

    return FastWire(url, key)


def needs_sdk(url: str) -> str:
    """Returns what only the SDK knows how to do for a URL on this machine; empty if nothing."""
    parts = urlsplit(url)
    if parts.username or parts.query:
        return "the URL holds a user or a query"
    if {parts.scheme, "all"} & set(getproxies()):
        return "a proxy is set"
    return next((f"{name} is set" for name in _OF_THE_SDK if os.environ.get(name)), "")


def _told(body: bytes) -> object:
    text = body.decode("utf-8", "replace").strip()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found.get("error", found) if isinstance(found, Mapping) else found
