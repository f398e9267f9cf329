"""Answers a question about the catalogue, or about what was shown, from the store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from palate.agent.chat.desk import Desk
from palate.agent.chat.lexicon import unit_of
from palate.agent.chat.policy.about import facts_line, number, value_of
from palate.agent.chat.policy.answer import Answer
from palate.agent.chat.policy.heard import speaking_of, titled
from palate.agent.chat.policy.sentences import Voice
from palate.agent.chat.reading import Reading
from palate.agent.chat.reading.questions import Question
from palate.agent.chat.state import State
from palate.agent.chat.wording import genre_word, worded
from palate.agent.reasons.places_zh import place_word
from palate.domain import Constraint, Item
from palate.retrieval.constraints import Checker

#: Kinds that are told at most, the commonest first.
_KINDS = 30


def facts(reading: Reading, state: State, desk: Desk, say: Voice) -> Answer:
    """Answers a question about the catalogue from the store."""
    question = reading.question
    assert question is not None
    among = _among(reading, question, state)
    if among:
        return _of_some(reading, among, state, desk, say)
    if question.asked == "kinds":
        kinds = [genre_word(tag, say.language) for tag in desk.catalogue.common_tags[:_KINDS]]
        return Answer(state, (say("kinds", tags=say.row(kinds)),))
    if question.asked == "values":
        return Answer(state, (_values(reading, question.field, desk, say),))
    if question.asked in ("field", "there", "holds"):
        answer = Answer(state, (_of_items(reading, question, desk, say),))
        return _about(answer, reading.pointed)
    return _of_all(reading, question, state, desk, say)


def _among(reading: Reading, question: Question, state: State) -> tuple[str, ...]:
    """Returns the items that a question chooses from; none where it is about the catalogue."""
    if question.shown and state.shown and (question.asked == "which" or not _bounds(reading)):
        return state.shown
    pointed = reading.pointed
    return pointed if question.asked in ("most", "least") and len(pointed) > 1 else ()


def _of_all(reading: Reading, question: Question, state: State, desk: Desk, say: Voice) -> Answer:
    """Answers a question about the whole catalogue."""
    conditions = _bounds(reading)
    told = [worded(one.term, say.language) for one in reading.found if one.term.constraints]
    which = f"{say.gap}{say('with', terms=say.row(told))}" if told else ""
    if question.asked != "mean" and (line := _unheard(reading, desk, say)):
        return Answer(state, (line,))
    if question.asked in ("count", "which"):
        return Answer(state, (_count(desk, conditions, which, say),))
    found = desk.facts(conditions, question.field, least=question.asked == "least", n=1)
    if question.asked == "mean":
        mean = "" if found.mean is None else f"{found.mean:.0f}"
        unit = "年" if question.field == "year" else unit_of(question.field, say.language)
        mean += unit if mean and say.is_zh else ""
        return Answer(state, (say("mean", value=mean) if mean else say("no_field"),))
    if not found.items:
        return Answer(state, (say("count_none", which=which),))
    first = found.items[0]
    value = value_of(first, question.field, say.language)
    return _about(Answer(state, (say("most", title=titled(first), value=value),)), (first.id,))


def _bounds(reading: Reading) -> tuple[Constraint, ...]:
    return tuple(c for one in reading.found for c in one.term.constraints)


def _about(answer: Answer, items: Sequence[str]) -> Answer:
    """Remembers what was spoken of: "it" in the next question."""
    return replace(answer, state=replace(answer.state, focus=tuple(items))) if items else answer


def _of_some(
    reading: Reading, among: Sequence[str], state: State, desk: Desk, say: Voice
) -> Answer:
    """Answers a question about a few items: the most, the least, or those that fit."""
    question, items = reading.question, list(desk.items(among).values())
    assert question is not None
    if question.asked == "which":
        checker = Checker(_bounds(reading))
        fitting = [one for one in items if checker.holds(one)]
        name = "shown_which" if fitting else "shown_none"
        line = say(name, titles=say.row([titled(one) for one in fitting]))
        return _about(Answer(state, (line,)), [one.id for one in fitting])
    known = [(value, one) for one in items
             if (value := number(one, (question.field,))) is not None]  # fmt: skip
    if not known:
        return Answer(state, (say("no_field"),))
    edge = (min if question.asked == "least" else max)(value for value, _ in known)
    found = [one for value, one in known if value == edge]
    lines = [say("most", title=titled(one), value=value_of(one, question.field, say.language))
             for one in found]  # fmt: skip
    return _about(Answer(state, ("\n".join(lines),)), [one.id for one in found])


def _values(reading: Reading, field: str, desk: Desk, say: Voice) -> str:
    """Lists the values of a field, of what else the question names."""
    found = [(value, count) for value, count in desk.values(field, _bounds(reading)) if value]
    if not found:
        return say("no_field")
    told = [f"{place_word(value, say.language)} ({count})" for value, count in found[:_KINDS]]
    more = len(found) - len(told)
    return say("kinds", tags=say.row([*told, *([say("and_more", count=more)] if more else [])]))


#: What is counted, or which thing is to be the most: the word behind.
_WHAT = re.compile(
    r"\b(?:how many|number of|longest|shortest|newest|oldest|latest|cheapest|most \w+)\s+"
    r"(?P<what>\w+)", re.IGNORECASE,
)  # fmt: skip


_MOST_OF = re.compile(r"\w+est|most|expensive", re.IGNORECASE)


def _unheard(reading: Reading, desk: Desk, say: Voice) -> str:
    """Says so where a question is about something that is no tag of the catalogue."""
    match = _WHAT.search(reading.text)
    if match is None or match["what"].lower() not in reading.rest.lower().split():
        return ""
    words = " ".join(word for word in reading.rest.split() if not _MOST_OF.fullmatch(word))
    hits = [item for item, _ in desk.search(words, 3)]
    if not hits:
        return say("unfound", words=words)
    return say("spoken_of", titles=say.row([titled(one) for one in hits]))


def _count(desk: Desk, conditions: Sequence[Constraint], which: str, say: Voice) -> str:
    found = desk.facts(conditions, n=3)
    name = {0: "count_none", 1: "count_one"}.get(found.count, "count")
    text = say(name, count=found.count, which=which)
    if found.items and conditions:
        text += say.gap + say("for_example", titles=say.row([titled(one) for one in found.items]))
    return text


def _of_items(reading: Reading, question: Question, desk: Desk, say: Voice) -> str:
    items = list(desk.items(reading.pointed).values())
    if not items:
        return _missing(reading.called, desk, say)
    if question.asked == "there":
        return "\n".join(say("there", facts=facts_line(item, say)) for item in items)
    if question.asked == "holds":
        return "\n".join(_held(item, _bounds(reading), say) for item in items)
    lines = []
    for item in items:
        value = value_of(item, question.field, say.language)
        value = value or (value_of(item, "text") if question.field == "text" else "")
        lines.append(say("is", title=titled(item), value=value) if value else say("no_field"))
    told = (line.replace("..", ".").replace(".。", ".") for line in lines)
    return "\n".join(dict.fromkeys(told))


def _missing(called: str, desk: Desk, say: Voice) -> str:
    """Says that nothing is called so, and what speaks of it."""
    if not called:
        return say("no_such")
    speaking = speaking_of(called, desk)
    told = [say("no_title", said=called)]
    if speaking:
        told.append(say("spoken_of", titles=say.row([titled(one) for one in speaking])))
    return " ".join(told)


def _held(item: Item, bounds: Sequence[Constraint], say: Voice) -> str:
    """Says whether an item meets conditions, and what the catalogue says of it there."""
    name = "holds" if Checker(tuple(bounds)).holds(item) else "holds_not"
    values = [value_of(item, field, say.language) for field in dict.fromkeys(
        one.field for one in bounds)]  # fmt: skip
    return say(name, title=titled(item), value="; ".join(value for value in values if value))
