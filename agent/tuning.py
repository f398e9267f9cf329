"""Learns how much a model's opinion is worth beside the prior.

For each validation case with the chosen item ``t`` among those that the model was shown,

    P(t) = softmax(a log P_prior + w u)[t]

with the model's centred log-utility ``u``: a conditional logit in two numbers (McFadden 1974),
fitted by maximum likelihood. What fusion needs is the ratio ``w / a``: one number that holds both
how much the model knows and how badly its log-probabilities are scaled. It is learnt on some people
and tried on others (cross-fitting), so that an interval over all of them is honest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from palate.agent.fusion import fuse, ranked, utilities
from palate.agent.learnt import parts_of
from palate.domain import Candidate, Opinion, RankBy

#: The largest weight that the settings take, too.
MOST = 10.0
#: How little the prior may count while the ratio is learnt.
_LEAST_PRIOR = 0.05
#: Of the squares of ``a - 1`` and ``w``: it decides only where a handful of cases say nothing.
_RIDGE = 0.5
FOLDS = 5
#: Standard errors below the likeliest weight at which it is taken: the lower end of 95 %.
CAREFUL = 1.96


@dataclass(frozen=True, slots=True)
class Heard:
    """One validation case: the pool, what the model said of it, and what the person chose.

    Attributes:
        person: Whose case it is; all of one person's fall into one part.
        candidates: Best prior first.
        opinion: The model's own, unfilled one; an empty one where it was silent.
        shown: Item ids that the model was shown.
        truth: Item id -> gain.
    """

    person: str
    candidates: Sequence[Candidate]
    opinion: Opinion
    shown: Sequence[str]
    truth: Mapping[str, float]

    def order(
        self, weight: float, *, rank_by: RankBy = "fused", lift_cap: int | None = None
    ) -> tuple[str, ...]:
        """Returns the pool as the fusion ranks it with a weight."""
        options = {"shown": self.shown, "weight": weight, "rank_by": rank_by, "lift_cap": lift_cap}
        return ranked(fuse(self.candidates, self.opinion, **options))  # type: ignore[arg-type]


def learn_weight(cases: Sequence[Heard], *, careful: float = CAREFUL) -> float:
    """Returns a weight that the truths speak for, from 0 to `MOST`.

    It is ``w / a`` with the lower end of the interval of ``w``: few cases, or cases that disagree,
    teach a small weight, and a model that knows nothing gets next to none by mere luck.

    Cases whose truth the model was not shown teach nothing and are passed over; 0 where none is
    left. A model that is worse than nothing gets 0, too: no opinion is turned round.

    Args:
        cases: In any order.
        careful: Standard errors below the likeliest weight; 0 returns that one.
    """
    from scipy.optimize import minimize

    prior, utility, chosen = _arrays(cases)
    if not len(chosen):
        return 0.0

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = point[0] * prior + point[1] * utility
        score -= score.max(axis=1, keepdims=True)
        share = np.exp(score)
        total = share.sum(axis=1, keepdims=True)
        share /= total
        value = float((np.log(total[:, 0]) - (score * chosen).sum(axis=1)).sum())
        gap = share - chosen
        slope = np.array([(gap * _finite(prior)).sum(), (gap * utility).sum()])
        pull = np.array([point[0] - 1.0, point[1]])
        return value + _RIDGE * float(pull @ pull), slope + 2 * _RIDGE * pull

    bounds = ((_LEAST_PRIOR, MOST), (0.0, MOST))
    found = minimize(loss, np.array([1.0, 0.1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    surely = found[1] - careful * _standard_error(found, prior, utility)
    return float(min(max(surely, 0.0) / found[0], MOST))


def learn_apart(cases: Sequence[Heard], *, seed: int = 0, folds: int = FOLDS) -> list[float]:
    """Returns for each case the weight that everybody in the other parts teaches.

    Args:
        cases: In any order.
        seed: Of the split of the people.
        folds: Parts, at least 2.
    """
    part = parts_of([case.person for case in cases], seed, folds)
    learnt = {
        fold: learn_weight([case for case in cases if part[case.person] != fold])
        for fold in sorted(set(part.values()))
    }
    return [learnt[part[case.person]] for case in cases]


def _arrays(
    cases: Sequence[Heard],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Returns prior, utility and share of the truth, each (cases that teach, most shown)."""
    taught = [case for case in cases if any(case.truth.get(item, 0) > 0 for item in case.shown)]
    widest = max((len(case.shown) for case in taught), default=0)
    prior = np.full((len(taught), widest), -1e9)
    utility, chosen = np.zeros_like(prior), np.zeros_like(prior)
    for row, case in enumerate(taught):
        known = {candidate.item.id: candidate.prior for candidate in case.candidates}
        said = utilities(case.opinion, case.shown)
        for place, item in enumerate(case.shown):
            prior[row, place], utility[row, place] = known[item], said[item]
            chosen[row, place] = max(case.truth.get(item, 0.0), 0.0)
    return prior, utility, chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1e-12)


def _standard_error(
    point: NDArray[np.float64], prior: NDArray[np.float64], utility: NDArray[np.float64]
) -> float:
    """Returns that of ``w``, by the curvature of the likelihood."""
    score = point[0] * prior + point[1] * utility
    share = np.exp(score - score.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    features = np.stack([_finite(prior), utility], axis=-1)
    middle = features - (share[..., None] * features).sum(axis=1, keepdims=True)
    curvature = np.einsum("cn,cni,cnj->ij", share, middle, middle) + 2 * _RIDGE * np.eye(2)
    return float(np.sqrt(np.linalg.inv(curvature)[1, 1]))


def _finite(prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places without an item hold no probability; they must not make a slope either."""
    return np.where(prior > -1e8, prior, 0.0)
