"""``/v1/models`` and ``/v1/chat/completions``: Palate as a model of any chat client.

Clients of OpenAI's API keep the conversation themselves and send all of it each time: the state is
rebuilt from what is new in it, and nothing is written down. The recommendations ride along in a
``palate`` field.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palate.agent.chat.events import Cards, ChatEvent, Finished, Piece
from palate.server.answers import CompletionOut, ModelsOut, RecordOut
from palate.server.callers import Caller
from palate.server.problems import Refused
from palate.server.routes.chatting import last, note_reply, talker, turn
from palate.server.sending import sent
from palate.server.service import Anyone, InService, Reader, Service, while_here
from palate.server.shapes import Id, Name, Rows, Short, Words
from palate.server.streaming import Streamed, sse, streams
from palate.server.titles import housekeeping

if TYPE_CHECKING:
    from palate.agent.chat.events import ChatReply

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])
MODEL = "palate"
_MADE = 1_767_225_600
_USER = "user"


class PartIn(BaseModel):
    """A part of a message; only text is read."""

    model_config = ConfigDict(frozen=True)
    type: Short = "text"
    text: Words = ""


Parts = Annotated[Rows[PartIn], Field(max_length=1000)]


class MessageIn(BaseModel):
    """One message; further fields of clients are passed over."""

    model_config = ConfigDict(frozen=True)
    role: Short
    content: Words | Parts | None = None

    @property
    def text(self) -> str:
        """All of its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class StreamOptionsIn(BaseModel):
    """What a stream ends with."""

    model_config = ConfigDict(frozen=True)
    include_usage: bool = False


class CompletionIn(BaseModel):
    """What a chat client sends; temperature, tools and the like are passed over."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={"examples": [
            {"model": MODEL, "messages": [{"role": "user", "content": "a short heist film"}]}
        ]},
    )  # fmt: skip
    model: Short = MODEL
    messages: Rows[MessageIn] = Field(min_length=1, max_length=1000)
    stream: bool | None = False
    stream_options: StreamOptionsIn | None = None
    user: Id | None = Field(None, description="a person's id; somebody new becomes known")


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": _MADE, "owned_by": "palate"}


@router.get("/models", response_model=ModelsOut)
async def models(caller: Anyone) -> Response:
    """Lists the one model."""
    caller.must("read")
    return sent({"object": "list", "data": [_model()]})


@router.get("/models/{model}", response_model=RecordOut)
async def model(model: Annotated[Name, Path()], caller: Anyone) -> Response:
    """Returns the one model."""
    caller.must("read")
    _known(model)
    return sent(_model())


def _known(model: str) -> None:
    if model != MODEL:
        raise Refused(404, "unknown-model", f"There is one model here: {MODEL!r}.")


_CHUNKS = streams({
    "id": "chatcmpl-1", "created": _MADE, "object": "chat.completion.chunk", "model": MODEL,
    "choices": [{"index": 0, "delta": {"content": "Here is what fits:"}, "finish_reason": None}],
})  # fmt: skip


@router.post("/chat/completions", response_model=CompletionOut, responses=_CHUNKS)
async def completions(
    request: Request, given: CompletionIn, caller: Reader, service: InService
) -> Response:
    """Answers the last message of a conversation that the client keeps."""
    _known(given.model)
    user = talker(caller, given.user)
    answer = _Answer(given)
    chore = housekeeping([(one.role, one.text) for one in given.messages])
    if chore is not None:
        return Streamed(answer.plain(chore)) if given.stream else sent(answer.whole(chore, None))
    said = [(one.role, one.text) for one in given.messages if one.role in (_USER, "assistant")]
    if not said or said[-1][0] != _USER:
        raise Refused(422, "invalid-request", "The last message must be of the role user.")
    events = turn(caller, said[-1][1], user, history=said[:-1])
    if given.stream:
        noted = partial(_note, request, service, caller)
        return Streamed(answer.streamed(events, noted), fault=sse)
    reply = await while_here(request, last(events))
    _note(request, service, caller, reply)
    return sent(answer.whole(reply.text, reply))


def _note(request: Request, service: Service, caller: Caller, reply: ChatReply) -> None:
    request.state.model_seconds = reply.usage.seconds
    note_reply(service, caller, reply)


class _Answer:
    """One completion in OpenAI's shapes."""

    def __init__(self, given: CompletionIn) -> None:
        self._head = {"id": "chatcmpl-" + secrets.token_hex(12), "created": int(time.time())}
        self._usage = given.stream_options is not None and given.stream_options.include_usage

    def whole(self, text: str, reply: ChatReply | None) -> dict[str, Any]:
        """Returns it in one piece."""
        choice = {
            "index": 0, "message": {"role": "assistant", "content": text, "refusal": None},
            "finish_reason": "stop", "logprobs": None,
        }  # fmt: skip
        return self._head | {
            "object": "chat.completion", "model": MODEL, "choices": [choice],
            "usage": usage_of(reply), "palate": beside(reply),
        }  # fmt: skip

    def _chunk(self, delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        shape = {"object": "chat.completion.chunk", "model": MODEL,
                 "choices": [] if delta is None else [choice]}  # fmt: skip
        # Where usage is asked for, the last chunk has it, and the others say that they have none.
        usage = {"usage": None} if self._usage else {}
        return sse(self._head | shape | usage | more)

    async def plain(self, text: str) -> AsyncGenerator[str]:
        """Yields a text that nothing was looked up for."""
        yield self._chunk({"role": "assistant", "content": text})
        yield self._chunk({}, "stop")
        if self._usage:
            yield self._chunk(None, usage=usage_of(None))
        yield sse("[DONE]")

    async def streamed(
        self, events: AsyncGenerator[ChatEvent], noted: Callable[[ChatReply], None]
    ) -> AsyncGenerator[str]:
        """Yields the pieces of a reply as they come; the cards in the chunk where they are."""
        first = {"role": "assistant", "content": ""}
        async with aclosing(events):
            async for event in events:
                if first and isinstance(event, Piece | Cards | Finished):
                    yield self._chunk(first)
                    first = {}
                if isinstance(event, Piece):
                    yield self._chunk({"content": event.text})
                elif isinstance(event, Finished):
                    noted(event.reply)
                    yield self._chunk({}, "stop", palate=beside(event.reply))
                    if self._usage:
                        yield self._chunk(None, usage=usage_of(event.reply))
        yield sse("[DONE]")


def usage_of(reply: ChatReply | None) -> dict[str, int]:
    """Returns what models were sent and wrote for a reply; nothing where none was asked."""
    into, out = (reply.usage.tokens_in, reply.usage.tokens_out) if reply else (0, 0)
    return {"prompt_tokens": into, "completion_tokens": out, "total_tokens": into + out}


def beside(reply: ChatReply | None) -> dict[str, Any] | None:
    """Returns what rides along beside the text."""
    if reply is None:
        return None
    return {k: v for k, v in reply.to_dict().items() if k not in ("text", "conversation")}
