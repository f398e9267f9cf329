"""The tools of one turn, as a model may call them: what they do is bounded here, in code.

What a tool gives back is data for the model, one line an item. Tools that write (remember, forget,
give_feedback) do so only where the person's own turn asks for it: no text of the catalogue, and no
idea of the model's, can make them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from palate.agent.chat.desk import Desk, Found
from palate.agent.chat.model import own_words
from palate.agent.chat.policy import about, memory
from palate.agent.chat.policy.answer import Answer
from palate.agent.chat.policy.facts import facts
from palate.agent.chat.policy.heard import ask_of, hear, hear_besides, titled
from palate.agent.chat.policy.merge import dropping, merged
from palate.agent.chat.policy.relax import Nothing, nothing_of
from palate.agent.chat.policy.sentences import Voice, listed
from palate.agent.chat.policy.turns import MOST, SHOWN, wanted
from palate.agent.chat.reading import Reading, read
from palate.agent.chat.reading.intents import forgotten
from palate.agent.chat.state import State, Term
from palate.domain import Action, Item
from palate.errors import PalateError
from palate.prompts.clean import one_line
from palate.retrieval.constraints import parse_constraint

#: Characters of a description that a tool gives back.
_LONGEST = 160
#: Characters of what a step is about, as the person is told it.
_NAMED = 60
Handler = Callable[[Reading, State, Desk, Voice], Answer]
_ACTIONS = {"liked": Action.LIKE, "disliked": Action.DISLIKE, "seen": Action.VIEW}


@dataclass
class Toolbox:
    """Tools over a desk, and what they did in this turn.

    Attributes:
        state: As it is now; starts as what the turn's own words make of it.
        found: The last slate.
        told: Texts that tools gave back; what a reply says may come from them.
        assumed: What was taken for granted.
        noted: What was recorded or replaced, in sentences.
        used: Names of the tools that were called.
        nothing: What is said, and asked back, where the last slate is empty.
        watch: Told each step, in words for the person.
        wrote: Names of the tools that wrote something.
        kept: Wishes that were kept, in the person's words.
    """

    desk: Desk
    reading: Reading
    before: State
    say: Voice
    state: State
    found: Found | None = None
    told: list[str] = field(default_factory=list)
    assumed: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    used: list[str] = field(default_factory=list)
    nothing: Nothing | None = None
    watch: Callable[[str], None] = lambda _: None
    wrote: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @classmethod
    def of(cls, desk: Desk, reading: Reading, state: State) -> Toolbox:
        """Returns the tools of a turn: its conditions and titles are in force already."""
        say = Voice(reading.language, desk)
        box = cls(desk, reading, state, say, state)
        if reading.intent in ("recommend", "more", "yes", "drop"):
            box._take_in()
        return box

    def _take_in(self) -> None:
        reading, state = self.reading, self.before
        gone: Sequence[Term] = ()
        if reading.intent == "yes":
            ids = (state.asked or "").split()[1:]
            gone = [term for term in state.terms if term.id in ids]
        elif reading.intent == "drop":
            gone = dropping(state, reading)
        if gone:
            told = self.say.terms(gone)
            self.state = state.without(*(term.id for term in gone))
            self.noted = (self.say("dropped", terms=told),)
            dropped = reading.intent == "drop"
            more = hear_besides(reading, self.state, self.desk, self.say) if dropped else None
            if more is not None:
                self.state, self.assumed = more.state, more.assumed
                self.noted += more.noted
        elif reading.intent != "drop" or not reading.says_nothing:
            heard = hear(reading, state, self.desk, self.say)
            self.state, self.assumed, self.noted = heard.state, heard.assumed, heard.noted
        if reading.intent == "more":
            shown = tuple(dict.fromkeys((*self.state.before, *self.state.shown)))
            self.state = replace(self.state, before=shown)

    # ------------------------------------------------------------------ tools that read

    async def search_catalogue(self, text: str, constraints: Sequence[str] = ()) -> str:
        """Finds items by words and constraints; returns a line each."""
        self._begin("search_catalogue", text or ", ".join(map(str, constraints)))
        held = [c for term in _terms(constraints) for c in term.constraints]
        hits = await asyncio.to_thread(self.desk.search, text, SHOWN, held)
        items: Sequence[Item] = [item for item, _ in hits]
        if not text.strip():
            items = (await asyncio.to_thread(self.desk.facts, held, n=SHOWN)).items
        return self._tell("\n".join(map(_line, items)) or "nothing found")

    async def recommend(
        self, text: str = "", constraints: Sequence[str] = (), n: int | None = None
    ) -> str:
        """Recommends under everything in force; constraints given here are put in force, too.

        Without a number, as many as the turn asks for.
        """
        self._begin("recommend")
        refused = self._put_in_force(_terms(constraints))
        ask = ask_of(self.state, max(1, min(MOST, n or wanted(self.reading.text))))
        if text.strip() and not ask.text:
            ask = replace(ask, text=one_line(text, 400))
        self.found = await self.desk.recommend(ask)
        self.watch(self.say("step_found", count=len(self.found.cards)))
        if self.found.cards:
            return self._tell(listed(self.found.cards)) + refused
        self.nothing = await asyncio.to_thread(nothing_of, self.state, self.desk, self.say)
        return self._tell(self.nothing.line) + refused

    async def explain(self, item: str) -> str:
        """Says why something was recommended."""
        return await self._aside("explain", item, about.why)

    async def why_not(self, item: str) -> str:
        """Says what keeps something out."""
        return await self._aside("why_not", item, about.why_not)

    async def compare(self, items: Sequence[str]) -> str:
        """Puts items side by side."""
        return await self._aside("compare", " and ".join(items), about.compare)

    async def catalogue_facts(self, question: str) -> str:
        """Answers a question about the catalogue from the store."""
        self._begin("catalogue_facts", question)
        reading = await self._read(question)
        asked = reading.question or self.reading.question
        if asked is None:
            return "not a question that the catalogue answers"
        source = reading if reading.found or reading.pointed else self.reading
        given = replace(source, question=asked)
        return self._told(await asyncio.to_thread(facts, given, self.state, self.desk, self.say))

    # ------------------------------------------------------------------ tools that write

    async def remember(self, wish: str = "") -> str:
        """Keeps a wish of this turn, in its own words, if it asks for that.

        Args:
            wish: Says which part of the turn is meant, and never how it reads.
        """
        self._begin("remember", wish)
        text = self.reading.text
        meant = own_words.referred(text)
        if self.reading.intent != "remember" and not meant:
            return "refused: this turn does not ask to remember anything"
        kept = own_words.named(wish, text) or meant
        if kept and kept in self.kept:
            return "kept already"
        reading = self.reading.part(kept) if kept else self.reading
        answer = await asyncio.to_thread(memory.remember, reading, self.state, self.desk, self.say)
        self.state, self.wrote = answer.state, (*self.wrote, "remember")
        self.kept = (*self.kept, kept)
        return self._told(answer)

    async def forget(self, what: str = "") -> str:
        """Takes back what this turn names, a wish or a condition, if it asks for that."""
        self._begin("forget", what)
        if self.reading.intent not in ("forget", "drop"):
            return "refused: this turn does not ask to forget anything"
        if self.reading.intent == "drop":  # it was done when the turn was read
            return self._tell(" ".join(self.noted) or self.say("drop_none"))
        part = own_words.named(what, forgotten(self.reading.text))
        reading = await self._read(part) if part else self.reading
        answer = await asyncio.to_thread(memory.forget, reading, self.state, self.desk, self.say)
        if answer.lines != (self.say("forgot_none"),):
            self.wrote = (*self.wrote, "forget")
        self.state = answer.state
        return self._told(answer)

    async def give_feedback(self, item: str, action: str) -> str:
        """Records an opinion, if this turn holds it."""
        self._begin("give_feedback", item)
        if self.state.user is None:
            return "refused: nobody knows who speaks"
        meant = await self._ids(item)
        felt = {one.item: one.feeling for one in self.reading.felt}
        held = [one for one in meant if _ACTIONS.get(felt.get(one, "")) == action]
        if not held:
            return "refused: this turn does not say that"
        # What is said of a shown item is recorded by code when the turn ends.
        for one in [item for item in held if item not in self.before.shown]:
            await asyncio.to_thread(self.desk.feedback, self.state.user, one, Action(action), None)
        self.wrote = (*self.wrote, "give_feedback")
        return self._tell("noted")

    # ------------------------------------------------------------------ what they share

    def _begin(self, tool: str, what: str = "") -> None:
        """Notes a tool, and tells the person what is being done; a model's words are data."""
        self.used.append(tool)
        named = one_line(what, _NAMED)
        self.watch(self.say(f"step_{tool}", what=f" {named}" if named else ""))

    async def _aside(self, name: str, text: str, handler: Handler) -> str:
        self._begin(name, text)
        reading = await self._read(text)
        if not reading.pointed:
            reading = self.reading
        answer = await asyncio.to_thread(handler, reading, self.before, self.desk, self.say)
        return self._told(answer)

    async def _read(self, text: str) -> Reading:
        quoted = one_line(text, 400)
        return await asyncio.to_thread(
            read, quoted, self.before, self.desk.catalogue, self.desk.items
        )

    async def _ids(self, text: str) -> tuple[str, ...]:
        link = self.desk.catalogue.linker.whole(one_line(text, 200))
        return (link.item,) if link is not None else (await self._read(text)).pointed

    def _put_in_force(self, terms: Sequence[Term]) -> str:
        """Adds what the model understood, and says so to the person; returns what was refused.

        A model, or a text of the catalogue that it follows, never takes back what a person said.
        """
        before, refused = self.state, []
        for term in terms:
            change = merged(self.state, [term], "")
            if not self.desk.facts(term.constraints, n=0).count:
                refused.append(f"{term.text} (nothing in the whole catalogue meets it)")
            elif change.dropped:
                refused.append(f"{term.text} (it would undo {change.dropped[0].text})")
            else:
                self.state = change.state
        fresh = [one for one in self.state.terms if one not in before.terms]
        if fresh:
            told = self.say.terms(fresh)
            self.assumed = (*self.assumed, self.say("assume_added", terms=told))
        return f"\nrefused: {'; '.join(refused)}" if refused else ""

    def _told(self, answer: Answer) -> str:
        return self._tell("\n".join(answer.lines))

    def _tell(self, text: str) -> str:
        self.told.append(text)
        return text


def _terms(constraints: Sequence[str]) -> list[Term]:
    """Returns terms of constraints as a model writes them.

    Raises:
        CatalogueError: One of them cannot be read; its message says how to write it.
    """
    return [Term("", one_line(str(c), 80), (c,)) for c in map(parse_constraint, constraints)]


def _line(item: Item) -> str:
    tags = ", ".join(item.tags[:4])
    return one_line(f"{titled(item)}; {tags}; {item.text}", _LONGEST)


async def guarded(work: Awaitable[str]) -> str:
    """Returns what a tool says, or in a sentence why it cannot."""
    try:
        return await work
    except PalateError as error:
        return f"cannot be done: {one_line(str(error), 300)}"
