"""Rubrics: what a judging prompt asks, the schema of its reply, and how the reply is read.

A template with ``reply = "rubric faithful:yes-no specific:1-5"`` asks for these answers, so that a
template of one's own may ask for others. One with ``reply = "preference"`` asks which of A and B is
better. A reply that lacks an answer, or has one out of range, is no verdict at all: nothing is
guessed, and nothing is mended but the text around the JSON.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from palate.errors import PromptError
from palate.prompts.clean import one_line
from palate.prompts.library import Template
from palate.prompts.parse import json_object

Choice = Literal["A", "B", "tie"]
_FORM = re.compile(r"([a-z][a-z_]{0,30}):(?:(yes-no)|([0-9])-([0-9]))")
_YES_NO = {"yes": 1, "no": 0, "true": 1, "false": 0, "1": 1, "0": 0}
_WHY = 300
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Dimension:
    """One question of a rubric; ``yes`` is 1 and ``no`` is 0."""

    name: str
    low: int
    high: int

    @property
    def yes_no(self) -> bool:
        """Whether it is answered by yes or no."""
        return (self.low, self.high) == (0, 1)

    def read(self, value: object) -> int | None:
        """Returns the answer that a reply's value is; ``None`` where it is none."""
        if self.yes_no:
            return _YES_NO.get(str(value).strip().casefold().rstrip("."))
        number = _whole(value)
        return number if number is not None and self.low <= number <= self.high else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said of one sentence: an answer a dimension, and why, in its words."""

    scores: Mapping[str, int]
    why: str = ""


def told_questions(template: Template) -> dict[str, str]:
    """Returns question -> what the template's own text says of it, where a line begins with it."""
    names = [match[1] for match in _FORM.finditer(str(template.header["reply"]))]
    lines = [line.strip() for _, text in template.sections for line in text.splitlines()]
    found = {
        name: next((line for line in lines if line.startswith((f"{name},", f"{name}:"))), "")
        for name in names
    }
    return {name: _VARIABLE.sub(r"\1", line) for name, line in found.items() if line}


@dataclass(frozen=True, slots=True)
class Rubric:
    """The questions of a judging template."""

    dimensions: tuple[Dimension, ...]

    def schema(self) -> Mapping[str, object]:
        """Returns the JSON schema of a verdict."""
        answers = {one.name: _answer(one) for one in self.dimensions}
        return _object({"why": {"type": "string"}, **answers})

    def read(self, reply: str) -> Verdict | None:
        """Reads a reply; ``None`` where any answer is missing or out of range."""
        data = json_object(reply)
        if data is None:
            return None
        scores = {one.name: one.read(data.get(one.name)) for one in self.dimensions}
        known = {name: score for name, score in scores.items() if score is not None}
        if len(known) < len(scores):
            return None
        return Verdict(known, one_line(str(data.get("why", "")), _WHY))


def rubric_of(template: Template) -> Rubric:
    """Returns what a template asks.

    Raises:
        PromptError: Its header names no rubric, or one that cannot be read.
    """
    form = str(template.header["reply"])
    kind, *parts = form.split()
    found = [_FORM.fullmatch(part) for part in parts]
    if kind != "rubric" or not found or not all(found):
        raise PromptError(
            f"The template {template.name} has reply = {form!r}. A judge's template has a rubric "
            'such as reply = "rubric faithful:yes-no useful:1-5".'
        )
    made = tuple(_dimension(one) for one in found if one is not None)
    if len({one.name for one in made} - {"why"}) < len(made):
        raise PromptError(f"The template {template.name} asks one thing twice. Name each once.")
    if any(one.low >= one.high for one in made):
        raise PromptError(f"The template {template.name} has a scale without two ends. Mend it.")
    return Rubric(made)


def preference_schema() -> Mapping[str, object]:
    """Returns the JSON schema of a preference."""
    return _object({"why": {"type": "string"}, "better": {"enum": ["A", "B", "tie"]}})


def read_preference(reply: str) -> Choice | None:
    """Reads which of two sentences a judge prefers; ``None`` where it does not say."""
    data = json_object(reply)
    said = str(data.get("better", "")).strip().rstrip(".").casefold() if data else ""
    known: dict[str, Choice] = {"a": "A", "b": "B", "tie": "tie"}
    return known.get(said.removeprefix("sentence "))


def _whole(value: object) -> int | None:
    """Returns 4 of ``4``, ``4.0`` and ``"4"``; a truth value is no number."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"\s*\d\s*", value, re.ASCII) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if value == value // 1 and abs(value) < 100 else None


def _dimension(match: re.Match[str]) -> Dimension:
    if match[2]:
        return Dimension(match[1], 0, 1)
    return Dimension(match[1], int(match[3]), int(match[4]))


def _answer(one: Dimension) -> Mapping[str, object]:
    if one.yes_no:
        return {"enum": ["yes", "no"]}
    return {"type": "integer", "minimum": one.low, "maximum": one.high}


def _object(properties: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
