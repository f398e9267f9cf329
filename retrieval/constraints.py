"""Typed constraints: read from text, checked exactly in code, and relaxed by name.

A constraint on a field that an item lacks does not hold: nobody who asks for "under two hours"
wants a film of unknown length. Words are compared without regard to case, accents or width.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from palate.domain import Constraint, FieldValue, Item, Op, Relaxation
from palate.errors import CatalogueError
from palate.retrieval.words import fold as plain_fold

_ALIASES = {"tag": "tags", "genre": "tags", "genres": "tags", "category": "tags", "word": "words"}
_SYMBOLS = (
    ("<=", Op.LE), (">=", Op.GE), ("!=", Op.NE), ("==", Op.EQ), ("<", Op.LT), (">", Op.GT),
    ("=", Op.EQ),
)  # fmt: skip
_WORDS = (("not in", Op.NOT_IN), ("has not", Op.HAS_NOT), ("in", Op.IN), ("has", Op.HAS))
_ORDER: dict[Op, Callable[[Any, Any], bool]] = {
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}
#: A negated comparison -> the one that it negates.
NEGATIVE = {Op.NE: Op.EQ, Op.NOT_IN: Op.IN, Op.HAS_NOT: Op.HAS}
UNSEEN = Constraint("seen", Op.EQ, False)


def parse_constraint(text: str) -> Constraint:
    """Reads one constraint as a person types it.

    Args:
        text: ``runtime <= 120``, ``tags has comedy``, ``year in 1990, 1991``,
            ``director != Someone``, ``-horror`` (not this tag), ``+comedy`` (this tag), or
            ``unseen``.

    Raises:
        CatalogueError: The text is none of these.
    """
    text = text.strip()
    if text == "unseen":
        return UNSEEN
    if len(text) > 1 and text[0] in "+-":
        return Constraint("tags", Op.HAS if text[0] == "+" else Op.HAS_NOT, text[1:].strip())
    found = _split_symbol(text) or _split_word(text)
    if found is None or not found[2]:
        raise CatalogueError(
            f"Cannot read the constraint {text!r}. Write it like 'runtime <= 120', "
            "'tags has comedy', '-horror' or 'unseen'."
        )
    field, op, value = found
    field = _ALIASES.get(field, field)
    return Constraint(field, _natural(field, op), _value(op, value))


def _split_symbol(text: str) -> tuple[str, Op, str] | None:
    match = re.fullmatch(r"([^\s<>=!]+)\s*(<=|>=|!=|==|<|>|=)\s*(.*)", text, re.DOTALL)
    if not match:
        return None
    return match[1], dict(_SYMBOLS)[match[2]], match[3].strip()


def _split_word(text: str) -> tuple[str, Op, str] | None:
    for word, op in _WORDS:
        match = re.fullmatch(rf"(\S+)\s+{word}\s+(.*)", text, re.DOTALL | re.IGNORECASE)
        if match:
            return match[1], op, match[2].strip()
    return None


def _natural(field: str, op: Op) -> Op:
    """A list of tags never *equals* one tag; people who type ``tags = comedy`` mean ``has``."""
    if field in ("tags", "words"):
        return {Op.EQ: Op.HAS, Op.NE: Op.HAS_NOT}.get(op, op)
    return op


def _value(op: Op, text: str) -> FieldValue:
    if op in (Op.IN, Op.NOT_IN):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    number = as_number(text)
    if number is None:
        return text
    return int(number) if number.is_integer() else number


def as_number(value: object) -> float | None:
    """Returns the value as a finite number, or ``None`` where it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if abs(number) < 1e300 else None


#: Text as it is compared: one spelling, no accents, no case. Titles and tags come again and again.
fold = lru_cache(maxsize=65_536)(plain_fold)


@lru_cache(maxsize=4096)
def _word_pattern(word: str) -> re.Pattern[str]:
    # Scripts without spaces have no word borders: there, any occurrence counts.
    left = r"(?<!\w)" if word[:1].isascii() else ""
    right = r"(?!\w)" if word[-1:].isascii() else ""
    return re.compile(left + re.escape(word) + right)


@dataclass(frozen=True, slots=True)
class Checker:
    """Holds items against constraints, exactly."""

    constraints: tuple[Constraint, ...]

    def holds(self, item: Item, seen: Collection[str] = ()) -> bool:
        """Returns whether every constraint holds for the item.

        Args:
            item: What to check.
            seen: Item ids that the person already knows.
        """
        return all(_holds(constraint, item, seen) for constraint in self.constraints)

    def broken(self, item: Item, seen: Collection[str] = ()) -> tuple[Constraint, ...]:
        """Returns the constraints that the item does not meet."""
        return tuple(c for c in self.constraints if not _holds(c, item, seen))


def _holds(constraint: Constraint, item: Item, seen: Collection[str]) -> bool:
    if constraint.field == "seen":
        return (item.id in seen) == wants_seen(constraint)
    actual = field_of(item, constraint.field)
    if actual is None:
        # "Not by this director" is met by a film whose director nobody knows;
        # "by this director" is not.
        return constraint.op in NEGATIVE
    if constraint.op in NEGATIVE:
        return not _positive(NEGATIVE[constraint.op], actual, constraint.value)
    return _positive(constraint.op, actual, constraint.value)


def wants_seen(constraint: Constraint) -> bool:
    """Returns whether a constraint on ``seen`` asks for what the person knows."""
    return bool(constraint.value) != (constraint.op in NEGATIVE)


def field_of(item: Item, name: str) -> FieldValue | None:
    """Returns a field of the item by the name that constraints use; ``None`` where missing."""
    if name == "words":
        return (item.title, item.text, *item.tags)
    if name in ("id", "title", "text"):
        return str(getattr(item, name)) or None
    if name == "tags":
        return item.tags or None
    value = item.fields.get(name)
    return None if value in ("", ()) else value


def _positive(op: Op, actual: FieldValue, value: FieldValue) -> bool:
    if op in _ORDER:
        return _compare(op, actual, value)
    if op is Op.EQ:
        return any(_same(part, value) for part in _parts(actual))
    if op is Op.IN:
        return any(_same(part, one) for part in _parts(actual) for one in _parts(value))
    word = fold(str(value))
    return any(_word_pattern(word).search(fold(str(part))) for part in _parts(actual))


def _parts(value: FieldValue) -> tuple[FieldValue, ...]:
    return value if isinstance(value, tuple) else (value,)


def _same(left: FieldValue, right: FieldValue) -> bool:
    first, second = as_number(left), as_number(right)
    if first is not None and second is not None:
        return first == second
    return fold(str(left)) == fold(str(right))


def _compare(op: Op, actual: FieldValue, value: FieldValue) -> bool:
    first, second = as_number(actual), as_number(value)
    if first is not None and second is not None:
        return _ORDER[op](first, second)
    if isinstance(actual, str) and isinstance(value, str):
        return _ORDER[op](actual, value)  # ISO dates compare as text
    return False


def best_relaxation(
    constraints: Sequence[Constraint], items: Iterable[Item], seen: Collection[str] = ()
) -> Relaxation | None:
    """Finds the one constraint whose removal lets the most items through.

    Args:
        constraints: Those that together left nothing.
        items: What the constraints were held against.
        seen: Item ids that the person already knows.

    Returns:
        ``None`` when no single removal helps.
    """
    checker = Checker(tuple(constraints))
    left = dict.fromkeys(range(len(constraints)), 0)
    for item in items:
        broken = checker.broken(item, seen)
        if len(broken) == 1:
            left[checker.constraints.index(broken[0])] += 1
    best = max(left, key=lambda index: left[index], default=None)
    if best is None or not left[best]:
        return None
    return Relaxation(checker.constraints[best], left[best])
