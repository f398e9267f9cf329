"""Remembering and forgetting, when the person's own turn asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from palate.agent.chat.desk import Desk
from palate.agent.chat.policy.answer import Answer
from palate.agent.chat.policy.heard import wish_terms
from palate.agent.chat.policy.merge import dropping, merged
from palate.agent.chat.policy.sentences import Voice
from palate.agent.chat.reading import Reading
from palate.agent.chat.reading.chinese import intents as chinese
from palate.agent.chat.reading.chinese.script import has_han
from palate.agent.chat.reading.intents import forgotten, remembered
from palate.agent.chat.reading.read import terms_of
from palate.agent.chat.state import State
from palate.agent.chat.wording import worded

_AGAINST = re.compile(
    r"\b(?:hate|dislike|don't (?:like|want)|do not (?:like|want)|can't stand|never|no|not|avoid"
    r"|allergic)\b"
    r"|不|讨厌",
    re.IGNORECASE,
)


def remember(reading: Reading, state: State, desk: Desk, say: Voice) -> Answer:
    """Keeps what is said for good, for a known person; else for this conversation."""
    what = _own_words(reading, chinese.remembered) or remembered(reading.text)
    after = merged(state, wish_terms(what, terms_of(reading)), reading.text).state
    if state.user is None:
        return Answer(after, (say("remember_here"),))
    desk.remember(state.user, what, likes=not _AGAINST.search(what))
    return Answer(after, (say("remembered", what=what),))


def forget(reading: Reading, state: State, desk: Desk, say: Voice) -> Answer:
    """Takes back a wish, and what it put in force."""
    what = _own_words(reading, chinese.forgotten) or forgotten(reading.text)
    gone = list(desk.forget_wish(state.user, what)) if state.user else []
    dropped = dropping(state, reading)
    after = state.without(*(term.id for term in dropped))
    told = list(dict.fromkeys([*gone, *(worded(term, say.language) for term in dropped)]))
    if not told:
        return Answer(state, (say("forgot_none"),))
    return Answer(after, (say("forgot_wish", what=say.row([say.quoted(one) for one in told])),))


def _own_words(reading: Reading, place: Callable[[str], tuple[int, int]]) -> str:
    """Returns what a Chinese turn is about, in the characters of the person; else nothing."""
    return (
        reading.said[slice(*place(reading.text))].strip(" 。.!！") if has_han(reading.text) else ""
    )


def ask_to_forget(state: State, say: Voice) -> Answer:
    """Asks before everything is erased."""
    if state.user is None:
        return Answer(state, (say("forget_stranger"),))
    question = say("ask_forget")
    return Answer(state, (), question=question, asked="forget_me")


def forget_person(state: State, desk: Desk, say: Voice) -> Answer:
    """Erases the person, who said yes to it."""
    assert state.user is not None
    desk.forget_person(state.user)
    blank = State(state.conversation, language=state.language)
    return Answer(blank, (say("forgotten"),), forgotten=True)


def profile(state: State, desk: Desk, say: Voice) -> Answer:
    """Shows what is known."""
    if state.user is None:
        held = say.terms(state.terms) or say("nothing_known")
        return Answer(state, (say("profile_stranger", terms=held),))
    return Answer(state, ("\n".join(desk.profile(state.user, say.language)),))


def drop(reading: Reading, state: State, say: Voice) -> Answer:
    """Takes conditions out of force; says which there are where it is not clear which is meant."""
    gone = dropping(state, reading)
    if not gone:
        held = say.terms(state.terms)
        return Answer(state, (say("drop_what", terms=held) if held else say("drop_none"),))
    after = state.without(*(term.id for term in gone))
    return Answer(after, (say("dropped", terms=say.terms(gone)),))


def reset(state: State) -> State:
    """Returns a state that holds nothing of the conversation."""
    blank = State(state.conversation, state.user, state.turns, state.language)
    return replace(blank, next_id=state.next_id)
