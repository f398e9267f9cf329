"""From the probabilities of a line to LogLoss, Brier and ECE with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from palate.eval.calibrated import ece, resampled
from palate.eval.metrics.names import PROBABILITY
from palate.eval.metrics.probability import Foretold
from palate.eval.runs.mean import Mean
from palate.eval.statistics.verdict import MANY

if TYPE_CHECKING:
    from palate.eval.runs.summarise import Judged

#: Samples of the interval of ECE, and of runs of very many people.
_SAMPLES, _FEW_SAMPLES = 1000, 100


def foretold_means(found: Foretold | None, wanted: Sequence[str], by: Judged) -> dict[str, Mean]:
    """Returns the metrics of a line that gives probabilities; nothing of one that gives none."""
    import numpy as np

    if found is None or not found.loss:
        return {}
    size = len(by.asked.cases)
    means: dict[str, Mean] = {}
    for name, values in (("LogLoss", found.loss), ("Brier", found.square)):
        column = np.full(size, np.nan)
        column[list(values)] = list(values.values())
        [means[name]] = by.means(column[:, None], np.isfinite(column))
    means["ECE"] = _ece(found, by)
    return {name: means[name] for name in PROBABILITY if name in wanted}


def _ece(found: Foretold, by: Judged) -> Mean:
    import numpy as np

    p, y, rows = (np.array(one) for one in zip(*found.pairs, strict=True))
    users = [by.users[int(row)] for row in rows]
    people = len(set(users))
    whole = ece(p, y, np.ones(len(p)))
    if people < 2:
        return Mean(whole, 0.0, 1.0, len(found.loss))
    n = _SAMPLES if people <= MANY else _FEW_SAMPLES
    at = resampled(lambda weights: ece(p, y, weights), users, n=n, seed=by.statistics.seed)
    return Mean(whole, at.low, at.high, len(found.loss))
