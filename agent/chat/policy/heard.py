"""From a reading to the next state: titles, conditions, wishes, and what was assumed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from palate.agent.chat.desk import Ask, Desk
from palate.agent.chat.events import Linked
from palate.agent.chat.linking.meant import STOP
from palate.agent.chat.policy.merge import Merged, merged, wanted_besides
from palate.agent.chat.policy.sentences import Voice
from palate.agent.chat.policy.sorts import outdated
from palate.agent.chat.policy.thirds import settled
from palate.agent.chat.policy.widen import widened
from palate.agent.chat.reading import Reading, read
from palate.agent.chat.reading.chinese.script import has_han
from palate.agent.chat.reading.read import cut, foreign_titles, terms_of
from palate.agent.chat.state import Named, State, Term
from palate.agent.chat.wording import genre_word, worded
from palate.domain import Action, Item
from palate.retrieval.lean import Lean
from palate.retrieval.words import words as index_words

#: "that one with the dream thieves": words that describe an item instead of naming it.
_DESCRIBED = re.compile(
    r"\b(?P<said>(?:that|the)\s+(?:one|film|movie|book)\s+(?:with|about|where|in "
    r"which)\s+(?P<what>[^,.;!?]+?))"
    r"(?=[,.;!?]|$|\s+but\b|\s+and i\b)",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"\b(?:loved?|liked?|enjoyed?|adored?|hated?|saw|seen|watched|favou?rite)\b", re.IGNORECASE
)
_LIKENED = re.compile(r"\b(?:like|similar to|as good as)\s+$", re.IGNORECASE)
#: How far the best answer to a description must be ahead of the next one.
_AHEAD = 1.2
#: Items that are read to see whether they speak of a name.
_SPEAKING = 5
#: Items in whose texts a name is looked for.
_NAMED = 20
#: Characters of a conversation that are carried, to find people who said alike.
_CARRIED = 2000
_LIKENING = re.compile(
    r"\b(?:more|something|anything|films?|movies?|one|ones|much)\s+(?:\w+\s+)?(?:like|similar)"
    r"|\bsimilar to\b|类似|像",
    re.IGNORECASE,
)
_DISMISSED = re.compile(
    r"\b(?:not for me|not interested|never show|don't show|hide|no thanks)\b|别再推荐|不感兴趣",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a turn changed.

    Attributes:
        noted: Sentences about what was recorded.
        assumed: Sentences about what was taken for granted.
        empty: Whether all that was said is in words that the catalogue does not know.
    """

    state: State
    assumed: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    empty: bool = False


def hear(reading: Reading, state: State, desk: Desk, say: Voice) -> Heard:
    """Returns the state after what a turn says of titles, conditions and wishes."""
    described = _described(reading, desk)
    unknown = "" if described else _undescribed(reading)
    named = [Named(one.item, one.feeling) for one in reading.felt]
    named += [Named(item.id, "liked") for item, _ in described]
    terms = [term for term in terms_of(reading) if not ((described or unknown) and term.words)]
    terms += _spoken(reading, desk)
    lost = [t for t in terms if t.words and not (t.tags or t.mood) and _is_lost(t, reading, desk)]
    state, terms = widened(state, [one for one in terms if one not in lost], reading.text)
    change, vague = _in_force(reading, state.naming(named), terms, desk, say)
    assumed = [
        *(said for _, said in vague),
        *_titles_assumed(reading, desk.items(_ids(reading)), say),
        *_words_assumed(reading, change.state, say),
        *(say("assume_mended", said=said, title=titled(item)) for item, said in described),
    ]
    strange = _strange(reading, terms, say)
    noted = [
        *(say("unfound", words=cut(term.words)) for term in lost),
        *([say("undescribed", said=unknown)] if unknown else []), *strange,
        *_replaced(change, say),
    ]  # fmt: skip
    carried = f"{state.heard} {_bare(reading)}".strip()[-_CARRIED:]
    after = replace(change.state, heard=carried, language=reading.language)
    empty = bool(lost or reading.called or strange) and not (terms or named or vague)
    return Heard(after, tuple(dict.fromkeys(assumed)), tuple(noted), empty)


def _in_force(
    reading: Reading, state: State, terms: Sequence[Term], desk: Desk, say: Voice
) -> tuple[Merged, list[tuple[Term, str]]]:
    """Puts terms into force; vague ones last, as they go by all others."""
    change = merged(state, terms, reading.text)
    gone = outdated(change.state, terms, reading.text, desk)
    change = Merged(change.state.without(*(one.id for one in gone)), (*change.dropped, *gone))
    vague = settled(reading, change.state, desk, say)
    nearer = merged(change.state, [term for term, _ in vague], reading.text)
    return Merged(nearer.state, (*change.dropped, *nearer.dropped)), vague


def _strange(reading: Reading, terms: Sequence[Term], say: Voice) -> list[str]:
    """Says which titles the catalogue does not hold."""
    found = [say("unfound_title", said=one) for one in foreign_titles(reading)]
    if reading.called and not any(term.words == reading.called for term in terms):
        found.append(say("untitled", said=reading.called))
    return found


def _is_lost(term: Term, reading: Reading, desk: Desk) -> bool:
    """Tells words that nothing in the catalogue speaks of.

    A name between Chinese words ("Raging Bull") is one thing: half of it is something else.
    """
    if not has_han(reading.text):
        return not desk.search(term.words, 1)
    hits = desk.search(term.words, _NAMED)
    if not re.fullmatch(r"(?:[A-Z][\w'’.-]*\s*)+", term.words):
        return not hits
    return all(term.words.casefold() not in f"{i.title} {i.text}".casefold() for i, _ in hits)


def speaking_of(words: str, desk: Desk) -> list[Item]:
    """Returns the items whose texts hold all telling words of a name that no title has."""
    asked = {word for word in index_words(words) if word not in STOP}
    hits = [item for item, _ in desk.search(words, _SPEAKING)] if asked else []
    return [one for one in hits if asked <= {*index_words(one.title), *index_words(one.text)}]


def _spoken(reading: Reading, desk: Desk) -> list[Term]:
    """Returns the wish for what stands where a title does, where texts speak of it.

    "Something like James Bond": no title, but one can look for it.
    """
    if not reading.called or not speaking_of(reading.called, desk):
        return []
    return [Term("", reading.called, words=reading.called)]


def hear_besides(reading: Reading, state: State, desk: Desk, say: Voice) -> Heard | None:
    """Hears what a turn that drops something asks for in the same breath; ``None`` for nothing."""
    wish = wanted_besides(reading.text)
    if not wish:
        return None
    return hear(read(wish, state, desk.catalogue, desk.items), state, desk, say)


def ask_of(state: State, n: int = 5) -> Ask:
    """Returns what a state asks for."""
    tags = [str(c.value) for c in state.constraints if c.field == "tags" and c.op.value == "has"]
    tags += [tag for term in state.terms if term.likes and not term.mood for tag in term.tags]
    return Ask(
        state.user, state.text, state.constraints, state.felt("liked"), state.felt("disliked"),
        known=state.felt("seen", "named"),
        unwished=tuple(
            term.words for term in state.terms if term.words and not (term.likes or term.mood)
        ),
        leans=tuple(
            Lean(term.words, term.tags, term.against, term.likes, term.than)
            for term in state.terms if term.mood
        ),
        hidden=state.before, tags=tuple(tags), talk=state.heard, n=n, language=state.language,
    )  # fmt: skip


def titled(item: Item) -> str:
    """Returns a title with its year."""
    year = item.fields.get("year")
    return f"{item.title} ({year})" if isinstance(year, int) else item.title


def _ids(reading: Reading) -> list[str]:
    others = [item for link in reading.links for item in link.others]
    return list(dict.fromkeys([*(one.item for one in reading.felt), *others]))


def _bare(reading: Reading) -> str:
    return " ".join([reading.rest, *(one.term.text for one in reading.found)])


def _titles_assumed(reading: Reading, items: Mapping[str, Item], say: Voice) -> list[str]:
    found = []
    for link in reading.links:
        item = items.get(link.item)
        others = [items[other] for other in link.others if other in items]
        if item is None:
            continue
        if others and not re.search(r"\d{4}", link.said):
            named = say.row([titled(other) for other in others[:2]])
            found.append(say("assume_title", said=link.said, title=titled(item), others=named))
        elif link.mended:
            found.append(say("assume_mended", said=link.said, title=titled(item)))
    return found


def _words_assumed(reading: Reading, state: State, say: Voice) -> list[str]:
    found = []
    asked, bounds = terms_of(reading), {str(c.value) for c in state.constraints}
    for one in reading.found:
        if one.term.mood and one.term in asked:
            name = "assume_more" if one.term.likes else "assume_less"
            kinds = [genre_word(t, say.language) for t in one.term.tags if t not in bounds]
            than = say("than_shown") if one.term.than else ""
            name = name if kinds else "assume_told"
            found.append(say(name, said=one.assumed, tags=say.row(kinds), than=than))
        elif one.assumed and one.term in asked:
            said, _, *whose = one.assumed.split("\t")
            shown = worded(one.term, say.language)
            name = "assume_whose" if whose else "assume_word"
            found.append(say(name, said=said, shown=shown, title=whose[0] if whose else ""))
    return found


def _replaced(change: Merged, say: Voice) -> Sequence[str]:
    if not change.dropped:
        return ()
    return (say("replaced", terms=say.terms(change.dropped)),)


def _described(reading: Reading, desk: Desk) -> list[tuple[Item, str]]:
    """Returns items that are described and not named, with the words that do.

    They are known ("I loved the one with ...") or likened to ("like that film about ..."); "the one
    where they rob a casino" by itself looks for it.
    """
    match = _DESCRIBED.search(reading.text)
    before = reading.text[: match.start()] if match else ""
    if match is None or not (_KNOWN.search(before) or _LIKENED.search(before)):
        return []
    start, end = match.span("what")
    if any(link.start < end and link.end > start for link in reading.links):
        return []
    hits = desk.search(match["what"], 2)
    if not hits or (len(hits) > 1 and hits[0][1] < _AHEAD * hits[1][1]):
        return []
    return [(hits[0][0], match["said"])]


def _undescribed(reading: Reading) -> str:
    """Returns the words for an item that the person knows and the catalogue does not tell.

    Without a word of having seen it, "the one with the shark" is a wish like any other.
    """
    match = _DESCRIBED.search(reading.text)
    known = match and _KNOWN.search(reading.text[: match.start()])
    return match["said"] if match and known else ""


def recorded(reading: Reading, state: State, desk: Desk, say: Voice) -> list[str]:
    """Records what a known person says of something that was shown to them.

    Returns:
        Sentences that say so.
    """
    if state.user is None or _LIKENING.search(reading.text) or reading.intent != "recommend":
        return []
    about = [one for one in reading.felt if one.item in state.shown]
    said: dict[str, list[str]] = {}
    titles = desk.items([one.item for one in about])
    for one in about:
        action = _action(one, reading.text)
        if action is not None and one.item in titles:
            desk.feedback(state.user, one.item, action, state.recommendation)
            said.setdefault(_NOTES[action], []).append(titles[one.item].title)
    return [say(name, titles=say.row(found)) for name, found in said.items()]


_NOTES = {
    Action.LIKE: "noted_like", Action.DISLIKE: "noted_dislike", Action.DISMISS: "noted_dislike",
    Action.VIEW: "noted_seen",
}  # fmt: skip


def _action(one: Linked, text: str) -> Action | None:
    if one.feeling == "liked":
        return Action.LIKE
    if _DISMISSED.search(text):
        return Action.DISMISS
    return {"disliked": Action.DISLIKE, "seen": Action.VIEW}.get(one.feeling)


def wish_terms(text: str, terms: Sequence[Term]) -> list[Term]:
    """Returns terms for what is to be remembered in this conversation."""
    return list(terms) or [Term("", text, words=text)]
