"""``/v1/chat`` and ``/v1/conversations``: asking in words, turn by turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from palate.agent.chat.events import Cards, ChatEvent, Finished, Piece, Thinking
from palate.server.answers import ChatOut, ConversationOut, DeletedOut, PageOut
from palate.server.callers import Caller
from palate.server.problems import Refused
from palate.server.sending import sent
from palate.server.service import InService, Reader, Service, while_here
from palate.server.shapes import ChatIn, Id, Name
from palate.server.streaming import Streamed, sse, streams

if TYPE_CHECKING:
    from palate.agent.chat.events import ChatReply

router = APIRouter(prefix="/v1", tags=["chat"])
Which = Annotated[Name, Path(description="id of a conversation")]
_NAMES = {Thinking: "thinking", Piece: "piece", Cards: "cards", Finished: "finished"}


_EVENTS = streams({"text": "reading the turn"}, "thinking")


@router.post("/chat", response_model=ChatOut, responses=_EVENTS)
async def chat(request: Request, given: ChatIn, caller: Reader, service: InService) -> Response:
    """Answers one turn: as one reply, or as events (thinking, cards, piece, finished).

    What is said may be remembered: a key needs the scopes read and feedback.
    """
    user = talker(caller, given.user)
    events = turn(caller, given.text, user, conversation=given.conversation)
    if given.stream:
        return Streamed(_told(events, request, caller, service))
    reply = await while_here(request, last(events))
    request.state.model_seconds = reply.usage.seconds
    note_reply(service, caller, reply)
    return sent(reply.to_dict())


def talker(caller: Caller, user: str | None) -> str | None:
    """Returns who talks.

    Raises:
        Refused: The key may not talk, or not as this person.
    """
    caller.must("feedback")
    return caller.named(user)


async def turn(
    caller: Caller,
    text: str,
    user: str | None,
    *,
    conversation: str | None = None,
    history: Sequence[tuple[str, str]] | None = None,
) -> AsyncGenerator[ChatEvent]:
    """Yields the events of a turn; the workspace is not rebuilt meanwhile."""
    async with caller.tenant.open() as palate:
        events = palate.achat(text, conversation=conversation, user=user, history=history)
        # What it waits for ends when nobody listens any more.
        async with aclosing(cast("AsyncGenerator[ChatEvent]", events)) as heard:
            async for event in heard:
                yield event


async def last(events: AsyncGenerator[ChatEvent]) -> ChatReply:
    """Hears a turn to its end."""
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                return event.reply
    raise Refused(500, "failure", "The turn ended without a reply.")


def note_reply(service: Service, caller: Caller, reply: ChatReply) -> None:
    """Counts what a reply cost."""
    tokens = service.metrics.tokens
    tokens.labels(caller.tenant.name, "in").inc(reply.usage.tokens_in)
    tokens.labels(caller.tenant.name, "out").inc(reply.usage.tokens_out)


async def _told(
    events: AsyncGenerator[ChatEvent], request: Request, caller: Caller, service: Service
) -> AsyncGenerator[str]:
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                request.state.model_seconds = event.reply.usage.seconds
                note_reply(service, caller, event.reply)
                yield sse(event.reply.to_dict(), _NAMES[Finished])
            else:
                yield sse(asdict(event), _NAMES[type(event)])


@router.get("/conversations", response_model=PageOut)
async def conversations(caller: Reader, user: Annotated[Id | None, Query()] = None) -> Response:
    """Lists a person's conversations, the newest first."""
    who = caller.named(user)
    if who is None:
        raise Refused(422, "invalid-request", "Say whose conversations: ?user=ID.")
    found = await caller.tenant.call(caller.tenant.palate.conversations, who)
    data = [{"id": one.id, "title": one.title, "at": one.at, "turns": len(one.turns)}
            for one in found]  # fmt: skip
    return sent({"data": data, "next": None})


@router.get("/conversations/{conversation}", response_model=ConversationOut)
async def conversation(conversation: Which, caller: Reader) -> Response:
    """Returns a conversation: what was said, and what is in force."""
    palate = caller.tenant.palate
    found = await caller.tenant.call(palate.chat_state, conversation, user=caller.user)
    return sent(found.to_dict())


@router.delete("/conversations/{conversation}/chips/{chip}", response_model=ConversationOut)
async def drop_chip(conversation: Which, chip: Annotated[Name, Path()], caller: Reader) -> Response:
    """Takes one constraint or wish out of force."""
    caller.must("feedback")
    palate = caller.tenant.palate
    found = await caller.tenant.call(palate.drop_chip, conversation, chip, user=caller.user)
    return sent(found.to_dict())


@router.delete("/conversations/{conversation}", response_model=DeletedOut)
async def forget_conversation(conversation: Which, caller: Reader) -> Response:
    """Erases a conversation, and the traces of its slates."""
    palate = caller.tenant.palate
    found = await caller.tenant.call(palate.chat_state, conversation, user=caller.user)
    if found.user is not None:
        caller.owns(found.user)
    else:
        caller.must("feedback")
    await caller.tenant.call_alone(palate.forget_conversation, conversation, user=caller.user)
    return sent({"deleted": 1})
