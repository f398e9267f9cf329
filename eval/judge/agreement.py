"""How well two raters agree: kappa, weighted kappa, rank correlation, shares of equal answers.

``kappa = 1 - observed / expected`` disagreement, where expected is that of raters who keep their
own shares of answers and know nothing of each other. Disagreement is 0 or 1 (Cohen, Educational and
Psychological Measurement 1960) or the squared distance (Cohen, Psychological Bulletin 1968).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import mean

from palate.eval.bootstrap import interval
from palate.eval.judge.values import Agreement
from palate.eval.runs.mean import Mean

_SAMPLES = 10_000


def agreement(
    people: Sequence[int], judge: Sequence[int], unscored: int = 0, *, seed: int = 0
) -> Agreement:
    """Compares a judge's answers with people's, case by case.

    Args:
        people: Their answers, shape (cases,).
        judge: The judge's to the same cases; those without a verdict are left out of both.
        unscored: How many were left out.
        seed: Of the bootstrap over cases.
    """
    apart = [abs(a - b) for a, b in zip(people, judge, strict=True)]
    return Agreement(
        len(apart), unscored,
        kappa(people, judge, lambda a, b: float(a != b)),
        kappa(people, judge, lambda a, b: float((a - b) ** 2)),
        spearman(people, judge),
        _share([one == 0 for one in apart], seed), _share([one <= 1 for one in apart], seed),
    )  # fmt: skip


def kappa(
    a: Sequence[int], b: Sequence[int], distance: Callable[[int, int], float]
) -> float | None:
    """Returns 1 for equal answers, 0 for chance; ``None`` where no disagreement is expected."""
    if not a:
        return None
    observed = mean(distance(one, other) for one, other in zip(a, b, strict=True))
    expected = mean(distance(one, other) for one in a for other in b)
    return 1 - observed / expected if expected else None


def spearman(a: Sequence[int], b: Sequence[int]) -> float | None:
    """Returns the correlation of ranks, ties at their mean; ``None`` where one side is constant."""
    if len(set(a)) < 2 or len(set(b)) < 2:
        return None
    from scipy.stats import spearmanr

    return float(spearmanr(a, b).statistic)


def _share(values: Sequence[bool], seed: int) -> Mean:
    """Returns a share and its BCa interval over cases; of fewer than two nothing is known."""
    if len(values) < 2:
        return Mean(float(sum(values)), 0.0, 1.0, len(values))
    one = interval([float(value) for value in values], seed=seed, n=_SAMPLES)
    return Mean(one.mean, one.low, one.high, len(values))
