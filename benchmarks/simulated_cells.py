"""What is measured in one cell of the grid of simulated models, the bounds, and the table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from palate.settings import Settings

#: What must hold: quality kept, calls made, loss at most, places lifted.
KEPT, CALLS, LOSS, CAP = 0.95, 0.30, -0.005, 3


def over(one: float, other: float) -> float:
    """Returns a ratio; where both are 0, as an adversary's qualities may be, nothing is lost."""
    return one / other if other else math.inf if one else 1.0


@dataclass(frozen=True, slots=True)
class Gain:
    """Tuned fusion minus the prior on new cases, with its 95 % interval."""

    weight: float
    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


@dataclass(frozen=True, slots=True)
class Cell:
    """What was measured in one cell; qualities are NDCG@10.

    Attributes:
        full: The model alone, by full consensus; ``kemeny`` is the `consensus` ranker's quality
            over it, on the first 150 cases.
        once: The model alone, by first-token untuned, and ``adaptive`` by first-token with the
            leans that tuning learnt; ``calls`` are the calls a case of either.
        fused: First-token tuned, against the prior.
        letters: The same gain with the `labels` ranker, whose opinion is an order without numbers.
        taken: Gain on new cases of the weight that tuning learnt, had it been taken anyway.
        lifted: Most places that an item rose under the lift cap, fused or by the model alone.
    """

    skill: float
    bias: float
    full: float
    kemeny: float
    once: float
    once_calls: float
    adaptive: float
    calls: float
    prior: float
    fused: Gain
    untuned: float
    taken: float
    letters: Gain
    lifted: int

    @property
    def kept(self) -> float:
        """Adaptive first-token's quality over full consensus'."""
        return over(self.adaptive, self.full)

    @property
    def share(self) -> float:
        """Its calls over full consensus'."""
        return self.calls / Settings().ranking.permutations

    @property
    def holds(self) -> bool:
        """Whether every bound holds."""
        kept = self.kept >= KEPT and self.share <= CALLS
        low = min(self.fused.low, self.letters.low)
        return kept and low >= LOSS and self.lifted <= CAP


def table(cells: Sequence[Cell]) -> str:
    """Returns the cells as a Markdown table."""
    names = (
        "skill", "bias", "full (5 calls)", "Kemeny / full", "untuned: kept", "calls",
        "**tuned: kept**", "**calls**", "of 5", "prior", "weight", "**tuned - prior [95 %]**",
        "untuned - prior", "if taken", "labels: weight", "**labels: tuned - prior**", "lifted",
    )  # fmt: skip
    head = f"| {' | '.join(names)} |"
    lines = [head, "|---" * len(names) + "|"]
    for one in cells:
        skill = "reversed" if one.skill < 0 else f"{one.skill:g}"
        mark = "" if one.holds else " (!)"
        lines.append(
            f"| {skill} | {one.bias:g} | {one.full:.3f} | {one.kemeny:.0%} "
            f"| {over(one.once, one.full):.1%} | {one.once_calls:.2f} | **{one.kept:.1%}** "
            f"| **{one.calls:.2f}** | {one.share:.0%} | {one.prior:.3f} | {one.fused.weight:.2f} "
            f"| **{one.fused}** | {one.untuned:+.4f} "
            f"| {one.taken:+.4f} | {one.letters.weight:.2f} | **{one.letters}** "
            f"| {one.lifted}{mark} |"
        )
    return "\n".join(lines)
