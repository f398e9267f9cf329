"""Scores this workspace and the controls on a case file: needs both wings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from palate.domain import Recommender
from palate.errors import EvalError

if TYPE_CHECKING:
    from palate.eval.cases import Case
    from palate.eval.results import Results
    from palate.eval.score import ScoreTable
    from palate.workspace.palate import Palate


def score_cases(
    palate: Palate,
    path: Path,
    metrics: Sequence[str],
    *,
    limit: int | None = None,
    seed: int = 0,
    runs: Sequence[Path] = (),
) -> ScoreTable:
    """Scores the controls, the prior and rankings made elsewhere on cases.

    The controls learn from the store's events without the truths of the cases. The prior is taken
    as `fit` left it: fit it with ``without=`` the same cases. A copy of a workspace is fitted so
    here, as it serves nobody.

    Args:
        palate: The workspace.
        path: Of the cases.
        metrics: Such as ``NDCG@10``.
        limit: Cases at most.
        seed: Of the intervals, the tests and the random control.
        runs: Files of rankings made elsewhere.

    Raises:
        EvalError: The cases or a run cannot be read, or a metric is not known.
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
        _keep_truths_out(palate, cases)
    entrants: list[Recommender | Results] = [
        Random(seed, items=stored.items),
        Popularity(events),
        ItemKNN(events),
        palate.recommender("prior"),
        *(_read(run, cases[:limit]) for run in runs),
    ]
    return score(
        entrants, cases[:limit], [parse_metric(name) for name in metrics], baseline="item-kNN",
        seed=seed,
    )  # fmt: skip


def score_runs(
    cases: Path,
    runs: Sequence[Path],
    metrics: Sequence[str],
    *,
    limit: int | None = None,
    seed: int = 0,
) -> ScoreTable:
    """Scores rankings made elsewhere, without any workspace; the first is the baseline.

    Raises:
        EvalError: The cases or a run cannot be read, or a metric is not known.
    """
    from palate.eval.cases import read_cases
    from palate.eval.metrics import parse_metric
    from palate.eval.score import score

    asked = read_cases(cases)[:limit]
    found = [_read(run, asked) for run in runs]
    return score(found, asked, [parse_metric(name) for name in metrics], seed=seed)


def _read(run: Path, cases: Sequence[Case]) -> Results:
    """Reads a run; where only some of its cases are asked, the others are left out."""
    from palate.eval.results import Results, read_results

    found, asked = read_results(run), {case.id for case in cases}
    if asked <= found.orders.keys():
        return Results(found.name, {case: found.orders[case] for case in asked})
    return found


def _keep_truths_out(palate: Palate, cases: Sequence[Case]) -> None:
    """Refuses to score a prior that has seen the truths; that of a copy is fitted without them.

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
    truths = truth_pairs(cases)
    if fitted_without(palate.folder.index) == pairs_digest(truths):
        return
    if not palate.folder.copied:
        raise EvalError(
            "The prior was fitted on events that hold the truths of these cases. Run "
            "`palate fit --without CASES` with the same file first."
        )
    palate.fit(without=sorted(truths))
