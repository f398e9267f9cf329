"""Reasons labelled by people: one JSON object a line.

    {"id": "r1", "noun": "film", "item": "Heat (1995); crime", "liked": ["Alien"],
     "reason": "You liked Alien.", "labels": {"faithful": "yes", "specific": 3}}

``evidence, disliked, seen, wishes, request, noun`` may be left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from palate.errors import EvalError
from palate.eval.judge.exhibit import Exhibit
from palate.prompts.rubric import Rubric

_TEXTS, _LISTS = ("noun", "item", "evidence", "request"), ("liked", "disliked", "seen", "wishes")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A reason, what it is held against, and what a person answered."""

    id: str
    exhibit: Exhibit
    reason: str
    labels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Labels:
    """A label file: its name, its fingerprint, and what stands in it."""

    source: str
    sha256: str
    cases: tuple[Labelled, ...]


def read_labels(path: Path, rubric: Rubric) -> Labels:
    """Reads a label file.

    Raises:
        EvalError: It cannot be read, a line is wrong (with its number), or fewer than two remain.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(f"{path} cannot be read: {error}. Check the path.") from None
    found: dict[str, Labelled] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            one = _labelled(line, f"{path.name}, line {number}", rubric)
            if one.id in found:
                raise EvalError(f"{path.name}, line {number}: the id {one.id!r} stands twice.")
            found[one.id] = one
    if len(found) < 2:
        raise EvalError(f"{path.name} holds {len(found)} labelled reasons. Label two at least.")
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Labels(path.name, digest, tuple(found.values()))


def _labelled(line: str, place: str, rubric: Rubric) -> Labelled:
    try:
        data = json.loads(line)
        exhibit = _exhibit(data)
        found = {name: data[name] for name in ("id", "reason", "labels")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvalError(
            f"{place}: {error}. A line needs id, item, reason and labels; see docs/judging.md."
        ) from None
    if not all(isinstance(found[name], str) and found[name].strip() for name in ("id", "reason")):
        raise EvalError(f"{place}: id and reason are texts. Write both.")
    given = found["labels"] if isinstance(found["labels"], dict) else {}
    labels: dict[str, int] = {}
    for one in rubric.dimensions:
        answer = one.read(given.get(one.name))
        if answer is None:
            scale = "yes or no" if one.yes_no else f"{one.low} to {one.high}"
            raise EvalError(f"{place}: labels.{one.name} is to be {scale}. Mend the line.")
        labels[one.name] = answer
    return Labelled(found["id"], exhibit, found["reason"], labels)


def _exhibit(data: Mapping[str, Any]) -> Exhibit:
    texts = {name: data.get(name, "item" if name == "noun" else "") for name in _TEXTS}
    lists = {name: data.get(name, []) for name in _LISTS}
    strings = [*texts.values(), *(one for part in lists.values() for one in part)]
    if not data["item"] or not all(isinstance(one, str) for one in strings):
        raise TypeError("item and everything that is known of the person are texts")
    return Exhibit(**texts, **lists)
