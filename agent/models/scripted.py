"""A model that says what it is told to: for tests, demonstrations and offline runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from palate.domain import Completion, ModelCall, Usage
from palate.errors import ModelTimeout, ReplyError, SettingsError


class ScriptedModel:
    """Replies from a list, in order, or from a function of the call.

    Args:
        replies: The texts, or the function.
        name: Shown wherever a model is named.
    """

    def __init__(
        self, replies: Iterable[str] | Callable[[ModelCall], str], name: str = "scripted"
    ) -> None:
        self.name = name
        self._reply: Callable[[ModelCall], str]
        if callable(replies):
            self._reply = replies
        else:
            remaining: Iterator[str] = iter(replies)
            self._reply = lambda _: _next(remaining)

    @classmethod
    def load(cls, path: Path) -> ScriptedModel:
        """Reads replies from a JSONL file, a JSON string or ``{"text": ...}`` a line.

        Raises:
            SettingsError: The file cannot be read.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            values = [json.loads(line) for line in lines if line.strip()]
            replies = [v if isinstance(v, str) else str(v["text"]) for v in values]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SettingsError(
                f"{path} cannot be read as scripted replies: {error}. Write a JSON string a line."
            ) from None
        return cls(replies, f"scripted:{path.name}")

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Returns the next reply; its tokens are estimated at four characters each.

        Raises:
            ModelTimeout: The deadline has passed.
            ReplyError: No reply is left.
        """
        if time.monotonic() >= deadline:
            raise ModelTimeout(f"{self.name} was asked too late.")
        text = self._reply(call)
        asked = sum(len(message.content) for message in call.messages)
        usage = Usage(1, asked // 4, len(text) // 4)
        return Completion(text, self.name, "stop", usage)

    async def aclose(self) -> None:
        """There is nothing to close."""


def _next(replies: Iterator[str]) -> str:
    reply = next(replies, None)
    if reply is None:
        raise ReplyError("The scripted model has no reply left.")
    return reply
