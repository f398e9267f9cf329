"""Conversations in the store, as values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from palate.agent.chat.events import ChatReply, Chip
from palate.agent.chat.state import State
from palate.errors import CatalogueError, UnknownConversation
from palate.retrieval.store import Store, Talk


@dataclass(frozen=True, slots=True)
class Turn:
    """What a person said, and the reply to it."""

    said: str
    reply: ChatReply
    at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it is kept.

    Attributes:
        user: Whose it is; ``None`` for a stranger.
        at: When it was last added to, UTC.
    """

    id: str
    user: str | None
    at: datetime
    turns: tuple[Turn, ...]
    state: State

    @property
    def chips(self) -> tuple[Chip, ...]:
        """What is in force."""
        return self.state.chips

    @property
    def title(self) -> str:
        """Its first words."""
        words = " ".join(self.turns[0].said.split()) if self.turns else ""
        return words if len(words) <= 60 else words[:59] + "…"

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        turns = [
            {"said": turn.said, "at": turn.at.isoformat(), "reply": turn.reply.to_dict()}
            for turn in self.turns
        ]
        chips = [{"id": chip.id, "text": chip.text} for chip in self.chips]
        return {
            "id": self.id, "user": self.user, "at": self.at.isoformat(), "title": self.title,
            "chips": chips, "turns": turns, "state": self.state.to_dict(),
        }  # fmt: skip


class Memory:
    """Reads and writes conversations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def conversation(self, conversation: str, user: str | None) -> Conversation:
        """Returns a conversation.

        Raises:
            UnknownConversation: There is none, or ``user`` is given and it is not theirs.
        """
        return self._whole(self._talk(conversation, user))

    def state(self, conversation: str, user: str | None) -> State:
        """Returns the state a conversation is in.

        Raises:
            UnknownConversation: There is none, or it is not this person's (or not a stranger's).
        """
        talk = self._talk(conversation, user)
        if talk.user != user:
            raise UnknownConversation(conversation)
        return State.of(talk.state)

    def all_of(self, user: str) -> list[Conversation]:
        """Returns a person's conversations, the newest first."""
        return [self._whole(talk) for talk in self._store.talks(user)]

    def keep(self, state: State, said: str, reply: ChatReply) -> None:
        """Adds a turn.

        Raises:
            ConversationMovedOn: Another turn was added meanwhile.
        """
        now = datetime.now(UTC)
        talk = Talk(state.conversation, state.user, now, state.to_dict(), state.turns - 1)
        turn = {"said": said, "at": now.isoformat(), "reply": reply.to_dict()}
        self._store.save_talk(talk, turn)

    def drop(self, conversation: str, chip: str, user: str | None) -> Conversation:
        """Takes a term out of force.

        Raises:
            UnknownConversation: There is none, or ``user`` is given and it is not theirs.
            CatalogueError: Nothing of this id is in force.
        """
        talk = self._talk(conversation, user)
        state = State.of(talk.state)
        if all(term.id != chip for term in state.terms):
            held = ", ".join(f"{one.id} ({one.text})" for one in state.chips) or "nothing"
            raise CatalogueError(f"{chip!r} is not in force. In force is: {held}.")
        changed = replace(talk, state=state.without(chip).to_dict())
        self._store.save_talk(changed)
        return self._whole(changed)

    def forget(self, conversation: str, user: str | None) -> None:
        """Erases a conversation and the traces of its slates.

        Raises:
            UnknownConversation: There is none, or ``user`` is given and it is not theirs.
        """
        found = self.conversation(conversation, user)
        slates = [turn.reply.recommendation for turn in found.turns]
        self._store.remove_talk(conversation, [slate for slate in slates if slate])

    def _talk(self, conversation: str, user: str | None) -> Talk:
        talk = self._store.talk(conversation)
        if talk is None or (user is not None and talk.user != user):
            raise UnknownConversation(conversation)
        return talk

    def _whole(self, talk: Talk) -> Conversation:
        turns = tuple(
            Turn(one["said"], ChatReply.of(one["reply"]), datetime.fromisoformat(one["at"]))
            for one in self._store.turns(talk.id)
        )
        return Conversation(talk.id, talk.user, talk.at, turns, State.of(talk.state))
