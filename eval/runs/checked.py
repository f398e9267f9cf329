"""What became of a gate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checked:
    """One bound of one gate on one line."""

    gate: str
    line: str
    passed: bool
    sentence: str
