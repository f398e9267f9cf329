"""What a sentence may lean on: what the tools said, line by line, and of which item.

A line of one item is no evidence for another: that one director stands in an answer does not make
him the director of all that is in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from palate.agent.chat.model.toolbox import Toolbox

#: Words that mean an item without its title.
_REFERS = re.compile(
    r"\b(?:it|its|he|she|his|her|they|their|both|each|these|those"
    r"|(?:this|that|the (?:first|second|third|fourth|fifth|last|former|latter|other)) "
    r"(?:one|film|movie)|the (?:first|second|third|fourth|fifth|former|latter))\b"
    r"|它|他|她|这部|那部|两部|第[一二两三四五1-5]",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    r"\b(?:longest|shortest|oldest|newest|earliest|most (?:popular|recent)|least popular)\b"
    r"|最(?:长|短|老|旧|新|早|热门|受欢迎)",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:both|all|each|are|were|have)\b|都|均", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Backing:
    """What was said in a turn.

    Attributes:
        lines: Of all answers, each with the item that it is about, if it is about one.
        firsts: Items that answers begin with, where the store was asked for facts.
    """

    lines: tuple[tuple[str | None, str], ...]
    firsts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, box: Toolbox) -> Self:
        """Reads what the tools said: a line is about its first title, or the line it is under."""
        answers = [_lines(text, box) for text in box.told]
        firsts = [next((about for about, _ in one if about), None) for one in answers]
        held = frozenset(one for one in firsts if one) if "catalogue_facts" in box.used else ()
        return cls(tuple(line for one in answers for line in one), frozenset(held))

    @property
    def whole(self) -> str:
        """All of it."""
        return "\n".join(line for _, line in self.lines)

    def of_items(self, *items: str) -> str:
        """Returns what was said of some items."""
        return "\n".join(line for about, line in self.lines if about in items)

    def leads(self, ids: Sequence[str]) -> bool:
        """Tells whether an answer from the store names one of these first; true of none."""
        return not ids or not self.firsts.isdisjoint(ids)


def _lines(text: str, box: Toolbox) -> list[tuple[str | None, str]]:
    lines: list[tuple[str | None, str]] = []
    about: str | None = None
    for line in text.splitlines():
        if not line.startswith(" "):
            links = box.desk.catalogue.linker.links(line)
            about = links[0].item if links else None
        lines.append((about, line))
    return lines


def refers(sentence: str) -> bool:
    """Tells whether a sentence speaks of items by a word that stands for their titles."""
    return bool(_REFERS.search(sentence))


def of_each(sentence: str) -> bool:
    """Tells whether a sentence says the same of all items in it."""
    return bool(_EACH.search(sentence))


def extreme(sentence: str) -> bool:
    """Tells whether a sentence says that something has the most or least of what there is."""
    return bool(_EXTREME.search(sentence))
