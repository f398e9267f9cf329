"""Reads one turn: titles first, then conditions, then what is left of the words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.events import Linked
from palate.agent.chat.hearing import titles_in
from palate.agent.chat.linking import Link
from palate.agent.chat.linking.feelings import feelings
from palate.agent.chat.reading.ages import ages_in
from palate.agent.chat.reading.called import Called, asks_there, called_in
from palate.agent.chat.reading.chinese import intents as chinese
from palate.agent.chat.reading.chinese.conditions import chinese_in
from palate.agent.chat.reading.chinese.questions import question_in as question_zh
from palate.agent.chat.reading.chinese.references import references_in as references_zh
from palate.agent.chat.reading.chinese.script import (
    has_han,
    in_name,
    simplified,
    spaced,
    without_han,
)
from palate.agent.chat.reading.critique import critique_in
from palate.agent.chat.reading.found import Found, blanked, free
from palate.agent.chat.reading.implied import implied
from palate.agent.chat.reading.intents import Intent, intent_of, without_talk
from palate.agent.chat.reading.kinds import kinds_in
from palate.agent.chat.reading.numbers import numbers_in
from palate.agent.chat.reading.questions import Question, question_in
from palate.agent.chat.reading.references import Reference, references_in
from palate.agent.chat.reading.rest import rest_of
from palate.agent.chat.reading.spans import lengths_near
from palate.agent.chat.reading.vague import vague_in
from palate.agent.chat.reading.values import values_asked
from palate.agent.chat.state import State, Term
from palate.domain import Item, Op
from palate.retrieval.words import latin_share

LookUp = Callable[[Sequence[str]], Mapping[str, Item]]
#: Characters of a wish that are shown.
_SHOWN = 60
#: "What about Titanic?" asks why it is not among them.
_PROPOSED = re.compile(
    r"\s*(?:(?:and|so|ok(?:ay)?|hm+|but|then)[\s,]+)*(?:what|how) about\s+(?:the )?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a turn says.

    Attributes:
        text: As it was said, Chinese in simplified characters.
        found: Conditions, in its order.
        titles: Titles that it names.
        links: Where they stand, and what else they may mean.
        references: What of the last slate it points at.
        felt: Item id -> what is said of it, for both.
        rest: The words of a wish, once everything else is read; ``denied`` those turned away from.
        question: What it asks about the catalogue.
        called: Words that stand where a title does, and are none of the catalogue's.
        asks_there: Whether it asks if something is in the catalogue.
        said: As it was said, in its own characters, each at its place in ``text``.
    """

    text: str
    language: str
    intent: Intent
    found: tuple[Found, ...] = ()
    titles: tuple[Linked, ...] = ()
    links: tuple[Link, ...] = ()
    references: tuple[Reference, ...] = ()
    felt: tuple[Linked, ...] = ()
    rest: str = ""
    denied: str = ""
    question: Question | None = None
    called: str = ""
    asks_there: bool = False
    said: str = ""

    @property
    def pointed(self) -> tuple[str, ...]:
        """Items that the turn names or points at, in its order."""
        spans: list[tuple[int, tuple[str, ...]]] = [(one.start, (one.item,)) for one in self.links]
        spans += [(one.start, one.items) for one in self.references]
        return tuple(dict.fromkeys(item for _, items in sorted(spans) for item in items))

    def part(self, words: str) -> Reading:
        """Returns it with a part of its text for the whole, in the person's own characters."""
        start = self.text.find(words)
        own = self.said[start : start + len(words)] if start >= 0 and self.said else words
        return replace(self, text=words, said=own)

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing in it to go by."""
        return not (
            self.found or self.titles or self.references or self.rest or self.denied or self.called
        )


def read(text: str, state: State, catalogue: Catalogue, look_up: LookUp) -> Reading:
    """Reads a turn.

    Args:
        text: What was said.
        state: Before the turn.
        catalogue: Its vocabulary.
        look_up: Returns items by id.
    """
    said = spaced(text)
    text = simplified(said)
    links = catalogue.linker.links(said)
    called = None if has_han(text) else called_in(text, links, catalogue)
    links = _with(links, called)
    items = look_up([*state.shown, *(link.item for link in links)])
    plain = blanked(text, [(link.start, link.end) for link in links])
    unknown = called if called and not called.items else None
    plain = blanked(plain, [(unknown.start, unknown.end)] if unknown else [])
    references = _references(plain, state)
    felt = _felt(text, links, references)
    titles = titles_in(text, links, {})
    asked = bool(links or references)
    # A title is one thing between Chinese words: neither its own words count, nor is nothing there.
    marked = blanked(text, [(link.start, link.end) for link in links], "◆")
    spoken = marked if has_han(plain) else text
    intent = _intent(spoken, state, has_titles=asked)
    about = [items[item] for item in state.shown if item in items]
    pointed = [items[link.item] for link in links if link.item in items]
    pointed += [items[i] for one in references for i in one.items[:1] if i in items]
    foreign = [one.span() for one in re.finditer(r"《[^》]{1,40}》", plain)]
    bare = blanked(plain, [*((one.start, one.end) for one in references), *foreign])
    found = _agreeing(_conditions(bare, catalogue, about, pointed))
    bounds = any(one.term.constraints for one in found)
    asked = asked or bool(unknown and unknown.asked)
    question = _question(spoken, catalogue, has_titles=asked, bounds=bounds)
    if question is not None and intent in ("recommend", "more", "who", "why", "drop"):
        intent = "facts"
    if intent == "recommend" and links and not found and _proposes(text, links[0]):
        intent = "why_not"
    bare = chinese.without_talk(bare) if has_han(bare) else bare
    rest, denied = rest_of(without_talk(bare) if intent == "more" else bare, found)
    return Reading(
        text, _language(text, state), intent, tuple(found), titles, tuple(links),
        tuple(references), felt, rest, denied, question, unknown.words if unknown else "",
        asks_there(text), said,
    )  # fmt: skip


def _proposes(text: str, link: Link) -> bool:
    return bool(_PROPOSED.fullmatch(text[: link.start]))


def _with(links: list[Link], called: Called | None) -> list[Link]:
    link = called.link if called else None
    return sorted([*links, link], key=lambda one: one.start) if link else links


def _conditions(
    text: str, catalogue: Catalogue, about: Sequence[Item], pointed: Sequence[Item]
) -> list[Found]:
    """Returns conditions of every sort, none inside another; critique goes first."""
    found = list(ages_in(text, catalogue.tags))
    if has_han(text):
        found += [one for one in chinese_in(text, catalogue, about, pointed)
                  if free(found, one.start, one.end)]  # fmt: skip
    found += [one for one in critique_in(without_han(text), catalogue, about, pointed)
              if free(found, one.start, one.end)]  # fmt: skip
    numbers = catalogue.numbers
    readers = (
        numbers_in(text, numbers), lengths_near(text, numbers), vague_in(text, numbers),
        kinds_in(text, catalogue),
    )  # fmt: skip
    for reader in readers:
        found += [one for one in reader if free(found, one.start, one.end)
                  and not has_han(text[one.start : one.end])
                  and not (has_han(text) and in_name(text, one.start, one.end))]  # fmt: skip
    return sorted(found, key=lambda one: one.start)


def _agreeing(found: Sequence[Found]) -> list[Found]:
    """Returns conditions without denials of what the same turn asks for.

    "War films, but no world war 2" denies a sort of war film: its words say which.
    """
    asked = {c for one in found for c in one.term.constraints if c.op is Op.HAS}
    return [
        one for one in found
        if not any(replace(c, op=Op.HAS) in asked for c in one.term.constraints
                   if c.op is Op.HAS_NOT)
    ]  # fmt: skip


def _intent(text: str, state: State, *, has_titles: bool) -> Intent:
    """Returns what a turn is for: its Chinese words say first, then its Latin ones."""
    if not has_han(text):
        return intent_of(text, pending=state.asked, has_titles=has_titles)
    said = chinese.intent_of(text, pending=state.asked)
    return said or intent_of(without_han(text), pending=state.asked, has_titles=has_titles)


def _question(
    text: str, catalogue: Catalogue, *, has_titles: bool, bounds: bool
) -> Question | None:
    if not has_titles and (field := values_asked(text, catalogue.fields)):
        return Question("values", field)
    if not has_han(text):
        return question_in(text, catalogue.numbers, has_titles=has_titles, bounds=bounds)
    return question_zh(text, catalogue.numbers, has_titles=has_titles)


def _references(text: str, state: State) -> list[Reference]:
    """Returns what a text points at, in either language."""
    if not has_han(text):
        return references_in(text, state.shown) or implied(text, state)
    spoken = [one.item for one in state.named if one.item in (*state.shown, *state.before)]
    found = references_zh(text, state.shown, spoken)
    return found or references_in(without_han(text), state.shown)


def _felt(text: str, links: Sequence[Link], references: Sequence[Reference]) -> tuple[Linked, ...]:
    """Returns what is said of every item that is named or pointed at."""
    spots = [Link(one.start, one.end, text[one.start : one.end], one.items[0], one.items[1:])
             for one in references]  # fmt: skip
    together = sorted([*links, *spots], key=lambda link: link.start)
    found: list[Linked] = []
    for link, feeling in zip(together, feelings(text, together), strict=True):
        ids = (link.item, *link.others) if link in spots else (link.item,)
        found += [Linked(item, "", link.said, feeling) for item in ids]
    return tuple(found)


def _language(text: str, state: State) -> str:
    """Returns the language of a turn; one without letters follows the turn before."""
    if re.search(r"[\u4e00-\u9fff]", text):
        return "zh"
    return "en" if latin_share(text) > 0.5 else state.language


def foreign_titles(reading: Reading) -> list[str]:
    """Returns what stands between title marks, and is no title of the catalogue."""
    marks = re.finditer(r"《([^》]{1,40})》", reading.said)
    return [
        one[1] for one in marks
        if all(link.end <= one.start() or link.start >= one.end() for link in reading.links)
    ]  # fmt: skip


_NEVER_MIND = re.compile(r"没关系|无所谓|不要紧|不介意|不在乎|不在意|也(?:可以|行|成|好)")


def terms_of(reading: Reading) -> list[Term]:
    """Returns what a reading puts in force."""
    found = reading.found
    if reading.intent == "drop" and _NEVER_MIND.search(reading.text):
        # "长一点没关系" asks for nothing: it lifts what is in force, if anything is.
        found = tuple(one for one in found if one.kind != "number")
    terms = [one.term for one in found if one.term.text]
    rest, denied = _once(reading.rest), _once(reading.denied)
    if rest:
        terms.append(Term("", cut(rest), words=rest))
    if denied:
        terms.append(Term("", f"not: {cut(denied)}", words=denied, likes=False))
    return terms


def _once(words: str) -> str:
    """Returns words without those that were said before: a chip is no speech."""
    return " ".join(dict.fromkeys(words.split()))


def cut(words: str) -> str:
    """Returns as much of a wish as is shown."""
    if len(words) <= _SHOWN:
        return words
    return words[:_SHOWN].rsplit(" ", 1)[0] + " …"
