"""Single values: text without control characters, numbers, lists."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from palate.retrieval.ingest.report import Tally

#: Longest text that is kept of a value.
LONGEST_TEXT = 100_000

#: What files write where they have no value. Titles and names may well be "NA" or "None".
MISSING = frozenset({"", "\\N", "null", "NULL", "None", "nan", "NaN", "N/A", "<NA>"})
MISSING_TITLE = frozenset({"", "\\N", "NULL", "nan", "NaN"})

#: Control characters but tab and line ends, and code points that are no characters.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_FLOAT_ID = re.compile(r"(\d+)\.0")
_SPACE = re.compile(r"\s+")


def clean_text(value: object, column: str, tally: Tally) -> str:
    """Returns a value as text: no control characters, at most ``LONGEST_TEXT`` long."""
    text = value if isinstance(value, str) else _joined(value)
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        tally.clean(column, f"cut to {LONGEST_TEXT:,} characters")
    if not text.isprintable() and CONTROL.search(text):
        text = CONTROL.sub("", text)
        tally.clean(column, "control characters removed")
    return text.strip()


def clean_line(value: object, column: str, tally: Tally) -> str:
    """Returns a value as text on one line."""
    text = clean_text(value, column, tally)
    return text if text.isprintable() else _SPACE.sub(" ", text)


def clean_id(value: object, column: str, tally: Tally) -> str:
    """Returns an id as text; a number that a spreadsheet made a float is whole again."""
    text = clean_line(value, column, tally)
    match = _FLOAT_ID.fullmatch(text)
    if match:
        tally.clean(column, "12.0 read as 12")
        return match[1]
    return text


def is_missing(value: object, words: frozenset[str] = MISSING) -> bool:
    """Returns whether a value stands for none."""
    if isinstance(value, str):
        return value in words or value.strip() in words
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, list | dict) and not value


def to_number(text: str) -> int | float | None:
    """Returns the number that a text writes, whole where it is; ``None`` where it is none."""
    if "_" in text:
        return None
    if len(text) < 16:
        with suppress(ValueError):
            return int(text)
    try:
        return whole(float(text))
    except ValueError:
        return None


def whole(number: float) -> int | float | None:
    """Returns a number, as an int where it is whole; ``None`` for nan and infinities."""
    try:
        number = float(number)
    except OverflowError:
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def to_list(value: object, separators: str = "|;,") -> list[str]:
    """Splits a value into words: a JSON list (also of objects with a name), or at a separator.

    Args:
        value: A list or a text.
        separators: The first of these that the text holds splits it.
    """
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _literal(value)
    if isinstance(value, list | tuple):
        return [str(_named(part)).strip() for part in value if not is_missing(part)]
    text = str(value)
    mark = next((mark for mark in separators if mark in text), None)
    return [part.strip() for part in (text.split(mark) if mark else [text])]


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Returns words once each, in order, without empty ones."""
    return tuple(dict.fromkeys(word for word in words if word))


def _literal(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text) if len(text) < 10_000 else text
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text


def _named(part: Any) -> Any:
    return part.get("name", next(iter(part.values()))) if isinstance(part, dict) and part else part


def _joined(value: object) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(str(part) for part in value)
    return str(value)
