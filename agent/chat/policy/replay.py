"""Rebuilds a state from a conversation that a caller kept, without recommending anew."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from palate.agent.chat.desk import Desk
from palate.agent.chat.policy.heard import hear
from palate.agent.chat.policy.memory import drop, reset
from palate.agent.chat.policy.sentences import Voice
from palate.agent.chat.reading import read
from palate.agent.chat.state import State

#: A numbered line of a reply, as `listed` writes it.
LISTED = re.compile(r"^\s*\d{1,2}\.\s+(?P<title>.+?)(?:\s+-\s.*)?$", re.MULTILINE)


def replayed(history: Sequence[tuple[str, str]], state: State, desk: Desk) -> State:
    """Returns the state after the turns of a history.

    What was shown is read from the numbered lines of the replies. Nothing is recorded: whatever a
    turn told was recorded when it was said.

    Args:
        history: Role and text, oldest first; roles other than user and assistant are passed over.
        state: At its beginning.
        desk: Its tools that change nothing are used.
    """
    silent = replace(state, user=None)
    for role, text in history:
        if role == "user" and text.strip():
            silent = _heard(text, silent, desk)
        elif role == "assistant":
            shown = titles_listed(text, desk)
            asked = asked_in(text, silent, desk)
            silent = replace(silent, shown=shown or silent.shown, asked=asked)
    return replace(silent, user=state.user)


def _heard(text: str, state: State, desk: Desk) -> State:
    reading = read(text, state, desk.catalogue, desk.items)
    say = Voice(reading.language, desk)
    state = replace(state, turns=state.turns + 1, language=reading.language)
    if reading.intent == "yes" and state.asked:
        return _agreed(state)
    if reading.intent == "reset":
        return reset(state)
    if reading.intent == "drop":
        return drop(reading, state, say).state
    if reading.intent not in ("recommend", "more", "remember"):
        return state
    if reading.intent == "more":
        state = replace(state, before=tuple(dict.fromkeys((*state.before, *state.shown))))
    return hear(reading, state, desk, say).state


def _agreed(state: State) -> State:
    """Returns the state after a yes: without the conditions that were named, or without all."""
    if state.asked == "forget_me":
        return State(state.conversation, turns=state.turns, language=state.language)
    return state.without(*(state.asked or "").split()[1:])


def asked_in(text: str, state: State, desk: Desk) -> str | None:
    """Returns the name of the question that a reply ends with, to read a yes by.

    Args:
        text: The reply.
        state: After the turn that it answers.
        desk: Knows the catalogue's own words.
    """
    last = text.rstrip().rpartition("\n")[2].strip()
    for language in ("en", "zh"):
        say = Voice(language, desk)
        if last == say("ask_forget"):
            return "forget_me"
        before, after = say("ask_relax", terms="\n").split("\n")
        if last.startswith(before) and last.endswith(after):
            ids = [term.id for term in state.terms if say.term(term) in last]
            return " ".join(("relax", *ids)) if ids else None
    return None


def titles_listed(text: str, desk: Desk) -> tuple[str, ...]:
    """Returns the items of a reply's numbered lines."""
    links = [desk.catalogue.linker.whole(match["title"]) for match in LISTED.finditer(text)]
    return tuple(dict.fromkeys(link.item for link in links if link is not None))
