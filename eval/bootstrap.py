"""Bootstrap intervals of a mean, and of the difference of two means on the same cases.

People are resampled, not cases: all cases of a drawn person come along, and the mean of a sample
is the sum of its values over their number. Source: Efron and Tibshirani, *An Introduction to the
Bootstrap* (1993), chapters 13 (percentile) and 14 (BCa, bias-corrected and accelerated).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from palate.errors import EvalError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

Method = Literal["bca", "percentile"]
Verdict = Literal["better", "worse", "not decisive"]

#: Draws held at once.
_CELLS = 2**22
#: Differences below this come from the arithmetic; they neither decide nor break ties.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and where it lies, at the stated level."""

    mean: float
    low: float
    high: float
    level: float = 0.95
    method: Method = "bca"


@dataclass(frozen=True, slots=True)
class Paired:
    """How much higher the first of two scores is, on the same cases."""

    difference: Interval

    @property
    def verdict(self) -> Verdict:
        """``better`` or ``worse`` where the whole interval is on one side of 0."""
        if self.difference.low > _ROUNDING:
            return "better"
        return "worse" if self.difference.high < -_ROUNDING else "not decisive"


def interval(
    values: ArrayLike,
    *,
    seed: int = 0,
    n: int = 10_000,
    level: float = 0.95,
    method: Method = "bca",
    users: Sequence[Hashable] | None = None,
) -> Interval:
    """Returns the interval of the mean of one value a case.

    Args:
        values: Shape (cases,), finite.
        seed: Of the resampling.
        n: Number of samples drawn.
        level: Share of such intervals that should cover the true mean.
        method: ``bca`` or ``percentile``.
        users: Whose case each is, shape (cases,); ``None``: each case its own person.

    Raises:
        EvalError: Fewer than two people, values that are not finite, or a level outside (0, 1).
    """
    import numpy as np

    column = np.asarray(values, dtype=np.float64).reshape(-1, 1)
    return intervals(column, seed=seed, n=n, level=level, method=method, users=users)[0]


def paired(
    a: ArrayLike,
    b: ArrayLike,
    *,
    seed: int = 0,
    n: int = 10_000,
    level: float = 0.95,
    method: Method = "bca",
    users: Sequence[Hashable] | None = None,
) -> Paired:
    """Compares two recommenders by their values on the same cases, in the same order.

    Args:
        a: Values of the one that is judged, shape (cases,).
        b: Values of the one that it is held against, shape (cases,).
        seed: As of `interval`.
        n: As of `interval`.
        level: As of `interval`.
        method: As of `interval`.
        users: As of `interval`.

    Raises:
        EvalError: As of `interval`, or the two differ in length.
    """
    import numpy as np

    left, right = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if left.shape != right.shape:
        raise EvalError(
            f"{left.size} values against {right.size}. Compare on the same cases, in one order."
        )
    return Paired(interval(left - right, seed=seed, n=n, level=level, method=method, users=users))


def intervals(
    values: NDArray[np.float64],
    *,
    seed: int = 0,
    n: int = 10_000,
    level: float = 0.95,
    method: Method = "bca",
    users: Sequence[Hashable] | None = None,
    widen: bool = False,
) -> list[Interval]:
    """Returns the interval of each column's mean, all from the same samples of people.

    Args:
        values: Shape (cases, columns), finite.
        seed: As of `interval`.
        n: As of `interval`.
        level: As of `interval`.
        method: As of `interval`.
        users: As of `interval`.
        widen: Take quantiles further out, as Student's t lies outside of the normal one: samples
            of few people vary too little. Source: Hesterberg, The American Statistician 2015,
            section 3.4 (the expanded interval).

    Raises:
        EvalError: As of `interval`.
    """
    import numpy as np

    if not 0 < level < 1 or n < 100 or not np.isfinite(values).all():
        raise EvalError("An interval needs finite values, 0 < level < 1 and 100 samples at least.")
    sums, sizes = by_person(values, users)
    if len(sizes) < 2:
        raise EvalError("An interval needs cases of at least two people. Add cases.")
    means = sums.sum(axis=0) / sizes.sum()
    samples = _samples(sums, sizes, np.random.default_rng(seed), n)
    outside = (1 - level) / 2
    if widen:
        outside = _further_out(outside, len(sizes))
    found = []
    for column, mean in enumerate(means):
        drawn = samples[:, column]
        cuts = (outside, 1 - outside)
        if method == "bca":
            cuts = _bca_cuts(drawn, mean, _left_out(sums[:, column], sizes), cuts)
        low, high = np.quantile(drawn, cuts)
        found.append(Interval(float(mean), float(low), float(high), level, method))
    return found


def _further_out(outside: float, people: int) -> float:
    from scipy.special import ndtr, stdtrit

    reach = -float(stdtrit(people - 1, outside)) * (people / (people - 1)) ** 0.5
    # Of two or three people so far out that no number but 0 is left for it: the ends, then.
    return max(float(ndtr(-reach)), 1e-12)


def by_person(
    values: NDArray[np.float64], users: Sequence[Hashable] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns each person's sums, shape (people, columns), and number of cases, (people,).

    Raises:
        EvalError: Not as many users as values.
    """
    import numpy as np

    if users is None:
        return values, np.ones(len(values))
    if len(users) != len(values):
        raise EvalError(f"{len(users)} users for {len(values)} values. Name one a case.")
    codes: dict[Hashable, int] = {}
    code = np.array([codes.setdefault(one, len(codes)) for one in users], dtype=np.int64)
    sums = np.zeros((len(codes), values.shape[1]))
    np.add.at(sums, code, values)
    return sums, np.bincount(code, minlength=len(codes)).astype(np.float64)


def _samples(
    sums: NDArray[np.float64], sizes: NDArray[np.float64], rng: np.random.Generator, n: int
) -> NDArray[np.float64]:
    """Returns the means of n samples of people, drawn with replacement, (n, columns)."""
    import numpy as np

    people = len(sizes)
    means = np.empty((n, sums.shape[1]))
    size = max(1, _CELLS // people)
    for start in range(0, n, size):
        rows = min(size, n - start)
        drawn = rng.integers(0, people, size=(rows, people))
        drawn += np.arange(rows)[:, None] * people
        times = np.bincount(drawn.ravel(), minlength=rows * people).reshape(rows, people)
        weights = times.astype(np.float64)
        means[start : start + rows] = (weights @ sums) / (weights @ sizes)[:, None]
    return means


def _left_out(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the means with one person left out at a time, shape (people,)."""
    left: NDArray[np.float64] = (sums.sum() - sums) / (sizes.sum() - sizes)
    return left


def _bca_cuts(
    drawn: NDArray[np.float64],
    mean: float,
    left_out: NDArray[np.float64],
    cuts: tuple[float, float],
) -> tuple[float, float]:
    """Returns which quantiles of the samples to take (Efron and Tibshirani, 14.9 to 14.15)."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    # Samples that equal the mean count half: many do when the values are 0 and 1.
    tied = np.abs(drawn - mean) < _ROUNDING
    below = float(((drawn < mean) & ~tied).mean() + tied.mean() / 2)
    edge = 0.5 / len(drawn)
    bias = float(ndtri(min(max(below, edge), 1 - edge)))
    spread = left_out.mean() - left_out
    square = float((spread**2).sum())
    acceleration = float((spread**3).sum()) / (6 * square**1.5) if square > 1e-30 else 0.0
    low, high = (_shifted(float(ndtri(cut)), bias, acceleration) for cut in cuts)
    return float(ndtr(low)), float(ndtr(high))


def _shifted(z: float, bias: float, acceleration: float) -> float:
    moved = bias + z
    return bias + moved / max(1 - acceleration * moved, 1e-6)
