"""The dialogue policy: answers a turn without any language model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from palate.agent.chat.desk import Ask, Desk, Found
from palate.agent.chat.events import Cards, ChatEvent, ChatReply, Finished, Piece, Thinking
from palate.agent.chat.state import State, Term


class Policy:
    """Answers turns by rules; the same turn in the same state has the same answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        #: As it is after the last turn.
        self.state: State | None = None

    async def answer(self, text: str, state: State) -> AsyncIterator[ChatEvent]:
        """Yields what happens in a turn; `state` holds the new state when it is over."""
        yield Thinking("looking through the catalogue")
        state = state.having([Term("", text, words=text)])
        found = await self._desk.recommend(ask_of(state))
        shown = tuple(card.item for card in found.cards)
        if shown:
            yield Cards(found.recommendation, found.cards)
        before = tuple(dict.fromkeys((*state.before, *state.shown)))
        self.state = state = replace(
            state, shown=shown, before=before, recommendation=found.recommendation,
            turns=state.turns + 1,
        )  # fmt: skip
        said = listed(found)
        yield Piece(said)
        yield Finished(
            ChatReply(
                state.conversation,
                said,
                found.cards,
                found.recommendation,
                state.chips,
                usage=found.usage,
            )
        )


def ask_of(state: State) -> Ask:
    """Returns what a state asks for."""
    return Ask(
        state.user, state.text, state.constraints, state.felt("liked"), state.felt("disliked"),
        known=state.felt("seen", "named"),
        unwished=tuple(term.words for term in state.terms if term.words and not term.likes),
        language=state.language,
    )  # fmt: skip


def listed(found: Found) -> str:
    """Returns a slate as plain lines."""
    lines = [f"{card.rank}. {card.title} - {card.reason}" for card in found.cards]
    return "\n".join(lines or ["I found nothing."])
