"""A model's yes or no beside the prior's prediction: calibrated together, or not counted at all.

    P(action) = sigmoid(a + b logit(p) + c z)            rating = a + b r + c z

with the prior's chance ``p`` or rating ``r`` and the model's log-odds ``z`` of yes: Platt's sigmoid
(1999) with a second score. It is learnt on held-back meetings, and counts only where, on people
that it was not learnt from, its squared error is below that of the same form *without* the model
by more than 1.645 standard errors over people: a better calibration alone is no merit of the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palate.agent.learnt import parts_of, read_rows, write_rows
from palate.domain import Action
from palate.retrieval.forecast.calibrate import Linear, fit_least_squares, fit_logistic, sigmoid

Values = NDArray[np.float64]
#: Meetings, and meetings of the rarer answer, below which nothing is learnt.
ENOUGH, RARER = 100, 20
FOLDS = 5
#: Standard errors that the gain must be above 0: 95 %, one-sided.
SURE = 1.645
#: Log-odds beyond these say no more.
_MOST_ODDS = 12.0


@dataclass(frozen=True, slots=True)
class Blend:
    """What a model's answer was found worth for one action.

    Attributes:
        intercept: And the weights ``of_prior`` (its log-odds, or rating) and ``of_model``.
        cases: Meetings that it was learnt from.
        loss: Mean squared error on people left out; ``prior_loss`` without the model.
        gain: ``prior_loss - loss``, with the lower end ``low`` of its one-sided 95 % interval.
        basis: Fingerprint of the predictions that it was learnt beside.
        at: When, UTC, ISO 8601.
        stale: Those predictions are others by now. Not kept in the file.
    """

    intercept: float
    of_prior: float
    of_model: float
    cases: int
    loss: float
    prior_loss: float
    gain: float
    low: float
    basis: str = ""
    at: str = ""
    stale: bool = False

    @property
    def helps(self) -> bool:
        """Whether the model's answer counts."""
        return self.low > 0 and self.of_model > 0

    def value(self, action: Action, prior: float, odds: float) -> float:
        """Returns the chance, or the rating (which the caller keeps on its scale).

        Args:
            action: What is foretold.
            prior: The prior's own number.
            odds: The model's log-odds of yes.
        """
        score = float(
            self.intercept
            + self.of_prior * _score(action, np.array([prior]))[0]
            + self.of_model * _bounded(np.array([odds]))[0]
        )
        return score if action is Action.RATE else float(sigmoid(np.array([score]))[0])

    @property
    def sentence(self) -> str:
        """What was found, for a reader."""
        found = (
            f"squared error {self.loss:.4f} with it, {self.prior_loss:.4f} without "
            f"(gain {self.gain:+.4f}, at least {self.low:+.4f}) on {self.cases} meetings"
        )
        if not self.loss:
            few = f"{self.cases} meetings are too few, or too much alike"
            return f"{few}, to learn what the model's answer is worth."
        if not self.helps:
            return f"The model did not help ({found}), so its answer counts nothing."
        return f"The model's answer counts: {found}."


def learn_blend(
    action: Action,
    prior: Sequence[float],
    odds: Sequence[float],
    answers: Sequence[float],
    people: Sequence[str],
    *,
    seed: int = 0,
) -> Blend:
    """Learns what a model's answers are worth beside the prior's predictions.

    Args:
        action: What was foretold.
        prior: The prior's chances or ratings, of meetings that it had not seen.
        odds: The model's log-odds of yes for them.
        answers: 0 or 1, or the ratings.
        people: Whose meetings they are; all of one person's fall into one part.
        seed: Of the split of the people.
    """
    truth = np.asarray(answers, np.float64)
    both = np.stack([_score(action, np.asarray(prior, np.float64)),
                     _bounded(np.asarray(odds, np.float64))], axis=1)  # fmt: skip
    if not _enough(action, truth) or len(set(people)) < 2:
        return Blend(0.0, 1.0, 0.0, len(truth), 0.0, 0.0, 0.0, 0.0)
    parts = _parts(people, seed)
    with_it = (_apart(action, both, truth, parts) - truth) ** 2
    without = (_apart(action, both[:, :1], truth, parts) - truth) ** 2
    gain, low = _gain(without - with_it, people)
    linear = _fit(action, both, truth)
    # Beside a base rate the prior says nothing, and shall weigh nothing, not next to nothing.
    weights = np.where(both.std(axis=0) > 1e-9, linear.weights / linear.scale, 0.0)
    return Blend(
        float(linear.intercept - weights @ linear.mean), float(weights[0]), float(weights[1]),
        len(truth), float(with_it.mean()), float(without.mean()), gain, low,
    )  # fmt: skip


def _enough(action: Action, truth: Values) -> bool:
    if len(truth) < ENOUGH:
        return False
    return action is Action.RATE or min(truth.sum(), len(truth) - truth.sum()) >= RARER


def _score(action: Action, prior: Values) -> Values:
    if action is Action.RATE:
        return prior
    inside = np.clip(prior, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inside / (1 - inside)))


def _bounded(odds: Values) -> Values:
    return np.asarray(np.clip(odds, -_MOST_ODDS, _MOST_ODDS))


def _fit(action: Action, scores: Values, truth: Values) -> Linear:
    fit = fit_least_squares if action is Action.RATE else fit_logistic
    return fit(scores, truth)


def _apart(action: Action, scores: Values, truth: Values, parts: NDArray[np.intp]) -> Values:
    """Returns for each meeting what everybody in the other parts teaches."""
    found = np.zeros(len(truth))
    for part in range(int(parts.max()) + 1):
        inside = parts == part
        linear = _fit(action, scores[~inside], truth[~inside])
        found[inside] = linear.scores(scores[inside])
    return found if action is Action.RATE else sigmoid(found)


def _parts(people: Sequence[str], seed: int) -> NDArray[np.intp]:
    place = parts_of(people, seed, FOLDS)
    codes = np.array([place[name] for name in people], np.intp)
    # Fewer people than parts: parts that are empty fall away.
    return np.unique(codes, return_inverse=True)[1]


def _gain(differences: Values, people: Sequence[str]) -> tuple[float, float]:
    """Returns the mean over meetings, and the lower end of its interval over people."""
    names, code = np.unique(np.asarray(people), return_inverse=True)
    mean = float(differences.mean())
    if len(names) < 2:
        return mean, -math.inf
    # Residuals summed by person: the variance of a ratio estimate (Cochran 1977, 6.3).
    residual = np.bincount(code, differences - mean)
    n = len(names)
    error = math.sqrt(n / (n - 1) * float(residual @ residual)) / len(differences)
    return mean, mean - SURE * error


@dataclass(frozen=True, slots=True)
class BlendKey:
    """What a blend belongs to."""

    template: str
    sha256: str
    model: str
    action: str


@dataclass(frozen=True)
class Blends:
    """All that was learnt in a workspace."""

    entries: Mapping[BlendKey, Blend]

    @classmethod
    def read(cls, path: Path, basis: str) -> Blends:
        """Reads the file; there may be none yet.

        Args:
            path: Of the file.
            basis: Fingerprint of the predictions in force; blends beside others are stale.

        Raises:
            PrerequisiteError: The file is damaged.
        """
        found = read_rows(path, "blends", _entry, "`palate tune --action` learns it anew")
        return cls({key: replace(one, stale=one.basis != basis) for key, one in found.items()})

    def with_one(self, key: BlendKey, blend: Blend) -> Blends:
        """Returns these with one more; an older one of the same key gives way."""
        return Blends({**self.entries, key: blend})

    def find(self, sha256: str, model: str, action: Action) -> Blend | None:
        """Returns what was learnt for a template's text, a model and an action."""
        for key, blend in self.entries.items():
            if (key.sha256, key.model, key.action) == (sha256, model, action.value):
                return blend
        return None

    def write(self, path: Path) -> None:
        """Writes the file, private to its owner, whole or not at all."""
        write_rows(path, "blends", self.entries)


def _entry(row: Mapping[str, object]) -> tuple[BlendKey, Blend]:
    values = dict(row)
    key = BlendKey(*(str(values.pop(name)) for name in ("template", "sha256", "model", "action")))
    blend = Blend(**values)  # type: ignore[arg-type]
    if not all(math.isfinite(one) for one in (blend.intercept, blend.of_prior, blend.of_model)):
        raise ValueError("a weight is no number that can be used")
    return key, blend
