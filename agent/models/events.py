"""Server-sent events of a chat completion: every event is checked, and so is the end.

A stream that ends is not one that has ended well: connections close in mid-stream, proxies cut
them, servers send an error as an event. Only a finish reason ends a reply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from palate.agent.models.replies import FINISHES, MAX_TEXT, read_object, read_usage, told
from palate.domain import Completion, Usage
from palate.errors import RefusedError, ReplyError, SilentError


class Events:
    """Reads a stream piece by piece.

    Args:
        model: Name of the model, for the completion.
    """

    def __init__(self, model: str) -> None:
        self._model, self._left = model, b""
        self._text: list[str] = []
        self._size, self._finish, self._usage = 0, "", Usage(1)

    @property
    def usage(self) -> Usage:
        """What was told of the cost so far."""
        return self._usage

    def feed(self, data: bytes) -> Iterator[str]:
        """Takes bytes as they arrive; yields the pieces of text in them.

        Raises:
            ReplyError: An event is not one, tells an error, or ends the reply otherwise than well.
        """
        *lines, self._left = (self._left + data).replace(b"\r\n", b"\n").split(b"\n")
        for line in lines:
            yield from self._line(line)

    def close(self) -> Completion:
        """Returns the whole reply.

        Raises:
            ReplyError: It was not finished, or is empty.
        """
        for piece in self._line(self._left):
            raise ReplyError(f"The stream ended in mid-event: {piece!r}.", retryable=True)
        if not self._finish:
            raise ReplyError("The stream ended without being finished.", retryable=True)
        text = "".join(self._text)
        if not text.strip():
            raise SilentError("The reply is empty.", retryable=True)
        return Completion(text, self._model, self._finish, self._usage)

    def _line(self, line: bytes) -> Iterator[str]:
        if not line.startswith(b"data:"):
            return  # a comment, an event's name, the blank line between two
        content = line.removeprefix(b"data:").strip()
        if content and content != b"[DONE]":
            yield from self._event(read_object(content, "An event"))

    def _event(self, event: Mapping[str, Any]) -> Iterator[str]:
        if event.get("error"):
            raise ReplyError(f"The server reported: {told(event['error'])}", retryable=True)
        if event.get("usage"):
            self._usage = read_usage(event["usage"])
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, Mapping):
            return
        delta = choice.get("delta")
        delta = delta if isinstance(delta, Mapping) else {}
        if delta.get("refusal"):
            raise RefusedError("The model refused to answer.")
        piece = delta.get("content")
        if isinstance(piece, str) and piece and self._size < MAX_TEXT:
            piece = piece[: MAX_TEXT - self._size]
            self._size += len(piece)
            self._text.append(piece)
            yield piece
        self._end(choice.get("finish_reason"))

    def _end(self, finish: object) -> None:
        if finish is None:
            return
        if finish == "content_filter":
            raise RefusedError("The server's content filter cut the reply.")
        if finish not in FINISHES:
            raise ReplyError(f"The reply ended without being finished ({finish}).", retryable=True)
        self._finish = str(finish)
