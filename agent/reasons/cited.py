"""What of the history and of the evidence a sentence names."""

from __future__ import annotations

from palate.agent.reasons.titles import level, mentions
from palate.agent.reasons.world import World, folded
from palate.domain import Evidence


def cited_history(sentence: str, world: World) -> tuple[str, ...]:
    """Returns the ids of the history items that a sentence names, in its order."""
    named = [item for found in mentions(level(sentence), world.aliases) for item in found.items]
    own = world.candidate.item.id
    return tuple(i for i in dict.fromkeys(named) if i in world.entries and i != own)


def evidence_named(sentence: str, world: World) -> tuple[int, int]:
    """Returns how many pieces of evidence a sentence names something of, and how many there are.

    A piece counts where it has something that can be named: history items, tags, words.
    """
    named = frozenset(i for found in mentions(level(sentence), world.aliases) for i in found.items)
    text = folded(sentence)
    pieces = [one for one in world.candidate.evidence if _nameable(one)]
    return sum(_names(text, named, one) for one in pieces), len(pieces)


def _nameable(one: Evidence) -> bool:
    return bool(one.items or one.fields or one.words) and one.feature != "popularity"


def _names(text: str, named: frozenset[str], one: Evidence) -> bool:
    said = (folded(word) for word in (*one.fields, *one.words))
    wide = (word.strip() for word in (*one.fields, *one.words) if not word.isascii())
    return (
        bool(named.intersection(one.items))
        or any(word.strip() and word in text for word in said)
        or any(word and word in text for word in wide)
    )
