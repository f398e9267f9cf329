"""Whom one talks to: the workspace itself, or the server that owns it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

from palate.cli.common import show
from palate.cli.remote import Remote, path
from palate.cli.told import tell_profile, tell_why

if TYPE_CHECKING:
    from palate.agent.chat.events import ChatEvent
    from palate.workspace.palate import Palate


class Partner(Protocol):
    """Answers turns, and does what the commands ask for."""

    def turn(self, said: str, conversation: str | None) -> Iterator[ChatEvent]:
        """Yields the events of a turn; the last one holds the reply."""

    def state(self, conversation: str) -> Mapping[str, Any]:
        """Returns a conversation: its turns and chips."""

    def drop(self, conversation: str, chip: str) -> Mapping[str, Any]:
        """Takes a chip out of force; returns the conversation."""

    def forget(self, conversation: str) -> None:
        """Erases a conversation."""

    def talks(self) -> Sequence[Mapping[str, Any]]:
        """Returns id, title, time and number of turns of this person's talks, the newest first."""

    def feedback(self, item: str, action: str, recommendation: str | None) -> None:
        """Records an opinion of the person who talks."""

    def why(self, recommendation: str, item: str) -> None:
        """Prints the evidence for an item."""

    def profile(self) -> None:
        """Prints what is known of the person who talks."""


@dataclass
class Here:
    """The workspace, opened by this command.

    Attributes:
        user: Who talks; empty for a stranger.
    """

    palate: Palate
    user: str
    _runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def turn(self, said: str, conversation: str | None) -> Iterator[ChatEvent]:
        """Yields the events of a turn; an interrupt ends it, and closes what it waits for."""
        events = cast(
            "AsyncGenerator[ChatEvent]",
            self.palate.achat(said, conversation=conversation, user=self.user or None),
        )

        async def following() -> ChatEvent | None:
            return await anext(events, None)

        try:
            while (event := self._runner.run(following())) is not None:
                yield event
        finally:
            self._runner.run(events.aclose())

    def state(self, conversation: str) -> Mapping[str, Any]:
        """Returns a conversation."""
        return self.palate.chat_state(conversation, user=self.user or None).to_dict()

    def drop(self, conversation: str, chip: str) -> Mapping[str, Any]:
        """Takes a chip out of force."""
        return self.palate.drop_chip(conversation, chip, user=self.user or None).to_dict()

    def forget(self, conversation: str) -> None:
        """Erases a conversation."""
        self.palate.forget_conversation(conversation, user=self.user or None)

    def talks(self) -> Sequence[Mapping[str, Any]]:
        """Returns this person's talks."""
        return [
            {"id": one.id, "title": one.title, "at": one.at.isoformat(), "turns": len(one.turns)}
            for one in self.palate.conversations(self.user)
        ]

    def feedback(self, item: str, action: str, recommendation: str | None) -> None:
        """Records an opinion."""
        self.palate.feedback(self.user, item, action, recommendation=recommendation)

    def why(self, recommendation: str, item: str) -> None:
        """Prints the evidence for an item."""
        show(self.palate.why(recommendation, item), as_json=False)

    def profile(self) -> None:
        """Prints what is known."""
        show(self.palate.profile(self.user), as_json=False)

    def close(self) -> None:
        """Closes what the turns have opened."""
        if (model := self.palate.engine.model) is not None:
            self._runner.run(model.aclose())
        self._runner.close()


@dataclass(frozen=True)
class There:
    """A server that owns the workspace.

    Attributes:
        user: Who talks; empty for a stranger.
    """

    remote: Remote
    user: str

    def turn(self, said: str, conversation: str | None) -> Iterator[ChatEvent]:
        """Yields the events of a turn; an interrupt hangs up, and the server ends the turn."""
        from palate.agent.chat.events import event_of

        given = {"text": said, "user": self.user or None, "conversation": conversation}
        for name, data in self.remote.stream("POST", path("chat"), given | {"stream": True}):
            yield event_of(name, data)

    def state(self, conversation: str) -> Mapping[str, Any]:
        """Returns a conversation."""
        return self._call("GET", path("conversations", conversation))

    def drop(self, conversation: str, chip: str) -> Mapping[str, Any]:
        """Takes a chip out of force."""
        return self._call("DELETE", path("conversations", conversation, "chips", chip))

    def forget(self, conversation: str) -> None:
        """Erases a conversation."""
        self._call("DELETE", path("conversations", conversation))

    def talks(self) -> Sequence[Mapping[str, Any]]:
        """Returns this person's talks."""
        found: Sequence[Mapping[str, Any]] = self._call(
            "GET", path("conversations", user=self.user)
        )["data"]
        return found

    def feedback(self, item: str, action: str, recommendation: str | None) -> None:
        """Records an opinion."""
        event = {"user": self.user, "item": item, "action": action,
                 "recommendation": recommendation}  # fmt: skip
        self.remote.call("POST", path("feedback"), {"events": [event]})

    def why(self, recommendation: str, item: str) -> None:
        """Prints the evidence for an item."""
        place = path("recommendations", recommendation, "why", item=item)
        tell_why(self._call("GET", place), as_json=False)

    def profile(self) -> None:
        """Prints what is known."""
        tell_profile(self._call("GET", path("users", self.user, "profile")), as_json=False)

    def _call(self, method: str, place: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.remote.call(method, place)
        return found
