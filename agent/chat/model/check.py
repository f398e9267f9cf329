"""Checks what a model says: sentence by sentence, against the catalogue and the tools' answers.

A sentence about an item stands if every claim in it is supported by that item; any other if it
claims nothing that the tools did not say. What does not stand is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from palate.agent.chat.model.question import would_tell
from palate.agent.chat.model.toolbox import Toolbox
from palate.agent.chat.policy.replay import LISTED
from palate.agent.reasons.verify import World, check_claims
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
#: Characters of a reply that are read.
_LONGEST = 4000
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
    for sentence in _sentences(reply):
        if not _stands(sentence, box):
            refused.append(sentence)
        elif not sentence.endswith(("?", "？")):
            kept.append(sentence)
        elif question is None and would_tell(sentence, box.state, box.desk):
            question = sentence
    return Checked(" ".join(kept), question, tuple(refused))


def _sentences(reply: str) -> list[str]:
    """Returns the sentences of a reply, without mark-up and without lists: those are ours."""
    plain = LISTED.sub("", reply[:_LONGEST])
    plain = _MARKS.sub(lambda found: found[1] or "", plain)
    return [line for part in _SENTENCE.split(plain) if (line := one_line(part, 500))]


def _stands(sentence: str, box: Toolbox) -> bool:
    links = box.desk.catalogue.linker.links(sentence)
    ids = list(dict.fromkeys(link.item for link in links))
    named = {one.item for one in box.reading.titles}
    items = box.desk.items([*ids, *box.state.felt("liked", "disliked", "seen", "named")])
    worlds = [_world(item, items, box) for item in ids if item in items]
    if not worlds:
        worlds = [_world("", items, box)]
    if len(ids) > 1 and not set(ids) <= named:
        worlds.append(_together(ids, items, box))
    asks = sentence.endswith(("?", "？")) and not _TELLS.search(sentence)
    return any(
        all(claim.supported or (asks and claim.kind in _ASKABLE)
            for claim in check_claims(sentence, one))
        for one in worlds
    )  # fmt: skip


def _world(item: str, items: Mapping[str, Item], box: Toolbox) -> World:
    """Returns what may be said of one item (or, without one, of the turn)."""
    told = "\n".join(box.told)
    one = items.get(item) or Item("", "", told)
    request = "\n".join([box.reading.text, *(term.text for term in box.state.terms)])
    if item:
        request = f"{request}\n{told}"
    return World(Candidate(one, 0.0), _profile(box), items, request)


def _together(ids: Sequence[str], items: Mapping[str, Item], box: Toolbox) -> World:
    """Returns what may be said of several items at once: only what the tools said of them."""
    told = "\n".join(box.told)
    titles = " ".join(items[item].title for item in ids if item in items)
    return World(Candidate(Item("", titles, told), 0.0), _profile(box), items, box.reading.text)


def _profile(box: Toolbox) -> Profile:
    history = tuple(
        HistoryEntry(one.item, _STRENGTHS[one.feeling], Action.LIKE) for one in box.state.named
    )
    return Profile(box.state.user, Start.REQUEST_ONLY, history)
