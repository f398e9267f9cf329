"""The part of the SDK that talks: conversations, what is in force in them, and their end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, cast

from palate.workspace.answering import Answering
from palate.workspace.lazy import part

if TYPE_CHECKING:
    from palate.agent.chat.catalogue import Catalogue
    from palate.agent.chat.events import ChatEvent, ChatReply
    from palate.retrieval.talk import TalkRetriever
    from palate.workspace.chat_memory import Conversation
    from palate.workspace.chat_replays import Replays
    from palate.workspace.chat_talk import Talking
    from palate.workspace.palate import Palate

#: Parts that follow from the items.
_OF_ITEMS = ("catalogue", "talk_retriever", "replays")


class Conversing(Answering):
    """A workspace that one can talk to."""

    @part
    def catalogue(self) -> Catalogue:
        """The vocabulary of the catalogue: titles, tags, names, kinds."""
        from palate.agent.chat.catalogue import Catalogue

        retriever = self.retriever
        people = retriever.behaviour.popularity.people.tolist()
        fame = dict(zip(retriever.index.items.ids, people, strict=True))
        return Catalogue.of(self.store.all_items(), fame)

    @part
    def talk_retriever(self) -> TalkRetriever:
        """Makes pools for conversations."""
        from palate.retrieval.talk import TalkRetriever

        return TalkRetriever.over(self.retriever)

    @part
    def replays(self) -> Replays:
        """What histories that callers keep themselves put in force."""
        from palate.workspace.chat_replays import Replays

        return Replays()

    def _give_back(self, *parts: str) -> None:
        """Unloads parts, and with the retriever what was made from it."""
        if "retriever" in parts:
            parts = (*parts, *_OF_ITEMS)
        super()._give_back(*parts)

    def _items_changed(self) -> None:
        super()._give_back(*_OF_ITEMS)
        retriever = self.__dict__.get("retriever")
        if retriever is not None:
            retriever.refresh()

    @cached_property
    def toolless(self) -> set[str]:
        """Names of models whose servers refused tools."""
        return set()

    @property
    def _talking(self) -> Talking:
        from palate.workspace.chat_talk import Talking

        return Talking(cast("Palate", self))

    def chat(
        self,
        text: str,
        *,
        conversation: str | None = None,
        user: str | None = None,
        history: Sequence[tuple[str, str]] | None = None,
    ) -> ChatReply:
        """Answers one turn of a conversation.

        Args:
            text: What the person says.
            conversation: Id of an earlier reply's conversation; a new one without it.
            user: Who speaks; somebody new becomes known. ``None`` for a stranger.
            history: Role and text of all earlier turns, for callers that keep them themselves:
                the state is rebuilt from them, and nothing is written down.

        Raises:
            UnknownConversation: There is none of this id, or it is somebody else's.
            CatalogueError: The text is empty or too long.
            PrerequisiteError: `fit` has not run.
        """
        from palate.workspace.chat_talk import whole

        return whole(self._talking, self.achat(
            text, conversation=conversation, user=user, history=history,
        ))  # fmt: skip

    def achat(
        self,
        text: str,
        *,
        conversation: str | None = None,
        user: str | None = None,
        history: Sequence[tuple[str, str]] | None = None,
    ) -> AsyncIterator[ChatEvent]:
        """Does what `chat` does, and yields events on the way; `Finished` holds the reply.

        Raises:
            PalateError: As of `chat`, when the first event is asked for.
        """
        return self._talking.turn(text, conversation, user, history)

    def chat_state(self, conversation: str, *, user: str | None = None) -> Conversation:
        """Returns a conversation: what was said, and what is in force.

        Args:
            conversation: Its id.
            user: Whose it must be; anybody's without it.

        Raises:
            UnknownConversation: There is none of this id, or it is somebody else's.
        """
        return self._talking.memory.conversation(conversation, user)

    def drop_chip(self, conversation: str, chip: str, *, user: str | None = None) -> Conversation:
        """Takes one constraint or wish out of force.

        Raises:
            UnknownConversation: There is none of this id, or it is somebody else's.
            CatalogueError: Nothing of this id is in force.
        """
        return self._talking.memory.drop(conversation, chip, user)

    def conversations(self, user: str) -> list[Conversation]:
        """Returns a person's conversations with all that was said, the newest first."""
        return self._talking.memory.all_of(user)

    def forget_conversation(self, conversation: str, *, user: str | None = None) -> None:
        """Erases a conversation, and the traces of its slates, from every file of the workspace.

        Raises:
            UnknownConversation: There is none of this id, or it is somebody else's.
        """
        self._settle()
        self._talking.memory.forget(conversation, user)
