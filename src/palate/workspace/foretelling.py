"""How good predictions are: the log is cut in time, learnt from before, and judged after.

Everything that `fit` learns is learnt anew from the events before the cut, in memory. Each later
first meeting of a person and an item is then foretold with the person's past as it was just
before it, as a running workspace would. Needs both wings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from palate.domain import Action
from palate.errors import EvalError
from palate.eval.bootstrap import Interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import RenderableType

    from palate.retrieval.aside import LearntAside
    from palate.retrieval.forecast.outcomes import Answers
    from palate.retrieval.interactions import Interactions
    from palate.retrieval.store import EventArrays
    from palate.workspace.palate import Palate

#: Share of the events that comes after the cut, and meetings judged at most.
LATER, MOST = 0.1, 2000
_FEWEST = 50


@dataclass(frozen=True)
class ForetellingScore:
    """How the predictions of each action did.

    Attributes:
        cut: The moment before which everything was learnt.
        rows: Action -> measure -> interval; measures of the control end in ``(control)``.
        cases: Action -> meetings that were judged.
        notes: Actions that were not judged, and why.
    """

    cut: datetime
    rows: Mapping[Action, Mapping[str, Interval]]
    cases: Mapping[Action, int]
    notes: tuple[str, ...]

    def __rich__(self) -> RenderableType:
        """Returns a table, a line a measure."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, padding=(0, 1), pad_edge=False)
        for heading, side in (("Action", "left"), ("Cases", "right"), ("Measure", "left"),
                              ("Value", "right"), ("95 % interval", "left")):  # fmt: skip
            table.add_column(heading, justify="right" if side == "right" else "left")
        for action, measures in self.rows.items():
            for place, (name, one) in enumerate(measures.items()):
                head = (action, f"{self.cases[action]:,}") if not place else ("", "")
                inside = f"[{one.low:.3f}, {one.high:.3f}]"
                table.add_row(*head, name, f"{one.mean:.3f}", Text(inside))
        told = f"Learnt from what came before {self.cut:%Y-%m-%d %H:%M}, judged on what came after."
        return Group(table, Text(told, style="dim"), *(Text(n, style="yellow") for n in self.notes))

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        return {
            "cut": self.cut.isoformat(),
            "actions": {
                action.value: {"cases": self.cases[action]}
                | {name: asdict(one) for name, one in measures.items()}
                for action, measures in self.rows.items()
            },
            "notes": list(self.notes),
        }


def score_predictions(
    palate: Palate, *, seed: int = 0, progress: Callable[[str], None] | None = None
) -> ForetellingScore:
    """Judges the predictions on the newest tenth of the log.

    Args:
        palate: The workspace; nothing in it changes.
        seed: Of the choice of meetings and of the intervals.
        progress: Told the name of each step.

    Raises:
        EvalError: The log has no times, or nothing can be judged.
    """
    held = held_back(palate, seed=seed, progress=progress)
    if progress:
        progress("judging")
    rows, cases, notes = _score(held.learnt, held.log, held.answers, held.places, seed)
    return ForetellingScore(datetime.fromtimestamp(held.cut, UTC), rows, cases, notes)


@dataclass(frozen=True)
class HeldBack:
    """What the log before a cut teaches, and meetings after it.

    Attributes:
        cut: Seconds since 1970.
        places: Of the meetings in ``log``, whose answers ``answers`` has.
        seed: Of the choice of the places.
    """

    learnt: LearntAside
    log: Interactions
    answers: Answers
    places: NDArray[np.intp]
    cut: float
    seed: int


def held_back(
    palate: Palate, *, seed: int, progress: Callable[[str], None] | None = None
) -> HeldBack:
    """Learns anew from the first nine tenths of the log, in memory.

    Raises:
        EvalError: The log has no times.
    """
    import numpy as np

    from palate.retrieval.aside import learn_aside
    from palate.retrieval.forecast.outcomes import log_answers
    from palate.retrieval.interactions import build_interactions

    events, table = palate.store.event_arrays(), palate.index.items
    if not len(events) or not np.isfinite(events.at).all():
        raise EvalError("Predictions are judged by time: every event needs one.")
    cut = float(np.quantile(events.at, 1 - LATER))
    scale = palate.store.rating_scale()
    early = events.take(events.at < cut)
    learnt = learn_aside(early, table, palate.settings, scale, seed=seed, progress=progress)
    log = build_interactions(events, table.position, palate.settings.strengths)
    answers = log_answers(events, table.position, scale)
    places = _later(log, early, table.position, cut, seed)
    return HeldBack(learnt, log, answers, places, cut, seed)


def _later(
    log: Interactions, early: EventArrays, position: Mapping[str, int], cut: float, seed: int
) -> NDArray[np.intp]:
    """Places in the log of meetings that begin after the cut, at most ``MOST``."""
    import numpy as np

    from palate.retrieval.interactions import pair_codes

    where = np.array([position.get(item, -1) for item in early.items], np.int32)
    known = pair_codes(early.user, where[early.item])
    fresh = (log.at >= cut) & ~np.isin(pair_codes(log.user, log.items), known)
    places = np.flatnonzero(fresh)
    return np.sort(np.random.default_rng(seed).permutation(places)[:MOST])


def _score(
    learnt: LearntAside, log: Interactions, answers: Answers, places: NDArray[np.intp], seed: int
) -> tuple[dict[Action, Mapping[str, Interval]], dict[Action, int], tuple[str, ...]]:
    import numpy as np

    rows: dict[Action, Mapping[str, Interval]] = {}
    cases: dict[Action, int] = {}
    notes: list[str] = []
    for action, target in learnt.forecasts.targets.items():
        given = places[np.isfinite(answers[action][places])]
        if target.past is None:
            if target.positives:
                notes.append(f"{action}: not judged, the base rate is all there is. {target.cause}")
            continue
        truth = answers[action][given].astype(np.float64)
        if len(given) < _FEWEST or len(set(truth.tolist())) < 2:
            notes.append(f"{action}: not judged, too few meetings after the cut.")
            continue
        found = np.array([learnt.foretell(action, log, answers[action], p) for p in given])
        people = log.user[given].tolist()
        rows[action] = _measures(action, found, truth, people, seed)
        cases[action] = len(given)
    if not rows:
        raise EvalError("No prediction can be judged: " + " ".join(notes or ["no events."]))
    return rows, cases, tuple(notes)


def _measures(
    action: Action,
    found: NDArray[np.float64],
    truth: NDArray[np.float64],
    people: list[int],
    seed: int,
) -> dict[str, Interval]:
    """Measures of the predictions, column 0 of ``found``, and of the control, column 1."""
    from palate.eval import calibrated as by

    ours, control = found[:, 0], found[:, 1]

    def one(measure: by.Measure, values: NDArray[np.float64]) -> Interval:
        return by.resampled(lambda w: measure(values, truth, w), people, seed=seed)

    def gain(measure: by.Measure) -> Interval:
        return by.resampled(
            lambda w: measure(ours, truth, w) - measure(control, truth, w), people, seed=seed
        )

    if action is Action.RATE:
        return {
            "RMSE": one(by.rmse, ours),
            "RMSE (control: item and person bias)": one(by.rmse, control),
            "RMSE minus the control's": gain(by.rmse),
            "MAE": one(by.mae, ours),
            "MAE (control)": one(by.mae, control),
        }
    return {
        "AUC": one(by.auc, ours),
        "ECE": one(by.ece, ours),
        "LogLoss": one(by.log_loss, ours),
        "Brier": one(by.brier, ours),
        "Brier (control: base rate)": one(by.brier, control),
        "Brier minus the control's": gain(by.brier),
    }
