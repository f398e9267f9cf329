"""One turn of a conversation: its state is read, the turn answered, and both are kept."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from palate.agent.chat.events import ChatEvent, ChatReply, Finished
from palate.agent.chat.state import State
from palate.domain import User
from palate.errors import CatalogueError
from palate.workspace.chat_desk import WorkspaceDesk
from palate.workspace.chat_driver import answering
from palate.workspace.chat_memory import Memory
from palate.workspace.engine import run

if TYPE_CHECKING:
    from palate.workspace.palate import Palate

#: Turns that a model may be told of; older ones live in what is in force.
_REMEMBERED = 60
#: Characters of a turn: as many as the search reads; and of all that was said before.
LONGEST_TURN, LONGEST_HISTORY = 4000, 100_000


@dataclass(frozen=True)
class Talking:
    """Talks over a workspace."""

    palate: Palate

    @property
    def memory(self) -> Memory:
        """Where conversations are kept."""
        return Memory(self.palate.store)

    async def turn(
        self,
        text: str,
        conversation: str | None,
        user: str | None,
        history: Sequence[tuple[str, str]] | None,
    ) -> AsyncIterator[ChatEvent]:
        """Answers a turn; see `Palate.chat`."""
        said = checked(text)
        history = None if history is None else bounded(history)
        desk = WorkspaceDesk(self.palate)
        state = await asyncio.to_thread(self._state, conversation, user)
        if history is not None:
            state = await asyncio.to_thread(self.palate.replays.after, history, state, desk)
        earlier = history if history else await asyncio.to_thread(self._earlier, state)
        one = await asyncio.to_thread(answering, self.palate, desk, earlier)
        async for event in one.answer(said, state):
            if isinstance(event, Finished) and history is None and not one.forgotten:
                assert one.state is not None
                await asyncio.to_thread(self.memory.keep, one.state, said, event.reply)
            yield event

    def _earlier(self, state: State) -> list[tuple[str, str]]:
        """Returns role and text of the turns so far."""
        if not state.turns:
            return []
        turns = self.palate.store.turns(state.conversation, _REMEMBERED)
        said = [(("user", one["said"]), ("assistant", one["reply"]["text"])) for one in turns]
        return [pair for pairs in said for pair in pairs]

    def _state(self, conversation: str | None, user: str | None) -> State:
        if conversation is not None:
            return self.memory.state(conversation, user)
        store = self.palate.store
        if user is not None and store.user(user) is None:
            store.upsert_users([User(user)])
        return State("t" + secrets.token_hex(8), user)


def checked(text: str) -> str:
    """Returns what was said.

    Raises:
        CatalogueError: It has no words, too many, or is not valid Unicode.
    """
    from palate.workspace.ask import known_words

    said = (known_words(text) or "").strip()
    if not said:
        raise CatalogueError("The turn is empty: say what you are looking for.")
    if len(said) > LONGEST_TURN:
        raise CatalogueError(
            f"A turn of {len(said):,} characters is too long: say it in {LONGEST_TURN:,}."
        )
    return said


def bounded(history: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Returns a history without turns that were too long to be answered when they were said.

    Raises:
        CatalogueError: All that the person said is too much to be read for one answer.
    """
    short = [
        (role, text) for role, text in history
        if role != "user" or len(text.strip()) <= LONGEST_TURN
    ]  # fmt: skip
    size = sum(len(text) for role, text in short if role == "user")
    if size > LONGEST_HISTORY:
        raise CatalogueError(
            f"{size:,} characters were said before this turn, and {LONGEST_HISTORY:,} are read: "
            "begin a new conversation."
        )
    return short


def whole(talking: Talking, events: AsyncIterator[ChatEvent]) -> ChatReply:
    """Hears a turn to its end, and leaves no connection of a model behind."""

    async def last() -> ChatReply:
        reply: ChatReply | None = None
        async for event in events:
            if isinstance(event, Finished):
                reply = event.reply
        assert reply is not None
        return reply

    return run(last(), talking.palate.engine.model)
