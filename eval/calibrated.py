"""Measures of probabilities and ratings that were foretold, with intervals over people.

* Brier score: mean of ``(p - y)^2`` (Brier 1950), lower is better.
* ECE: expected calibration error, ``sum_b n_b / n |mean p - mean y|`` over ten bins of equally many
  cases (Naeini et al., AAAI 2015, with equal-mass bins); the finite sample alone makes it above 0.
* LogLoss: mean of ``-y ln p - (1 - y) ln(1 - p)``, in nats, ``p`` kept 1e-6 from 0 and 1.
* AUC: chance that a case with the action has a higher probability than one without; ties count
  half (Hanley and McNeil 1982).
* RMSE and MAE of ratings.

Intervals are percentiles of a bootstrap over people: all cases of a drawn person come along.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from palate.errors import EvalError
from palate.eval.bootstrap import Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]
    #: ``(foretold, answers, weights) -> value``.
    Measure = Callable[[Values, Values, Values], float]

BINS = 10
#: Nobody is surer than this: one wrong answer would cost without end.
_SURE = 1e-6
_LEVEL = 0.95


def brier(foretold: Values, answers: Values, weights: Values) -> float:
    """Returns the weighted mean squared error."""
    return float(weights @ (foretold - answers) ** 2 / weights.sum())


def log_loss(foretold: Values, answers: Values, weights: Values) -> float:
    """Returns the weighted mean negative log-likelihood, in nats."""
    import numpy as np

    p = np.clip(foretold, _SURE, 1 - _SURE)
    likely = answers * np.log(p) + (1 - answers) * np.log(1 - p)
    return float(-(weights @ likely) / weights.sum())


def rmse(foretold: Values, answers: Values, weights: Values) -> float:
    """Returns the root of the weighted mean squared error."""
    return float(brier(foretold, answers, weights) ** 0.5)


def mae(foretold: Values, answers: Values, weights: Values) -> float:
    """Returns the weighted mean of what ratings are off by."""
    import numpy as np

    return float(weights @ np.abs(foretold - answers) / weights.sum())


def auc(foretold: Values, answers: Values, weights: Values) -> float:
    """Returns the area under the ROC curve, nan where all answers are the same."""
    import numpy as np

    distinct, place = np.unique(foretold, return_inverse=True)
    ones = np.bincount(place, weights * answers, len(distinct))
    zeros = np.bincount(place, weights * (1 - answers), len(distinct))
    if not ones.sum() or not zeros.sum():
        return float("nan")
    below = np.cumsum(zeros) - zeros
    return float(ones @ (below + zeros / 2) / (ones.sum() * zeros.sum()))


def ece(foretold: Values, answers: Values, weights: Values) -> float:
    """Returns the calibration error over bins of equally many cases."""
    import numpy as np

    order = np.argsort(foretold, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    bins = np.minimum((share * BINS - 1e-9).astype(np.int64), BINS - 1)
    off = np.bincount(bins, (weights * (foretold - answers))[order], BINS)
    return float(np.abs(off).sum() / weights.sum())


def resampled(
    measure: Callable[[Values], float],
    users: Sequence[Hashable],
    *,
    n: int = 1000,
    seed: int = 0,
) -> Interval:
    """Returns a measure of all cases, and its interval over people.

    Args:
        measure: From weights of the cases, shape (cases,), to a value.
        users: Whose case each is.
        n: Number of samples drawn.
        seed: Of the drawing.

    Raises:
        EvalError: Fewer than two people.
    """
    import numpy as np

    codes: dict[Hashable, int] = {}
    code = np.array([codes.setdefault(one, len(codes)) for one in users], np.int64)
    if len(codes) < 2:
        raise EvalError("An interval needs cases of at least two people.")
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(n):
        drawn = np.bincount(rng.integers(0, len(codes), len(codes)), minlength=len(codes))
        values.append(measure(drawn[code].astype(np.float64)))
    low, high = np.nanquantile(values, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    whole = measure(np.ones(len(code)))
    return Interval(whole, float(low), float(high), _LEVEL, "percentile")
