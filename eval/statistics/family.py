"""Many comparisons at once: Holm's correction."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p: Sequence[float]) -> list[float]:
    """Returns p-values that may each be held against the level of the whole family.

    The chance that any true null hypothesis is refused stays at most the level, whatever the
    dependence between the comparisons: ``max over j <= i of min(1, (m - j + 1) * p_(j))``.
    Source: Holm, Scandinavian Journal of Statistics 1979.

    Args:
        p: Of the family's comparisons, in any order.

    Returns:
        In the order given; never smaller than what was given.
    """
    adjusted = [0.0] * len(p)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        highest = max(highest, min(1.0, (len(p) - place) * p[index]))
        adjusted[index] = highest
    return adjusted
