"""Claims about colours, brands and the like: values of the catalogue's own fields."""

from __future__ import annotations

from collections.abc import Iterator

from palate.agent.reasons.world import ROLES, World, folded
from palate.domain import Claim, FieldValue

#: Checked elsewhere: people by their roles, countries and languages by what they are called.
_ELSEWHERE = {name for names in ROLES.values() for name in names} | {"country", "language"}
#: Letters of a value at least: shorter ones are parts of speech.
_SHORTEST = 3


def value_claims(text: str, world: World) -> Iterator[Claim]:
    """Checks words that another known item has as the value of a field, and this one has not.

    "It comes in red" of a black mug: some mug is red, so that red is a colour.

    Args:
        text: The sentence, titles taken out.
        world: What is known.
    """
    said, known = folded(text), world.own_words + world.asked_words
    for field, own in world.candidate.item.fields.items():
        if field in _ELSEWHERE or not _values(own):
            continue
        others = {
            folded(value)
            for item in world.items.values()
            for value in _values(item.fields.get(field, ""))
        }
        for value in sorted(others):
            if len(value.strip()) >= _SHORTEST and value in said and value not in known:
                yield Claim(value.strip(), "value", supported=False)


def _values(value: FieldValue) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return value if isinstance(value, tuple) else ()
