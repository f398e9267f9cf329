"""A turn with a model: code reads it, the model chooses tools and words, code checks them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from palate.agent.chat.desk import Desk
from palate.agent.chat.events import Cards, ChatEvent, ChatReply, Finished, Piece, Spent, Thinking
from palate.agent.chat.model.check import Checked, checked
from palate.agent.chat.model.prompt import Room, messages
from palate.agent.chat.model.toolbox import Toolbox
from palate.agent.chat.policy import Policy
from palate.agent.chat.policy.heard import recorded
from palate.agent.chat.policy.sentences import listed
from palate.agent.chat.policy.turns import pieces
from palate.agent.chat.reading import read
from palate.agent.chat.state import State
from palate.domain import Message, Usage
from palate.errors import ModelError

#: Turns that no model is asked about: what they do is for code alone.
_OURS = frozenset("order forget_me reset profile hostile no".split())
_UNANSWERED = {
    "en": "The model did not answer ({error}); this was answered by rules.",
    "zh": "模型没有回答（{error}）；这一轮由规则回答。",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said in the end, and what the calls cost."""

    text: str
    usage: Spent


class Driver(Protocol):
    """Lets a model use the tools of a turn."""

    @property
    def name(self) -> str:
        """The model's."""
        ...

    async def drive(self, told: Sequence[Message], box: Toolbox) -> Said:
        """Has the model carry out a turn.

        Raises:
            ModelError: It could not be asked, or did not answer in time.
        """
        ...


class ModelTurns:
    """Answers turns with a model, and by the policy where it fails: the reply says so.

    Args:
        desk: The tools' workspace.
        driver: Asks the model.
        room: How long a turn's prompt may be.
        earlier: Role and text of the turns before.
    """

    def __init__(
        self,
        desk: Desk,
        driver: Driver,
        room: Room,
        earlier: Sequence[tuple[str, str]] = (),
    ) -> None:
        self._desk, self._driver, self._policy = desk, driver, Policy(desk)
        self._room, self._earlier = room, earlier
        self._after: State | None = None

    @property
    def state(self) -> State | None:
        """As it is after the last turn."""
        return self._after or self._policy.state

    @property
    def forgotten(self) -> bool:
        """Whether the last turn erased the person."""
        return self._policy.forgotten

    async def answer(self, text: str, state: State) -> AsyncIterator[ChatEvent]:
        """Yields what happens in a turn."""
        self._after = None
        desk = self._desk
        reading = await asyncio.to_thread(read, text, state, desk.catalogue, desk.items)
        if reading.intent in _OURS or state.asked == "forget_me":
            async for event in self._policy.answer(text, state):
                yield event
            return
        box = await asyncio.to_thread(Toolbox.of, desk, reading, state)
        yield Thinking(box.say("step_ask"))
        async with _steps(self._asked(text, box), box) as (steps, work):
            while (step := await steps.get()) is not None:
                yield Thinking(step)
            try:
                said = await work
            except ModelError as error:
                async for event in self._without(text, state, error, box.say.language):
                    yield event
                return
        yield Thinking(box.say("step_check"))
        for event in await self._answered(said, box):
            yield event

    async def _asked(self, text: str, box: Toolbox) -> Said:
        told = messages(text, box.state, self._earlier, self._desk, self._room)
        said = await self._driver.drive(told, box)
        if box.reading.intent in ("recommend", "more", "yes", "drop") and _needs_slate(box):
            await box.recommend()
        return said

    async def _without(
        self, text: str, state: State, error: ModelError, language: str
    ) -> AsyncIterator[ChatEvent]:
        """Answers by the policy, and says why."""
        note = _UNANSWERED["zh" if language.startswith("zh") else "en"].format(error=error)
        async for event in self._policy.answer(text, state):
            if isinstance(event, Finished):
                told = f"\n\n{note}"
                yield Piece(told)
                usage = event.reply.usage + _cost(error)
                yield Finished(replace(event.reply, text=event.reply.text + told, usage=usage))
            else:
                yield event

    async def _answered(self, said: Said, box: Toolbox) -> list[ChatEvent]:
        noted = await asyncio.to_thread(recorded, box.reading, box.before, self._desk, box.say)
        box.noted = (*box.noted, *noted)
        fine = await asyncio.to_thread(checked, said.text, box)
        text, question = _put_together(fine, box)
        cards = box.found.cards if box.found else ()
        events: list[ChatEvent] = []
        if cards and box.found:
            events.append(Cards(box.found.recommendation, cards))
        self._after = _after(box, question)
        reply = ChatReply(
            box.state.conversation, text, cards, box.found.recommendation if box.found else None,
            self._after.chips, question, box.assumed, self._driver.name,
            said.usage + (box.found.usage if box.found else Spent()), box.reading.titles,
        )  # fmt: skip
        return [*events, *map(Piece, pieces(text)), Finished(reply)]


@asynccontextmanager
async def _steps(
    work: Coroutine[Any, Any, Said], box: Toolbox
) -> AsyncIterator[tuple[asyncio.Queue[str | None], asyncio.Task[Said]]]:
    """Runs work beside whoever listens: its steps are told as they are taken, then ``None``.

    It ends with its listener: a model that nobody waits for is asked nothing more.
    """
    steps: asyncio.Queue[str | None] = asyncio.Queue()
    box.watch = steps.put_nowait
    task = asyncio.create_task(work)
    task.add_done_callback(lambda _: steps.put_nowait(None))
    try:
        yield steps, task
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError, ModelError):
                await task


def _needs_slate(box: Toolbox) -> bool:
    """Tells whether the turn changed what is wanted, and no tool said anything at all."""
    changed = box.state.terms != box.before.terms or box.state.named != box.before.named
    return box.found is None and not box.told and (changed or box.reading.intent == "more")


def _put_together(fine: Checked, box: Toolbox) -> tuple[str, str | None]:
    """Returns the whole text, and the question in it."""
    parts = [*box.assumed, *box.noted]
    cards = box.found.cards if box.found else ()
    if box.found and not cards and box.nothing:  # whatever the model says of it
        question = box.nothing.question
        parts += [box.nothing.line, question or ""]
        return "\n\n".join(part for part in parts if part), question
    if cards:
        parts += [fine.text or box.say("here"), listed(cards)]
    elif fine.text and not fine.refused:
        parts.append(fine.text)
    else:
        parts += box.told[-1:] or [fine.text or box.say("empty")]
    question = fine.question
    if question:
        parts.append(question)
    return "\n\n".join(part for part in parts if part), question


def _after(box: Toolbox, question: str | None) -> State:
    asked = "model" if question else None
    if question and box.nothing and question == box.nothing.question:
        asked = box.nothing.asked
    state = replace(
        box.state, turns=box.before.turns + 1, language=box.reading.language, asked=asked
    )
    if box.found is not None:
        shown = tuple(card.item for card in box.found.cards)
        state = replace(state, shown=shown, recommendation=box.found.recommendation)
    return state


def _cost(error: ModelError) -> Spent:
    """Returns what attempts that failed cost, as far as it was counted."""
    used = error.usage
    if not isinstance(used, Usage):
        return Spent()
    tokens = used.prompt_tokens, used.completion_tokens
    return Spent(used.calls, *tokens, seconds=round(used.seconds, 3))
