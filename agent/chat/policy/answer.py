"""What a handler of the policy gives back."""

from __future__ import annotations

from dataclasses import dataclass

from palate.agent.chat.desk import Found
from palate.agent.chat.state import State


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a turn, before it is put into one text.

    Attributes:
        state: After the turn, but for what the slate changes.
        lines: What is said, a paragraph each.
        found: The slate, where one was made.
        assumed: What was taken for granted.
        question: What is asked back, and ``asked``, its name.
        forgotten: Whether the person was erased: nothing of the turn may be kept.
    """

    state: State
    lines: tuple[str, ...] = ()
    found: Found | None = None
    assumed: tuple[str, ...] = ()
    question: str | None = None
    asked: str | None = None
    forgotten: bool = False
