"""Learning to foretell, from meetings held out of every statistic that the signals read.

The cases are people's last meetings: their answers are known, and neither the statistics of the
log nor the biases have seen them. Heads are judged on people that they were not learnt from (five
folds of people); what is no better than the base rate there is not kept. The calibration is fitted
on those same out-of-fold scores: scores of cases that were learnt from are too sure of themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from palate.domain import Action
from palate.retrieval.behaviour import Behaviour
from palate.retrieval.features import Context
from palate.retrieval.forecast.calibrate import (
    Linear,
    fit_calibration,
    fit_least_squares,
    fit_logistic,
)
from palate.retrieval.forecast.leaning import Leaning, learn_leaning
from palate.retrieval.forecast.model import Forecasts, Head, Target
from palate.retrieval.forecast.outcomes import Answers
from palate.retrieval.forecast.signals import ALONE, WITH_PAST, View, signal_matrix
from palate.retrieval.interactions import Interactions
from palate.retrieval.items import ItemTable
from palate.retrieval.strength import RatingScale

#: Cases needed, and cases of the rarer answer.
ENOUGH, RARER = 200, 20
#: More cases say little more, and each takes milliseconds.
MOST = 2_000
FOLDS = 5
#: One-sided 95 %: how many standard errors a head must be better by.
_SURE = 1.645

Values = NDArray[np.float64]


@dataclass(frozen=True)
class HeldOut:
    """Meetings that statistics have not seen.

    Attributes:
        behaviour: The statistics of the log without them.
        kept: Which meetings of the log the statistics have seen, shape (n,).
        places: The held-out meetings to learn from: places in the log, shape (m,).
    """

    behaviour: Behaviour
    kept: NDArray[np.bool_]
    places: NDArray[np.intp]


@dataclass(frozen=True)
class _Log:
    log: Interactions
    table: ItemTable
    held: HeldOut


@dataclass(frozen=True)
class _Cases:
    """The cases of one action: signals, shape (m, len(WITH_PAST)), answers and people, (m,)."""

    signals: Values
    answers: Values
    people: NDArray[np.int32]


def learn_forecasts(
    log: Interactions,
    answers: Answers,
    table: ItemTable,
    scale: RatingScale,
    held: HeldOut | None,
    *,
    progress: Callable[[str], None] | None = None,
) -> Forecasts:
    """Learns what can be learnt of every action.

    Args:
        log: All meetings.
        answers: Action -> their answers, shape (n,).
        table: The items.
        scale: Of the ratings.
        held: Meetings to learn from; ``None`` where nobody has enough of a past.
        progress: Told the name of the step.
    """
    if progress:
        progress("learning to foretell")
    known = {action: _counted(action, found, log) for action, found in answers.items()}
    source = _Log(log, table, sampled(held)) if held is not None else None
    targets = {
        action: _enough(action, answers[action], target, source) for action, target in known.items()
    }
    if source is not None:
        teaching = {one: answers[one] for one, target in targets.items() if not target.cause}
        for action, cases in _cases(source, teaching).items():
            targets[action] = _learnt(action, answers[action], targets[action], source, cases)
    return Forecasts(scale, targets)


def sampled(held: HeldOut) -> HeldOut:
    """Returns the same with at most `MOST` meetings to learn from, drawn evenly and in order."""
    if len(held.places) <= MOST:
        return held
    drawn = np.random.default_rng(0).choice(len(held.places), MOST, replace=False)
    return replace(held, places=held.places[np.sort(drawn)])


def _counted(action: Action, answers: NDArray[np.float32], log: Interactions) -> Target:
    said = answers[np.isfinite(answers)]
    positives = len(said) if action is Action.RATE else int(said.sum())
    rate = float(said.mean()) if len(said) else 0.0
    if not positives:
        cause = f"The log holds no {action} event."
    elif action is not Action.RATE and positives == len(said):
        pairs = max(int((log.lengths() > 0).sum()), 1) * log.n_items
        rate = positives / pairs
        cause = (
            f"Every meeting in the log holds a {action}, so nothing tells who would not: the "
            "base rate is the share among all pairs of a person and an item."
        )
    else:
        cause = ""
    return Target(len(said), positives, rate, 0, cause=cause)


def _contexts(source: _Log) -> Iterator[tuple[int, Context]]:
    """Yields the place of each case, and the past before it as the prior's features see it.

    One at a time: each keeps arrays as long as the catalogue.
    """
    log = source.log
    first = log.start[:-1][log.user[source.held.places]]
    for start, place in zip(first.tolist(), source.held.places.tolist(), strict=True):
        history = log.items[start:place].astype(np.intp)
        strength = log.strength[start:place]
        yield place, Context(source.table, source.held.behaviour, history, strength, {}, {})


def _enough(
    action: Action, answers: NDArray[np.float32], target: Target, source: _Log | None
) -> Target:
    """Returns a target that says how many cases there are, and why it cannot be learnt if so."""
    if target.cause:
        return target
    places = source.held.places if source else np.zeros(0, np.intp)
    places = places[np.isfinite(answers[places])]
    return replace(target, cases=len(places), cause=_too_few(action, answers[places]))


def _learnt(
    action: Action, answers: NDArray[np.float32], target: Target, source: _Log, cases: _Cases
) -> Target:
    past, alone = _head(cases, action, len(WITH_PAST)), _head(cases, action, len(ALONE))
    leaning = learn_leaning(source.log.user, source.log.items, answers, source.table)
    cause = "" if past else f"What was learnt of {action} is no better than the base rate."
    return replace(target, past=past, alone=alone, leaning=leaning, cause=cause)


def _too_few(action: Action, answers: NDArray[np.float32]) -> str:
    if len(answers) < ENOUGH:
        return (
            f"{len(answers)} held-out meetings are too few to learn {action} from: "
            f"{ENOUGH} are needed."
        )
    rarer = int(min(answers.sum(), len(answers) - answers.sum()))
    if action is not Action.RATE and rarer < RARER:
        return (
            f"Of {len(answers)} held-out meetings {int(answers.sum())} hold a {action}: at least "
            f"{RARER} must, and at least {RARER} must not."
        )
    return ""


def _cases(source: _Log, teaching: Mapping[Action, NDArray[np.float32]]) -> dict[Action, _Cases]:
    """Returns the cases of each action, from its answers."""
    log, held = source.log, source.held
    seen = {one: np.where(held.kept, a, np.nan).astype(np.float32) for one, a in teaching.items()}
    leanings = {one: learn_leaning(log.user, log.items, a, source.table) for one, a in seen.items()}
    rows: dict[Action, list[int]] = {one: [] for one in teaching}
    signals: dict[Action, list[Values]] = {one: [] for one in teaching}
    for place, context in _contexts(source):
        start = log.start[log.user[place]]
        for one, answers in teaching.items():
            if np.isfinite(answers[place]):
                row, past = int(log.items[place]), answers[start:place]
                signals[one].append(_signals(context, leanings[one], past, row))
                rows[one].append(place)
    return {
        one: _Cases(
            np.concatenate(signals[one]),
            answers[rows[one]].astype(np.float64),
            log.user[rows[one]],
        )
        for one, answers in teaching.items()
    }


def _signals(context: Context, leaning: Leaning, answers: NDArray[np.float32], row: int) -> Values:
    view = View(context, leaning, answers)
    return signal_matrix(view, np.array([row], np.intp), WITH_PAST)


def _head(cases: _Cases, action: Action, width: int) -> Head | None:
    """Learns a head on the first signals; ``None`` where it is no better than the base rate."""
    rated = action is Action.RATE
    fit = fit_least_squares if rated else fit_logistic
    signals, answers = cases.signals[:, :width], cases.answers
    fold = _folds(cases.people)
    scores, base = _out_of_fold(fit, signals, answers, fold)
    values = scores if rated else _calibrated(scores, answers, fold)
    loss, base_loss = (values - answers) ** 2, (base - answers) ** 2
    if not _surely_below(loss, base_loss, cases.people):
        return None
    calibration = None if rated else fit_calibration(scores, answers)
    linear = fit(signals, answers)
    return Head(linear, calibration, len(answers), float(loss.mean()), float(base_loss.mean()))


def _calibrated(scores: Values, answers: Values, fold: NDArray[np.intp]) -> Values:
    """Returns each case's probability, calibrated on the scores of the other folds."""
    values = np.empty(len(scores))
    for one in range(FOLDS):
        there, aside = fold != one, fold == one
        calibration = fit_calibration(scores[there], answers[there])
        values[aside] = calibration.probabilities(scores[aside])
    return values


def _folds(people: NDArray[np.int32]) -> NDArray[np.intp]:
    """Fold of each case; all cases of a person are in one."""
    _, code = np.unique(people, return_inverse=True)
    return np.asarray(np.random.default_rng(0).permutation(code.max() + 1)[code] % FOLDS)


def _out_of_fold(
    fit: Callable[[Values, Values], Linear],
    signals: Values,
    answers: Values,
    fold: NDArray[np.intp],
) -> tuple[Values, Values]:
    """Returns each case's score, and the mean answer, learnt without the people of its fold."""
    scores, base = np.empty(len(answers)), np.empty(len(answers))
    for one in range(FOLDS):
        there, aside = fold != one, fold == one
        scores[aside] = fit(signals[there], answers[there]).scores(signals[aside])
        base[aside] = answers[there].mean()
    return scores, base


def _surely_below(loss: Values, other: Values, people: NDArray[np.int32]) -> bool:
    """Whether one loss is below another by more than chance between people would have it."""
    _, code = np.unique(people, return_inverse=True)
    gain = np.bincount(code, other - loss) / np.bincount(code)
    error = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else np.inf
    return bool(gain.mean() > _SURE * error)
