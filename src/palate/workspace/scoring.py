"""Scores this workspace and the controls on a case file: needs both wings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from palate.domain import Recommender
from palate.errors import EvalError

if TYPE_CHECKING:
    from palate.eval.cases import Case
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
    from palate.eval.controls import ItemKNN, Popularity, Random
    from palate.eval.leave import remove_pairs, truth_pairs
    from palate.eval.metrics import parse_metric
    from palate.eval.score import score

    # The whole file, whatever the limit: `fit --without` left out the whole file, too.
    cases = read_cases(path)
    stored = palate.store.event_arrays()
    events = remove_pairs(stored, truth_pairs(cases))
    if len(events) < len(stored):
        _refuse_leaks(palate, cases)
    entrants: list[Recommender] = [
        Random(seed),
        Popularity(events),
        ItemKNN(events),
        palate.recommender("prior"),
    ]
    return score(
        entrants,
        cases[:limit],
        [parse_metric(name) for name in metrics],
        baseline="item-kNN",
        seed=seed,
    )


def _refuse_leaks(palate: Palate, cases: Sequence[Case]) -> None:
    """Refuses to score a prior that has seen the truths.

    Raises:
        EvalError: With the way out.
    """
    from palate.eval.leave import truth_pairs
    from palate.retrieval.fit import fitted_without, pairs_digest

    if any(case.at is None for case in cases):
        raise EvalError(
            "Truths of these cases stand among the events of their own people, so that every "
            "profile would hold them. Take those events out, or give each case its time, `at`."
        )
    if fitted_without(palate.folder.index) != pairs_digest(truth_pairs(cases)):
        raise EvalError(
            "The prior was fitted on events that hold the truths of these cases. Run "
            "`palate fit --without CASES` with the same file first."
        )
