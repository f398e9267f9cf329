"""Judges paired differences: interval, test, effect size, what could be found, and words."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from palate.eval.bootstrap import Interval, intervals
from palate.eval.statistics.family import holm
from palate.eval.statistics.flips import p_values
from palate.eval.statistics.power import detectable, fewest, more_people
from palate.eval.statistics.spread import standard_errors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EQUAL = "equal within the margin"
OPEN = "not decisive"
#: Beyond so many people the normal interval and test are used: those of the resamples are the
#: same to three digits, and would take minutes.
MANY = 2_000


@dataclass(frozen=True, slots=True)
class Judgement:
    """A paired difference, and what can be said of it.

    Attributes:
        interval: Of the mean difference; not corrected for the family.
        p: Of the permutation test, two-sided, of this comparison alone.
        adjusted: The same, held against the family's level (Holm).
        effect: Mean difference over the deviation of one person's difference, as if all people had
            equally many cases (Cohen's d for pairs); ``None`` where all differ by the same.
        detectable: Smallest difference that a run like this decides four times in five; ``None``
            where no difference would do: too few people, or no spread to tell it from.
        people: Number of people.
        more: People who would probably decide it; ``None`` where it is decided, or none would.
        verdict: ``better``, ``worse``, ``equal within the margin``, or ``not decisive - ...``.
    """

    interval: Interval
    p: float
    adjusted: float
    effect: float | None
    detectable: float | None
    people: int
    more: int | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Rules:
    """How differences are judged.

    Attributes:
        level: Of the intervals, and one less the chance that any verdict of a family is false.
        margin: Differences below this are none.
        samples: Of bootstrap and permutation test.
    """

    level: float = 0.95
    margin: float = 0.0
    samples: int = 10_000
    seed: int = 0


def judge_family(
    differences: NDArray[np.float64],
    users: Sequence[Hashable] | None = None,
    rules: Rules | None = None,
) -> list[Judgement]:
    """Judges the comparisons of one family, one a column.

    A comparison is decided by the permutation test alone, at the corrected p-value: an interval
    of a bootstrap refuses a true null hypothesis too often where people are few.

    Args:
        differences: Values of the one that is judged less those of the other, (cases, columns).
        users: Whose case each is, shape (cases,); ``None``: each case its own person.
        rules: Level, margin, samples, seed.

    Raises:
        EvalError: Fewer than two people, or values that are not finite.
    """
    rules = rules or Rules()
    errors, people = standard_errors(differences, users)
    if people > MANY:
        means = differences.mean(axis=0)
        found = normal_intervals(means, errors, rules.level)
        p = _normal_p(means, errors)
    else:
        found = intervals(
            differences,
            seed=rules.seed,
            n=rules.samples,
            level=rules.level,
            users=users,
            widen=True,
        )
        p = p_values(differences, users, seed=rules.seed, n=rules.samples).tolist()
    return [
        _judged(interval, one, adjusted, (float(error), people, len(p)), rules)
        for interval, one, adjusted, error in zip(found, p, holm(p), errors, strict=True)
    ]


def judge_metrics(
    differences: Sequence[NDArray[np.float64]],
    users: Sequence[Hashable] | None = None,
    rules: Rules | None = None,
) -> list[list[Judgement]]:
    """Judges comparisons in several metrics; those of one metric are a family.

    Args:
        differences: Of each comparison, shape (cases, metrics); one at least.
        users: As of `judge_family`.
        rules: As of `judge_family`.

    Returns:
        For each comparison one a metric.
    """
    import numpy as np

    stacked = np.stack(differences, axis=1)
    families = [
        judge_family(stacked[:, :, metric], users, rules) for metric in range(stacked.shape[2])
    ]
    return [list(one) for one in zip(*families, strict=True)]


def _judged(
    interval: Interval,
    p: float,
    adjusted: float,
    size: tuple[float, int, int],
    rules: Rules,
) -> Judgement:
    error, people, comparisons = size
    least = fewest(rules.level, comparisons)
    spread = error > 1e-15
    smallest = detectable(error, people, rules.level, comparisons)
    effect = interval.mean / (error * people**0.5) if spread else None
    known = smallest if spread and (people >= least or people > MANY) else None
    made = Judgement(interval, p, adjusted, effect, known, people, None, "")
    if adjusted <= 1 - rules.level:
        return replace(made, verdict="better" if interval.mean > 0 else "worse")
    enough = people >= least
    if enough and -rules.margin <= interval.low and interval.high <= rules.margin:
        return replace(made, verdict=EQUAL)
    half = (interval.high - interval.low) / 2
    more = more_people(interval.mean, half, smallest, people, rules.margin)
    if not enough:
        # So few people cannot decide anything, however they differ.
        more = max(more or 0, least - people)
    return replace(made, more=more, verdict=_open(more))


def _open(more: int | None) -> str:
    if more is None:
        return f"{OPEN} - more users would hardly help"
    return f"{OPEN} - {more:,} more user{'s' * (more != 1)} would do"


def normal_intervals(
    means: NDArray[np.float64], errors: NDArray[np.float64], level: float
) -> list[Interval]:
    """Returns mean -+ z s of each column."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + level / 2))
    return [
        Interval(mean, mean - z * s, mean + z * s, level, "percentile")
        for mean, s in zip(means.tolist(), errors.tolist(), strict=True)
    ]


def _normal_p(means: NDArray[np.float64], errors: NDArray[np.float64]) -> list[float]:
    import numpy as np
    from scipy.special import ndtr

    still = np.abs(means) <= 1e-12
    apart = np.abs(means) / np.where(errors > 0, errors, 1e-300)
    p: list[float] = np.where(still, 1.0, 2 * ndtr(-apart)).tolist()
    return p
