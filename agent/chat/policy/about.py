"""Answers about items: why, why not, which is longer, how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from palate.agent.chat.desk import Desk
from palate.agent.chat.lexicon import LENGTHS, PAGES, PRICES, unit_of
from palate.agent.chat.policy.answer import Answer
from palate.agent.chat.policy.heard import ask_of, titled
from palate.agent.chat.policy.sentences import Voice
from palate.agent.chat.reading import Reading
from palate.agent.chat.state import State
from palate.agent.chat.wording import PLACES, genre_word
from palate.agent.reasons.places_zh import place_word
from palate.domain import Item

#: Fields that a comparison goes through, beside tags.
_COMPARED = (
    "year", *LENGTHS, *PAGES, "director", "author", "country", "language", *PRICES, "brand",
    "artist", "colour", "color", "size", "material",
)  # fmt: skip
_MOST = 4


def why(reading: Reading, state: State, desk: Desk, say: Voice) -> Answer:
    """Says why something was recommended."""
    if state.recommendation is None or not state.shown:
        return Answer(state, (say("why_none"),))
    wanted = [item for item in reading.pointed if item in state.shown]
    if not wanted and reading.titles:
        return why_not(reading, state, desk, say)
    if not wanted and len(state.shown) > 1 and not _asks_all(reading):
        return Answer(state, (say("why_which"),))
    items = desk.items(wanted or state.shown)
    lines = []
    for item in wanted or state.shown:
        if item in items:
            told = desk.explain(state.recommendation, item, say.language)
            lines.append("\n".join([titled(items[item]), *(f"  {line}" for line in told)]))
    return Answer(state, tuple(lines))


def _asks_all(reading: Reading) -> bool:
    words = reading.text.lower().split()
    return bool({"these", "those", "them", "all", "this", "that"} & set(words)) or len(words) <= 2


def why_not(reading: Reading, state: State, desk: Desk, say: Voice) -> Answer:
    """Says what keeps something out."""
    items = desk.items(reading.pointed)
    if not items:
        return Answer(state, (say("why_not_none"),))
    lines = []
    for item, value in items.items():
        if item in state.shown:
            rank = state.shown.index(item) + 1
            lines.append(say("shown_already", title=titled(value), rank=rank))
        else:
            told = desk.why_not(replace(ask_of(state), language=say.language), item)
            lines.append("\n".join([titled(value), *(f"  {line}" for line in told)]))
    return Answer(state, tuple(lines))


def compare(reading: Reading, state: State, desk: Desk, say: Voice) -> Answer:
    """Puts two or more items side by side."""
    ids = reading.pointed
    if len(ids) < 2 and state.shown and not reading.titles:
        ids = (*ids, *(item for item in state.shown if item not in ids))
    items = list(desk.items(ids[:_MOST]).values())
    if len(items) < 2:
        return Answer(state, (say("compare_what"),))
    lines = [facts_line(item, say) for item in items]
    return Answer(state, ("\n".join([*lines, *_verdict(reading.text, items, say)]),))


def facts_line(item: Item, say: Voice) -> str:
    """Returns what the catalogue says of an item, in a line: its kinds, year, length, people."""
    facts = [_named(name, text) for name in _COMPARED
             if (text := value_of(item, name, say.language))]  # fmt: skip
    tags = say.row([genre_word(tag, say.language) for tag in item.tags])
    colon, between = ("：", "；") if say.language.startswith("zh") else (": ", "; ")
    return f"{titled(item)}{colon}{between.join([tags, *facts])}"


def _named(field: str, value: str) -> str:
    """Returns an amount with the name of its field: "price 7.5"."""
    return f"{field.replace('_', ' ')} {value}" if field in PRICES else value


def _verdict(text: str, items: Sequence[Item], say: Voice) -> list[str]:
    """Says which is longer, or newer, where that was asked."""
    low = text.lower()
    for words, field, most in (
        (("shorter", "短"), "length", False), (("longer", "长"), "length", True),
        (("newer", "more recent", "新"), "year", True), (("older", "老"), "year", False),
        (("cheaper", "less expensive", "便宜"), "price", False),
        (("more expensive", "dearer", "贵"), "price", True),
    ):  # fmt: skip
        if any(word in low for word in words):
            names = {"length": (*LENGTHS, *PAGES), "price": PRICES}.get(field, ("year",))
            known = [(number(item, names), item) for item in items]
            told = [(value, item) for value, item in known if value is not None]
            if len(told) == len(items):
                best = (max if most else min)(told, key=lambda pair: pair[0])[1]
                return [say("is_more", title=best.title, word=words[-1] if say.is_zh else words[0])]
    return []


def number(item: Item, names: Sequence[str]) -> float | None:
    """Returns the first of some fields that holds a number."""
    return next((float(v) for n in names if isinstance(v := item.fields.get(n), int | float)), None)


def value_of(item: Item, field: str, language: str = "en") -> str:
    """Returns a field as it is read; empty where there is none."""
    tags = tuple(genre_word(tag, language) for tag in item.tags)
    value: object = tags if field == "tags" else item.fields.get(field, "")
    if field == "text":
        return item.text
    if isinstance(value, tuple):
        return ("、" if language.startswith("zh") else ", ").join(value)
    if field == "year" and value and language.startswith("zh"):
        return f"{value}年"
    if field in PLACES:
        return place_word(str(value), language)
    return f"{value}{unit_of(field, language)}" if value else str(value)
