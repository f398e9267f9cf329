"""A mean and where it lies."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over cases and its interval; ``n`` cases."""

    mean: float
    low: float
    high: float
    n: int
