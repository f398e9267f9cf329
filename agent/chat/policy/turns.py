"""Answers a turn by rules: read, decide, use the tools, say it plainly."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace

from palate.agent.chat.desk import Desk, Found
from palate.agent.chat.events import Cards, ChatEvent, ChatReply, Finished, Piece, Spent, Thinking
from palate.agent.chat.policy import about, memory
from palate.agent.chat.policy.answer import Answer
from palate.agent.chat.policy.facts import facts
from palate.agent.chat.policy.heard import ask_of, hear, hear_besides, recorded
from palate.agent.chat.policy.merge import dropping
from palate.agent.chat.policy.relax import nothing_of
from palate.agent.chat.policy.sentences import Voice, listed
from palate.agent.chat.reading import Reading, read
from palate.agent.chat.reading.chinese.numerals import wanted_zh
from palate.agent.chat.reading.chinese.script import has_han
from palate.agent.chat.state import State
from palate.agent.chat.wording import genre_word
from palate.domain import Constraint, Op

_TALK = (
    "hello",
    "how_are_you",
    "thanks",
    "bye",
    "who",
    "help",
    "hostile",
    "order",
    "chosen",
    "noted",
)
_COUNT = re.compile(
    r"\b(?<!war )(?P<n>\d{1,2}|one|two|three|four|five|six|ten)\s+(?:[a-z-]+\s+){0,2}?"
    r"(?:films?|movies?|books?|items?|suggestions?|recommendations?|options|ideas|titles|others)\b"
    r"|(?:^|\b(?:show|give|get|find|suggest|recommend|want|need)(?: me| us)?\s+)"
    r"(?P<n2>\d{1,2}|two|three|four|five|six|ten)\s+(?!hours?\b|minutes?\b|mins?\b)[a-z]+s\b"
    r"|^\s*(?:ok |no,? |but )?(?:just|only) (?P<n3>\d{1,2}|one|two|three|four|five|six|ten)"
    r"(?: (?:please|then|of them))?[\s.!]*$",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
#: Recommendations a turn unless told otherwise, and at most.
SHOWN, MOST = 5, 20


class Policy:
    """Answers turns; the same turn in the same state has the same answer.

    Attributes:
        state: As it is after the last turn.
        forgotten: Whether the last turn erased the person.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.state: State | None = None
        self.forgotten = False

    async def answer(self, text: str, state: State) -> AsyncIterator[ChatEvent]:
        """Yields what happens in a turn; `state` holds the new state when it is over."""
        desk = self._desk
        yield Thinking(Voice(state.language, desk)("step_read"))
        reading = await asyncio.to_thread(read, text, state, self._desk.catalogue, self._desk.items)
        say = Voice(reading.language, self._desk)
        answer = await asyncio.to_thread(self._aside, reading, state, say)
        if answer is None:
            yield Thinking(say("step_look"))
            answer = await self._recommend(reading, state, say)
        if answer.found is not None and answer.found.cards:
            yield Cards(answer.found.recommendation, answer.found.cards)
        self.state = _after(answer, reading.language, state.turns + 1)
        self.forgotten = answer.forgotten
        said = _said(answer)
        for piece in pieces(said):
            yield Piece(piece)
        yield Finished(_reply(answer, self.state, said, reading))

    def _aside(self, reading: Reading, state: State, say: Voice) -> Answer | None:
        """Returns the answer to a turn that asks for no recommendation; ``None`` for others."""
        intent, desk = reading.intent, self._desk
        if intent in _TALK:
            return Answer(state, (say(intent),))
        if intent == "facts":
            return facts(reading, state, desk, say)
        if intent in ("why", "why_not", "compare"):
            handler = {"why": about.why, "why_not": about.why_not, "compare": about.compare}[intent]
            return handler(reading, state, desk, say)
        if intent in ("remember", "forget"):
            handler = memory.remember if intent == "remember" else memory.forget
            return handler(reading, state, desk, say)
        if intent == "forget_me":
            return memory.ask_to_forget(state, say)
        if intent == "profile":
            return memory.profile(state, desk, say)
        if intent == "reset":
            return Answer(memory.reset(state), (say("reset"),))
        return self._yes_or_no(intent, state, say)

    def _yes_or_no(self, intent: str, state: State, say: Voice) -> Answer | None:
        if intent == "yes" and state.asked == "forget_me":
            return memory.forget_person(state, self._desk, say)
        if intent == "no" and state.asked == "forget_me":
            return Answer(state, (say("kept_you"),))
        if intent == "no" and (state.asked or "").startswith("relax"):
            return Answer(state, (say("kept", terms=say.terms(state.terms)),))
        return None

    async def _recommend(self, reading: Reading, state: State, say: Voice) -> Answer:
        before, lines, assumed = state, [], []  # type: State, list[str], list[str]
        if reading.intent == "yes":
            ids = (state.asked or "").split()
            gone = [term for term in state.terms if term.id in ids[1:]]
            state = state.without(*(term.id for term in gone))
            lines.append(say("dropped", terms=say.terms(gone)))
        elif reading.intent == "drop" and dropping(state, reading):
            answer = memory.drop(reading, state, say)
            state, lines = answer.state, [*answer.lines]
            more = await asyncio.to_thread(hear_besides, reading, state, self._desk, say)
            if more is not None:
                state, assumed = more.state, [*more.assumed]
                lines += more.noted
        elif reading.intent == "drop" and reading.says_nothing:
            return memory.drop(reading, state, say)
        else:
            heard = await asyncio.to_thread(hear, reading, state, self._desk, say)
            if heard.empty and reading.intent == "recommend":
                left = say("unfound_left" if before.terms else "unfound_none")
                return Answer(before, (*heard.noted, left))
            noted = await asyncio.to_thread(recorded, reading, before, self._desk, say)
            state, assumed, lines = heard.state, [*heard.assumed], [*heard.noted, *noted]
        if reading.intent in ("more", "no"):
            state = replace(state, before=tuple(dict.fromkeys((*state.before, *state.shown))))
        if reading.says_nothing and reading.intent == "recommend" and _gibberish(reading):
            known = _KNOWN.search(reading.text) and before.shown
            return Answer(before, (say("why_which" if known else "empty"),))
        found = await self._desk.recommend(ask_of(state, wanted(reading.text)))
        return self._slate(Answer(state, tuple(lines), found, tuple(assumed)), reading, say)

    def _slate(self, answer: Answer, reading: Reading, say: Voice) -> Answer:
        """Returns the answer with what is said around a slate."""
        found, state = answer.found, answer.state
        assert found is not None
        if not found.cards:
            return self._nothing(answer, say)
        cold = state.user is None and not (state.terms or state.named)
        lines = [*answer.lines]
        if cold:
            lines.append(say("popular"))
        lines.append(say("here_more" if reading.intent in ("more", "no") else "here"))
        lines.append(listed(found.cards))
        answer = replace(answer, lines=tuple(lines))
        question = self._mood(say) if cold and "mood" not in state.questions else None
        return replace(answer, question=question, asked="mood" if question else None)

    def _mood(self, say: Voice) -> str | None:
        """Asks for a genre, if the catalogue has several that would each change the pool."""
        tags = self._desk.catalogue.common_tags
        if len(tags) < 2:
            return None
        everything = self._desk.catalogue.count
        split = [tag for tag in tags[:4] if 0 < self._held(tag) < everything]
        return (
            say("ask_mood", tags=say.row([genre_word(tag, say.language) for tag in split]))
            if len(split) > 1
            else None
        )

    def _held(self, tag: str) -> int:
        return self._desk.facts((Constraint("tags", Op.HAS, tag),), n=0).count

    def _nothing(self, answer: Answer, say: Voice) -> Answer:
        """Says that nothing fits, and which condition to drop."""
        none = nothing_of(answer.state, self._desk, say)
        lines = (*answer.lines, none.line)
        return replace(answer, lines=lines, question=none.question, asked=none.asked)


def wanted(text: str) -> int:
    """Returns how many items a turn asks for; as many as are shown where it does not say."""
    if has_han(text):
        return max(1, min(MOST, wanted_zh(text) or SHOWN))
    match = _COUNT.search(text)
    if match is None:
        return SHOWN
    word = (match["n"] or match["n2"] or match["n3"]).lower()
    return max(1, min(MOST, _NUMBERS.get(word) or int(word)))


#: "Seen it": of a slate of five nobody knows which.
_KNOWN = re.compile(
    r"\b(?:seen|saw|watched|know|liked?|loved?|hated?) (?:it|that|this)\b", re.IGNORECASE
)


def _gibberish(reading: Reading) -> bool:
    """Tells a turn that holds no word of a request, such as "asdf" or "???"."""
    return not _COUNT.search(reading.text) and not re.search(
        r"\b(?:recommend|suggest|watch|see|something|anything|movie|film|book|show|give|want"
        r"|find|bored|surprise|"
        r"what|any|good|best|popular|random|whatever|idea|more|else|like|pick|me)\b"
        r"|[\u3400-\u9fff]",
        reading.text, re.IGNORECASE,
    )  # fmt: skip


def _after(answer: Answer, language: str, turns: int) -> State:
    """Returns the state with what a slate and a question change."""
    state = replace(answer.state, turns=turns, language=language, asked=answer.asked)
    if answer.asked is not None:
        state = replace(state, questions=tuple(dict.fromkeys((*state.questions, answer.asked))))
    if answer.found is not None and answer.found.cards:
        # Where nothing fits, "the second one" is still of the slate that stands above.
        shown = tuple(card.item for card in answer.found.cards)
        state = replace(state, shown=shown, recommendation=answer.found.recommendation)
    return state


def _said(answer: Answer) -> str:
    parts = [*answer.assumed, *answer.lines, *([answer.question] if answer.question else [])]
    return "\n\n".join(part for part in parts if part)


def pieces(text: str) -> list[str]:
    """Returns a text in lines, as it would be written."""
    return re.findall(r"[^\n]*\n+|[^\n]+$", text)


def _reply(answer: Answer, state: State, said: str, reading: Reading) -> ChatReply:
    found = answer.found or Found("", ())
    return ChatReply(
        state.conversation, said, found.cards, found.recommendation or None, state.chips,
        answer.question, answer.assumed, usage=found.usage if answer.found else Spent(),
        titles=reading.titles,
    )  # fmt: skip
