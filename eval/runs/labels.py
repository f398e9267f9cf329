"""Reads the candidates' lines off a prompt, as a model would: label and text, slot by slot."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from palate.domain import ModelCall

_LINE = re.compile(r"^[\s\-*(\[]*([A-Z]{1,2})[\])]?[\s:.)]+(\S.*)$")
_HEADED = re.compile(r"^(?:Leans to|They ask now|Scene): |^Rank ")
_REASONS = re.compile(r"\breasons for the first (\d+)\b")
_YEAR = re.compile(r" \(\d{4}\)$")


def labelled(call: ModelCall) -> dict[str, str]:
    """Returns label -> the rest of its line, in the order of the prompt.

    Labels are the last lines of the last message that begin with A, B, C and so on.
    """
    found: dict[str, str] = {}
    for line in call.messages[-1].content.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        if match[1] == "A":
            found = {}
        elif not found or _number(match[1]) != len(found):
            continue
        found[match[1]] = match[2]
    return found


def candidate_line(call: ModelCall) -> str:
    """Returns the line of the one candidate that a yes-or-no prompt is about, without "The film:".

    It is the last but one.
    """
    lines = call.messages[-1].content.splitlines()
    return lines[-2].partition(": ")[2] if len(lines) > 1 else ""


def liked_titles(call: ModelCall) -> list[str]:
    """Returns the titles that a prompt lists as liked, without their years."""
    lines = call.messages[-1].content.splitlines()
    start = next((n for n, line in enumerate(lines, 1) if line.startswith("Liked")), len(lines))
    found = itertools.takewhile(lambda line: line and not line.endswith(":"), lines[start:])
    titles = (_YEAR.sub("", line.strip()) for line in found if not _LINE.match(line))
    return [title for title in titles if not _HEADED.match(title)]


def reasons_wanted(call: ModelCall) -> int:
    """Returns for how many items a prompt asks reasons, 2 where it does not say."""
    found = (_REASONS.search(message.content) for message in call.messages)
    return next((int(match[1]) for match in found if match), 2)


def slots_of(call: ModelCall, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Returns item ids in the order in which a prompt names them.

    Args:
        call: The prompt.
        titles: Item id -> title as prompts show it.

    Returns:
        Nothing where a line fits no title, or one title twice: then nobody can tell.
    """
    by_title = {title: item for item, title in titles.items()}
    found: list[str] = []
    for line in labelled(call).values():
        fitting = [title for title in by_title if names(line, title)]
        if not fitting:
            return ()
        found.append(by_title[max(fitting, key=len)])
    return tuple(found) if len(set(found)) == len(found) else ()


def names(line: str, title: str) -> bool:
    """Returns whether a candidate's line is of the item with this title, with or without a year."""
    bare = _YEAR.sub("", title)
    return line.startswith(bare) and not line[len(bare) : len(bare) + 1].isalnum()


def _number(label: str) -> int:
    number = 0
    for letter in label:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
