"""Scores this workspace and the controls on a case file: needs both wings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from palate.domain import Recommender

if TYPE_CHECKING:
    from palate.eval.score import ScoreTable
    from palate.workspace.palate import Palate


def score_cases(
    palate: Palate,
    path: Path,
    metrics: Sequence[str],
    *,
    limit: int | None = None,
    seed: int = 0,
) -> ScoreTable:
    """Scores the controls and the prior on cases.

    The controls learn from the store's events without the truths of the cases. The prior is taken
    as `fit` left it: fit it with ``without=`` the same cases.

    Raises:
        EvalError: The cases cannot be read, or a metric is not known.
    """
    from palate.eval.cases import read_cases
    from palate.eval.controls import ItemKNN, Popularity, RandomOrder
    from palate.eval.leave import remove_pairs
    from palate.eval.score import score

    cases = read_cases(path)[:limit]
    pairs = [(case.user, item) for case in cases if case.user for item in case.truth]
    events = remove_pairs(palate.store.event_arrays(), pairs)
    entrants: list[Recommender] = [
        RandomOrder(seed),
        Popularity(events),
        ItemKNN(events),
        palate.recommender("prior"),
    ]
    return score(entrants, cases, metrics, seed=seed)
