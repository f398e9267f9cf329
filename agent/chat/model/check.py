"""Checks what a model says: sentence by sentence, against the catalogue and the tools' answers.

A sentence about an item stands if every claim in it is supported by that item, or by what the tools
said of that item; any other if it claims nothing that the tools did not say. What does not stand is
left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from palate.agent.chat.model.backing import Backing, extreme, of_each, refers
from palate.agent.chat.model.deeds import may_tell
from palate.agent.chat.model.question import would_tell
from palate.agent.chat.model.toolbox import Toolbox
from palate.agent.chat.policy.replay import LISTED
from palate.agent.reasons.verify import World, check_claims
from palate.agent.reasons.world import folded
from palate.domain import Action, Candidate, HistoryEntry, Item, Profile, Start
from palate.prompts.clean import one_line

_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+")
_MARKS = re.compile(r"[*_`#]{1,3}|!?\[([^\]]*)\]\([^)]*\)")
#: What a question may ask without claiming it: "should it be a western?".
_ASKABLE = frozenset(("genre", "year", "length", "number", "history"))
#: A question that tells something all the same: "did you know that ...?".
_TELLS = re.compile(
    r"\b(?:know|aware|heard|true that|remember)\b|n['’]t\b|知道|难道", re.IGNORECASE
)
#: "... is the best film": what is it that is?
_SUBJECT = re.compile(
    r"(?:and |but |so |well, )?(?P<it>[\w'’ -]{2,40}?) (?:is|was|remains) (?:the|an?|one of)\b"
    r"[^.!?]*\b(?:films?|movies?|classics?|masterpieces?|thrillers?|comed(?:y|ies)|books?)\b",
    re.IGNORECASE,
)
_POINTING = frozenset(
    "it it's this that that's these those here here's there which each one both all first second "
    "third last another my your what everything they he she the".split()
)
#: Characters of a reply that are read.
_LONGEST = 4000
#: What a person's words do not make true of an item: "I heard that Hitchcock directed Jaws".
_FACTS = frozenset(("name", "year", "length", "number", "fact"))
_STRENGTHS = {"liked": 0.8, "disliked": -0.8, "seen": 0.0, "named": 0.0}


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a reply.

    Attributes:
        text: The sentences that stand.
        question: The first question among them whose answer would change the pool; others are
            left out.
        refused: The sentences that do not.
    """

    text: str
    question: str | None
    refused: tuple[str, ...] = ()


def checked(reply: str, box: Toolbox) -> Checked:
    """Returns what of a model's reply may be said.

    Args:
        reply: The model's words.
        box: The tools of the turn, after they were used.
    """
    kept: list[str] = []
    refused: list[str] = []
    question: str | None = None
    backing, before = Backing.of(box), list[str]()
    for sentence in _sentences(reply):
        ids = _ids(sentence, box)
        if not _stands(sentence, ids or (before if refers(sentence) else []), box, backing):
            refused.append(sentence)
        elif not sentence.endswith(("?", "？")):
            kept.append(sentence)
        elif question is None and would_tell(sentence, box.state, box.desk):
            question = sentence
        before = ids or before
    return Checked(" ".join(kept), question, tuple(refused))


def _sentences(reply: str) -> list[str]:
    """Returns the sentences of a reply, without mark-up and without lists: those are ours."""
    plain = LISTED.sub("", reply[:_LONGEST])
    plain = _MARKS.sub(lambda found: found[1] or "", plain)
    return [line for part in _SENTENCE.split(plain) if (line := one_line(part, 500))]


def _ids(sentence: str, box: Toolbox) -> list[str]:
    """Returns the items that a sentence names, each once."""
    links = box.desk.catalogue.linker.links(sentence)
    return list(dict.fromkeys(link.item for link in links))


def _names_another(sentence: str, box: Toolbox, backing: Backing) -> bool:
    """Tells of something that is called a film, in small letters, and that nobody here named."""
    match = _SUBJECT.match(sentence)
    if match is None or match["it"].casefold().split()[0] in _POINTING:
        return False
    known = folded(f"{backing.whole} {box.reading.text}")
    return folded(match["it"]) not in known


def _stands(sentence: str, ids: Sequence[str], box: Toolbox, backing: Backing) -> bool:
    if not may_tell(sentence, box) or (extreme(sentence) and not backing.leads(ids)):
        return False
    items = box.desk.items([*ids, *box.state.felt("liked", "disliked", "seen", "named")])
    known = [item for item in ids if item in items]
    if not known and _names_another(sentence, box, backing):
        return False
    if not known:
        told = "" if refers(sentence) else backing.whole
        return _fine(sentence, [_world(Item("", "", told), items, box)])
    each = [
        (_world(items[item], items, box, backing.of_items(item)),
         _world(items[item], items, box, backing.of_items(item), asked=False))
        for item in known
    ]  # fmt: skip
    if len(known) > 1 and of_each(sentence):
        titles = frozenset(items[item].title for item in known)
        return all(_fine(sentence, worlds, titles) for worlds in each)
    if len(known) > 1 and not set(known) <= {one.item for one in box.reading.titles}:
        row = " ".join(items[item].title for item in known)
        together = Item("", row, backing.of_items(*known))
        return any(_fine(sentence, worlds) for worlds in each) or _fine(
            sentence, [_world(together, items, box, asked=False)]
        )
    return any(_fine(sentence, worlds) for worlds in each)


def _fine(sentence: str, worlds: Sequence[World], titles: frozenset[str] = frozenset()) -> bool:
    """Tells whether the first world supports every claim, and the last every fact among them.

    Args:
        sentence: With claims in it, or without.
        worlds: With what the person said, and without.
        titles: Of other items that it names: those exist.
    """
    asks = sentence.endswith(("?", "？")) and not _TELLS.search(sentence)
    facts = {claim for claim in check_claims(sentence, worlds[-1]) if claim.supported}
    return all(
        claim.text in titles
        or (claim.supported and (claim.kind not in _FACTS or claim in facts))
        or (asks and claim.kind in _ASKABLE)
        for claim in check_claims(sentence, worlds[0])
    )


def _world(
    item: Item, items: Mapping[str, Item], box: Toolbox, told: str = "", *, asked: bool = True
) -> World:
    """Returns what may be said of an item: what it is, what was told of it, what was asked for."""
    words = [box.reading.text, *(term.text for term in box.state.terms)] if asked else []
    return World(Candidate(item, 0.0), _profile(box), items, "\n".join([*words, told]))


def _profile(box: Toolbox) -> Profile:
    history = tuple(
        HistoryEntry(one.item, _STRENGTHS[one.feeling], Action.LIKE) for one in box.state.named
    )
    return Profile(box.state.user, Start.REQUEST_ONLY, history)
