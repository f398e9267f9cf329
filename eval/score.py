"""Scores recommenders on the same cases, with intervals, against a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from palate.domain import Recommender
from palate.errors import EvalError
from palate.eval.bootstrap import Interval, intervals
from palate.eval.cases import Case, repeated
from palate.eval.metrics import NDCG, HitRate, Metric, Recall, evaluate
from palate.eval.results import Results
from palate.eval.statistics.verdict import Judgement, Rules, judge_metrics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import RenderableType

DEFAULT_METRICS = (NDCG @ 10, Recall @ 10, HitRate @ 1)
#: Cases given to a recommender at once.
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Score:
    """One recommender's line.

    Attributes:
        means: By metric.
        against: Difference to the baseline by metric, judged; empty for the baseline itself.
        missing: Cases without an order; they score 0.
        partial: Cases whose order leaves candidates out.
    """

    name: str
    means: Mapping[Metric, Interval]
    against: Mapping[Metric, Judgement]
    missing: int = 0
    partial: int = 0


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """What came out, for a terminal (print it with rich), a file, or a pull request.

    Attributes:
        scores: In the order in which the recommenders were given.
        cases: Number of scored cases; ``unscored`` ones have no truth and are in no mean.
        users: Number of people that the scored cases belong to.
    """

    scores: tuple[Score, ...]
    metrics: tuple[Metric, ...]
    baseline: str
    cases: int
    users: int
    unscored: int
    seed: int
    samples: int
    level: float

    def __getitem__(self, name: str) -> Score:
        for score_ in self.scores:
            if score_.name == name:
                return score_
        raise KeyError(name)

    def __rich__(self) -> RenderableType:
        from palate.eval.table import as_rich

        return as_rich(self)

    def __str__(self) -> str:
        return self.to_markdown()

    def to_markdown(self) -> str:
        """Returns one Markdown table a metric."""
        from palate.eval.table import as_markdown

        return as_markdown(self)

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        from palate.eval.table import as_dict

        return as_dict(self)


def score(
    recommenders: Sequence[Recommender | Results],
    cases: Sequence[Case],
    metrics: Sequence[Metric] = DEFAULT_METRICS,
    *,
    baseline: str | None = None,
    seed: int = 0,
    samples: int = 10_000,
    level: float = 0.95,
) -> ScoreTable:
    """Runs every recommender on every case and compares them.

    A recommender sees requests only, never a truth. BCa bootstrap intervals by person; verdicts by
    the permutation test, corrected for the comparisons of a metric (Holm).

    Args:
        recommenders: With distinct names; `Results` are orders made elsewhere.
        cases: Those without a relevant item are counted as unscored and left out.
        metrics: What to compute.
        baseline: Name of the one that the others are held against; ``None``: the first.
        seed: Of the bootstrap.
        samples: Bootstrap samples.
        level: Of the intervals.

    Raises:
        EvalError: Nothing to score, a name that is missing or stands twice, an order that is not
            one of the case's candidates, or results for cases that do not exist.
    """
    scored = [case for case in cases if case.scored]
    names = _names(recommenders, baseline)
    if not scored or not metrics:
        raise EvalError(
            "There is nothing to score. Give cases whose truth names items, and metrics."
        )
    metrics = tuple(dict.fromkeys(metrics))
    first = names.index(baseline) if baseline is not None else 0
    runs = [_run(one, scored, {case.id for case in cases}, metrics) for one in recommenders]
    users = [case.cluster for case in scored]
    rules = Rules(level, samples=samples, seed=seed)
    return ScoreTable(
        _scores(runs, metrics, first, users, rules),
        metrics,
        names[first],
        len(scored),
        len(set(users)),
        len(cases) - len(scored),
        seed,
        samples,
        level,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    name: str
    values: NDArray[np.float64]
    missing: int
    partial: int


def _names(recommenders: Sequence[Recommender | Results], baseline: str | None) -> list[str]:
    names = [one.name for one in recommenders]
    if not names:
        raise EvalError("There is no recommender to score. Name at least one.")
    if (twice := repeated(names)) is not None:
        raise EvalError(f"Two recommenders are called {twice!r}. Give each its own name.")
    if baseline is not None and baseline not in names:
        raise EvalError(f"No recommender is called {baseline!r}. There are: {', '.join(names)}.")
    return names


def _scores(
    runs: Sequence[_Run],
    metrics: Sequence[Metric],
    first: int,
    users: Sequence[tuple[str, str]],
    rules: Rules,
) -> tuple[Score, ...]:
    """Makes the lines; the one at ``first`` is what the others are judged against."""
    import numpy as np

    columns = np.hstack([run.values for run in runs])
    means = intervals(
        columns, seed=rules.seed, n=rules.samples, level=rules.level, users=users, widen=True
    )
    others = [run.values - runs[first].values for i, run in enumerate(runs) if i != first]
    judged = judge_metrics(others, users, rules) if others else []
    judged.insert(first, [])
    return tuple(
        Score(
            run.name,
            dict(zip(metrics, means[i * len(metrics) : (i + 1) * len(metrics)], strict=True)),
            dict(zip(metrics, judged[i], strict=True)) if judged[i] else {},
            run.missing,
            run.partial,
        )
        for i, run in enumerate(runs)
    )


def _run(
    one: Recommender | Results, cases: Sequence[Case], known: set[str], metrics: Sequence[Metric]
) -> _Run:
    import numpy as np

    if isinstance(one, Results):
        _refuse_unknown(one, known)
    parts, missing, partial = [], 0, 0
    for start in range(0, len(cases), _BATCH):
        batch = cases[start : start + _BATCH]
        orders = _orders(one, batch, max(metric.k for metric in metrics))
        for case, order in zip(batch, orders, strict=True):
            _check(one.name, case, order)
            missing += not order
            partial += bool(order) and len(order) < len(case.candidates or ())
        listed = [case.candidates for case in batch]
        parts.append(evaluate(metrics, [case.truth for case in batch], orders, listed))
    return _Run(one.name, np.concatenate(parts), missing, partial)


def _orders(one: Recommender | Results, cases: Sequence[Case], n: int) -> Sequence[tuple[str, ...]]:
    if isinstance(one, Results):
        return [one.orders.get(case.id, ()) for case in cases]
    ranked = one.rank([case.request(n) for case in cases])
    if len(ranked) != len(cases):
        raise EvalError(
            f"{one.name} gave {len(ranked)} rankings for {len(cases)} requests. It must give one "
            "each, empty where it has none."
        )
    return [each.order for each in ranked]


def _check(name: str, case: Case, order: Sequence[str]) -> None:
    if (twice := repeated(order)) is not None:
        raise EvalError(f"{name}, case {case.id!r}: {twice!r} is ranked twice. Rank each id once.")
    foreign = set(order).difference(case.candidates) if case.candidates is not None else None
    if foreign:
        raise EvalError(
            f"{name}, case {case.id!r}: {min(foreign)!r} is not one of the candidates. Rank the "
            "candidates and nothing else."
        )


def _refuse_unknown(results: Results, known: set[str]) -> None:
    unknown = next((one for one in results.orders if one not in known), None)
    if unknown is not None:
        raise EvalError(
            f"{results.name} ranks a case {unknown!r} that is not among the cases. Score it with "
            "the case file that it was made from."
        )
