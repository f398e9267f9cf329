"""The value of every line, case and metric: read off the log and the controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from palate.domain import Recommender
from palate.errors import EvalError
from palate.eval.cases import Case
from palate.eval.controls import oracle_order
from palate.eval.metrics import Metric, evaluate
from palate.eval.metrics.probability import Foretold
from palate.eval.runs.answer import Answer, answer_from
from palate.eval.runs.health import Health, own_order
from palate.eval.runs.ledger import KINDS
from palate.eval.runs.log import latest_answers
from palate.eval.runs.reasoning import Reasoning
from palate.eval.runs.showing import Showing, Watching
from palate.eval.runs.variants import Variant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Cases scored at once: what a batch holds is all that is held of the orders.
BATCH = 1000


@dataclass
class Column:
    """One line's values.

    Attributes:
        product: Shape (cases, metrics).
        own: The model's own order, shape (cases, metrics); ``None`` for a control.
        answered: Whether an order of the model was read, shape (cases,).
        rank: Of the first relevant item in the product, 0 where there is none; shape (cases,).
        reached: Relevant items shown and retrieved, shape (cases, 2).
        foretold: Probabilities of the product, where it has some and they are wanted;
            ``own_foretold`` those of the model alone.
        kind: ``control``, ``own`` for a recommender of the user's, ``model`` for a variant.
        first: How often the item in each slot was put first, and how often a slot was filled.
    """

    name: str
    product: NDArray[np.float64]
    rank: NDArray[np.int32]
    own: NDArray[np.float64] | None = None
    answered: NDArray[np.bool_] | None = None
    reached: NDArray[np.int32] | None = None
    health: Health = field(default_factory=Health)
    first: Counter[int] = field(default_factory=Counter)
    slots: Counter[int] = field(default_factory=Counter)
    ranks_by_slot: Counter[int] = field(default_factory=Counter)
    kept_order: int = 0
    from_history: int = 0
    listed: int = 0
    missing: int = 0
    showing: Showing | None = None
    reasons: Reasoning | None = None
    kind: str = "control"
    foretold: Foretold | None = None
    own_foretold: Foretold | None = None


@dataclass(frozen=True)
class Questions:
    """The cases of a run, by place.

    Attributes:
        cases: Those that can be scored.
        metrics: What is computed.
        pasts: What each case's person had before, as ids; may be empty tuples.
        watching: What is looked at beside; ``None`` for nothing.
        cold: How many cases are asked before any reply is back: those at once at most.
        sure: Metrics of probabilities that are wanted, by name.
    """

    cases: Sequence[Case]
    metrics: Sequence[Metric]
    pasts: Sequence[Sequence[str]]
    watching: Watching | None = None
    sure: Sequence[str] = ()
    cold: int = 0

    @property
    def n(self) -> int:
        """How many items a recommender without candidates returns: the deepest cut-off."""
        beside = self.watching.metrics if self.watching else ()
        return max(metric.k for metric in (*self.metrics, *beside))

    def empty(self, name: str, *, model: bool) -> Column:
        """Returns a column of zeros."""
        import numpy as np

        shape = (len(self.cases), len(self.metrics))
        column = Column(name, np.zeros(shape), np.zeros(shape[0], np.int32))
        if self.watching is not None and self.watching.metrics:
            column.showing = Showing.empty(self.watching, shape[0])
        if model:
            column.own = np.zeros(shape)
            column.answered = np.zeros(shape[0], bool)
            column.reached = np.zeros((shape[0], 2), np.int32)
            column.reasons = Reasoning(shape[0])
        if self.sure:
            column.foretold, column.own_foretold = Foretold(), Foretold()
        return column


def control_column(one: Recommender, asked: Questions, n: int) -> Column:
    """Runs a recommender over all cases, in batches."""
    column = asked.empty(one.name, model=False)
    for start in range(0, len(asked.cases), BATCH):
        cases = asked.cases[start : start + BATCH]
        ranked = one.rank([case.request(n) for case in cases])
        found = [each.order for each in ranked]
        if len(found) != len(cases):
            raise EvalError(f"{one.name} gave {len(found)} rankings for {len(cases)} requests.")
        rows = list(range(start, start + len(cases)))
        _take(column, rows, asked, found)
        for row, case, order in zip(rows, cases, found, strict=True):
            _look(column, row, case, order, asked.pasts[row])
        if column.foretold is not None and getattr(one, "log_probabilities", False):
            for row, case, each in zip(rows, cases, ranked, strict=True):
                if each.order:
                    column.foretold.add(row, each.order, each.scores, case.truth)
    return column


def oracle_column(asked: Questions) -> Column:
    """Makes the column of the best orders there are."""
    column = asked.empty("oracle", model=False)
    orders = [oracle_order(case.truth, case.candidates).order for case in asked.cases]
    for start in range(0, len(orders), BATCH):
        rows = list(range(start, min(start + BATCH, len(orders))))
        _take(column, rows, asked, [orders[row] for row in rows])
    column.rank[:] = 1
    return column


def model_columns(
    path: Path, asked: Questions, variants: Sequence[Variant]
) -> Mapping[str, Column]:
    """Reads the answers of a log, in batches.

    Returns:
        Variant key -> column.
    """
    row = {case.id: place for place, case in enumerate(asked.cases)}
    found = {one.key: asked.empty(one.name, model=True) for one in variants}
    waiting: dict[str, list[tuple[int, Answer]]] = {one.key: [] for one in variants}
    for record in latest_answers(path):
        place = (record["v"], record["c"])
        if place[0] not in found or place[1] not in row:
            continue
        answer = answer_from(record)
        kinds = {kind for kind in KINDS if record.get(kind)}
        _count(found[place[0]], row[place[1]], answer, kinds, asked)
        waiting[place[0]].append((row[place[1]], answer))
        if len(waiting[place[0]]) == BATCH:
            _settle(found[place[0]], waiting[place[0]], asked)
    for key, left in waiting.items():
        _settle(found[key], left, asked)
    return found


def _settle(column: Column, waiting: list[tuple[int, Answer]], asked: Questions) -> None:
    if not waiting:
        return
    rows = [row for row, _ in waiting]
    assert column.own is not None
    _take(column, rows, asked, [answer.order for _, answer in waiting])
    _fill(column.own, rows, asked, [own_order(answer) for _, answer in waiting])
    waiting.clear()


def _fill(
    values: NDArray[np.float64],
    rows: Sequence[int],
    asked: Questions,
    orders: Sequence[Sequence[str]],
) -> None:
    cases = [asked.cases[row] for row in rows]
    truths, listed = [case.truth for case in cases], [case.candidates for case in cases]
    values[rows] = evaluate(asked.metrics, truths, orders, listed)


def _take(
    column: Column, rows: Sequence[int], asked: Questions, orders: Sequence[Sequence[str]]
) -> None:
    """Takes in what people would see: how right it is, and what it shows."""
    _fill(column.product, rows, asked, orders)
    if column.showing is not None:
        for row, order in zip(rows, orders, strict=True):
            column.showing.add(row, asked.cases[row], order, asked.pasts[row])


def _look(column: Column, row: int, case: Case, order: Sequence[str], past: Sequence[str]) -> None:
    """Notes what gives a recommender away."""
    column.rank[row] = next(
        (place for place, item in enumerate(order, 1) if case.truth.get(item, 0) > 0), 0
    )
    column.missing += not order
    listed = case.candidates
    if listed is not None:
        column.kept_order += tuple(order) == listed
    known = set(past)
    # Candidates may name known items; only what was chosen freely can repeat a history.
    if listed is None and known:
        column.from_history += sum(item in known for item in order[:10])
        column.listed += len(order[:10])


def _count(column: Column, row: int, answer: Answer, kinds: set[str], asked: Questions) -> None:
    case = asked.cases[row]
    _look(column, row, case, answer.order, asked.pasts[row])
    own = own_order(answer)
    assert column.answered is not None
    assert column.reached is not None
    column.answered[row] = bool(own)
    column.reached[row] = answer.reached
    column.health.count(row, answer, own, kinds)
    if column.foretold is not None and answer.sure:
        column.foretold.add(row, answer.order, answer.sure, case.truth)
    if column.own_foretold is not None and answer.own_sure and own:
        items = tuple(answer.own_sure)
        column.own_foretold.add(row, items, [answer.own_sure[i] for i in items], case.truth)
    if column.reasons is not None and answer.reasons:
        column.reasons.add(row, case.cluster, answer.reasons)
    for slot, item in enumerate(answer.shown if own else ()):
        place = own.index(item) if item in own else len(own)
        column.slots[slot] += 1
        column.first[slot] += place == 0
        column.ranks_by_slot[slot] += place + 1
