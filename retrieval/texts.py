"""What of an item is read: the one definition for the embedder and for BM25."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from palate.domain import FieldValue, Item

#: A field's text counts up to here; the index words have a bound of their own.
LONGEST_FIELD = 4_000


@dataclass(frozen=True, slots=True)
class ItemText:
    """The readable parts of an item.

    Attributes:
        title: As it is.
        tags: Joined by commas.
        body: The description, then the people, places and other words of the fields.
    """

    title: str
    tags: str
    body: str


def item_parts(item: Item) -> ItemText:
    """Returns the readable parts of an item, for an index that weighs them differently."""
    facts = [text for name, value in item.fields.items() for text in _texts(name, value)]
    body = [item.text[:LONGEST_FIELD], *facts]
    return ItemText(
        item.title[:LONGEST_FIELD],
        ", ".join(item.tags)[:LONGEST_FIELD],
        "\n".join(part for part in body if part),
    )


def item_text(item: Item) -> str:
    """Returns title, tags, description and fields as the one text that is embedded."""
    parts = item_parts(item)
    return "\n".join(part for part in (parts.title, parts.tags, parts.body) if part)


def text_digest(text: str) -> int:
    """Returns a 64-bit fingerprint (BLAKE2b) by which an unchanged text is recognised."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


def _texts(name: str, value: FieldValue) -> Iterator[str]:
    if isinstance(value, tuple):
        yield ", ".join(value)[:LONGEST_FIELD]
    elif isinstance(value, str):
        if _readable(value):
            yield value[:LONGEST_FIELD]
    elif name == "year":  # the one number that people type: "a thriller of 1994"
        yield f"{value:.0f}"


def _readable(value: str) -> bool:
    """Links, paths and codes such as ``en`` are facts, but nobody's words."""
    return not (value.startswith("/") or "://" in value or (value.isascii() and len(value) < 3))
