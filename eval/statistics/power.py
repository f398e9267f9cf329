"""What a run of this size can find, and how many people it would take."""

from __future__ import annotations

import math

#: Chance of deciding a difference of the stated size.
POWER = 0.8
#: More people than this are not asked for.
_SENSIBLE = 10_000_000


def detectable(error: float, people: int, level: float = 0.95, comparisons: int = 1) -> float:
    """Returns the smallest true difference that a run like this decides four times in five.

    ``(t(1 - a / 2) + t(0.8)) * s`` with ``people - 1`` degrees of freedom, where ``a`` is what
    Holm's first step leaves of the family's level: ``(1 - level) / comparisons``. Source: Bloom,
    Evaluation Review 1995. It takes the spread to stay as measured.

    Args:
        error: Standard error of the mean difference, over people.
        people: Their number, at least 2.
        level: Of the family.
        comparisons: In the family.

    Returns:
        In units of the metric, at least 0.
    """
    from scipy.special import stdtrit

    left = (1 - level) / comparisons
    reach = stdtrit(people - 1, 1 - left / 2) + stdtrit(people - 1, POWER)
    return float(reach) * error


def fewest(level: float = 0.95, comparisons: int = 1) -> int:
    """Returns how many people a sign-flip test needs to decide anything at all.

    The smallest two-sided p-value of n people is ``2 ** (1 - n)``, when all differences point the
    same way; it must be at most what Holm's first step leaves.

    Args:
        level: Of the family.
        comparisons: In the family.
    """
    return 1 + math.ceil(math.log2(comparisons / (1 - level)) - 1e-9)


def more_people(
    mean: float, half: float, smallest: float, people: int, margin: float
) -> int | None:
    """Returns how many more people would probably decide it; ``None``: no sensible number.

    Either the difference is what it seems, and must become detectable, or it is smaller than the
    margin, and the interval must shrink into it. Errors fall with the root of the number of people.
    The easier of the two is told.

    Args:
        mean: Difference as measured.
        half: Half of the interval's width.
        smallest: As of `detectable`.
        people: Their number now.
        margin: Differences below this are none.
    """
    ways = []
    if abs(mean) > 0:
        ways.append((smallest / abs(mean)) ** 2)
    if abs(mean) < margin:
        ways.append((half / (margin - abs(mean))) ** 2)
    needed = min(ways, default=math.inf) * people
    if needed > _SENSIBLE:
        return None
    return max(1, math.ceil(needed) - people)
