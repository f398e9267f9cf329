"""Hears what was said for taste alone: titles and what is said of them, genres, words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from palate.agent.chat.catalogue import Catalogue
from palate.agent.chat.desk import Ask
from palate.agent.chat.events import Linked
from palate.agent.chat.linking import Link
from palate.agent.chat.linking.feelings import feelings
from palate.retrieval.words import fold

_WORDS = re.compile(r"[^\W_]+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
#: Words of the longest name of a tag that is looked for.
_LONGEST = 4


def titles_in(text: str, links: Sequence[Link], titles: dict[str, str]) -> tuple[Linked, ...]:
    """Returns the titles of a text with what is said of each.

    Args:
        text: What was said.
        links: The titles in it.
        titles: Item id -> title.
    """
    felt = feelings(text, links)
    return tuple(
        Linked(link.item, titles.get(link.item, link.said), link.said, feeling)
        for link, feeling in zip(links, felt, strict=True)
    )


def without(text: str, links: Iterable[Link]) -> str:
    """Returns a text without the titles in it."""
    parts, last = [], 0
    for link in links:
        parts += [text[last : link.start], " "]
        last = link.end
    return "".join([*parts, text[last:]])


def tags_in(text: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Returns the tags that a text names, with repeats, in its order."""
    words = _WORDS.findall(fold(text))
    found: list[str] = []
    place = 0
    while place < len(words):
        for size in range(min(_LONGEST, len(words) - place), 0, -1):
            tag = catalogue.tags.get(" ".join(words[place : place + size]))
            if tag is not None:
                found.append(tag)
                place += size - 1
                break
        place += 1
    if _WIDE.search(text):
        found += [
            tag for word, tag in catalogue.tags.items() if _WIDE.search(word) and word in text
        ]
    return tuple(found)


def overheard(messages: Sequence[str], catalogue: Catalogue) -> Ask:
    """Returns what a whole conversation, whoever spoke, says about taste.

    Args:
        messages: In order.
        catalogue: Its vocabulary.
    """
    named: dict[str, str] = {}
    tags: list[str] = []
    words: list[str] = []
    for message in messages:
        links = catalogue.linker.links(message)
        for one in titles_in(message, links, {}):
            named.pop(one.item, None)
            named[one.item] = one.feeling
        rest = without(message, links)
        tags += tags_in(rest, catalogue)
        words.append(rest)
    return Ask(
        liked=tuple(item for item, feeling in named.items() if feeling != "disliked"),
        disliked=tuple(item for item, feeling in named.items() if feeling == "disliked"),
        tags=tuple(tags),
        talk=" ".join(words),
    )
