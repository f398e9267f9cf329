"""What came out of a run: plain frozen values that know their JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from palate.errors import EvalError
from palate.eval.judge.values import JudgeSummary, summary_from
from palate.eval.removal.values import Moved, moved_from
from palate.eval.runs.mean import Mean
from palate.eval.runs.probing import Probed
from palate.eval.runs.steadiness import Steadiness
from palate.eval.statistics.noise import Noise
from palate.eval.statistics.verdict import Judgement

__all__ = ["Difference", "Exposure", "Line", "Mean", "RunSummary", "read_summary"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference to the baseline, and what it means in words.

    Attributes:
        p: Of the permutation test, of this comparison alone; ``None`` in runs of older versions,
            as are the following.
        adjusted: The same after Holm's correction for all comparisons of the metric in the run.
        effect: Mean over the deviation of one person's difference.
        detectable: Smallest difference that the run decides four times in five.
        more: People who would probably decide it.
    """

    mean: float
    low: float
    high: float
    verdict: str
    p: float | None = None
    adjusted: float | None = None
    effect: float | None = None
    detectable: float | None = None
    more: int | None = None

    @classmethod
    def of(cls, found: Judgement) -> Difference:
        """Takes over what was judged."""
        at = found.interval
        return cls(
            at.mean, at.low, at.high, found.verdict, found.p, found.adjusted, found.effect,
            found.detectable, found.more,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One recommender.

    Attributes:
        kind: ``control``, ``model`` for a variant, or ``own`` for a recommender of the user's.
        product: Metric -> mean of the order that a person would see: fused and filled.
        model: Metric -> mean of the model's own order; a failed, cut or silent call scores 0.
        answered: Metric -> the same over the cases that it answered.
        against: Metric -> difference of the product to the baseline's.
        against_model: Metric -> difference of the model's own order to the baseline's product.
        given_hit: Metric -> mean of the product over the cases whose truth was shown.
        beyond: Metric of what is shown -> its mean over the cases that have a value, or its value
            for all lists together (then without an interval: both ends are the value).
        reasons: Metric of reasons -> its mean over the cases that have a value.
        foretold: LogLoss, Brier, ECE of the product's probabilities, lower is better;
            ``own_foretold`` those of the model alone. Empty where there are none.
        cohorts: Cohort -> value -> mean of the first metric's product; the interval is normal,
            with the standard error over people.
        health: Counts, such as ``failed``.
        cost: Tokens, calls, US dollars, seconds.
        slots: For each slot, share of lists whose own first item stood there, and mean rank.
        parts: What the variant is made of: prompt, model, ranker, axes.
    """

    name: str
    kind: str
    product: Mapping[str, Mean]
    model: Mapping[str, Mean] = field(default_factory=dict)
    answered: Mapping[str, Mean] = field(default_factory=dict)
    against: Mapping[str, Difference] = field(default_factory=dict)
    against_model: Mapping[str, Difference] = field(default_factory=dict)
    given_hit: Mapping[str, Mean] = field(default_factory=dict)
    beyond: Mapping[str, Mean] = field(default_factory=dict)
    cohorts: Mapping[str, Mapping[str, Mean]] = field(default_factory=dict)
    health: Mapping[str, int] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    slots: tuple[tuple[float, float], ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    reasons: Mapping[str, Mean] = field(default_factory=dict)
    foretold: Mapping[str, Mean] = field(default_factory=dict)
    own_foretold: Mapping[str, Mean] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Something that the numbers of a line hide: its name, and a sentence."""

    line: str
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A whole run.

    Attributes:
        guard: Level of the leakage guard; ``guarded`` tells what was checked.
        ceiling: Share of cases whose truth was retrieved, and shown to the model; of the prior's
            pool. ``None`` where the cases list their candidates.
        noise: For each model that was asked repeatedly its name without the repeat, and where the
            uncertainty of its own first metric comes from.
        steadiness: How alike a model's orders are where only the layout of its prompt differs.
        moved: How far ranks moved without the evidence that reasons cite.
        probed: What models lost when their history or titles were taken away.
        judge: What the judge of reasons found; ``None`` where the run has none.
    """

    id: str
    name: str
    created: str
    version: str
    guard: str
    guarded: str
    cases: int
    users: int
    unscored: int
    metrics: tuple[str, ...]
    baseline: str
    level: float
    samples: int
    seed: int
    lines: tuple[Line, ...]
    exposures: tuple[Exposure, ...] = ()
    ceiling: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    noise: tuple[tuple[str, Noise], ...] = ()
    judge: JudgeSummary | None = None
    steadiness: tuple[Steadiness, ...] = ()
    moved: tuple[Moved, ...] = ()
    probed: tuple[Probed, ...] = ()

    def line(self, name: str) -> Line:
        """Returns a line by its name.

        Raises:
            EvalError: There is none.
        """
        for one in self.lines:
            if one.name == name:
                return one
        names = ", ".join(one.name for one in self.lines)
        raise EvalError(f"The run {self.id} has no line {name!r}. There are: {names}.")

    def to_json(self) -> str:
        """Returns the text of ``summary.json``: the same for equal summaries."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        found: dict[str, Any] = json.loads(self.to_json())
        return found


def read_summary(path: Path) -> RunSummary:
    """Reads a ``summary.json``.

    Raises:
        EvalError: The run is not complete, or the file is damaged.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _summary(data)
    except OSError:
        raise EvalError(
            f"The run {path.parent.name!r} is not complete. Finish it with --resume."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise EvalError(f"{path} is damaged ({error}). Make it anew with --resume.") from None


def _summary(data: dict[str, Any]) -> RunSummary:
    lines = tuple(_line(one) for one in data.pop("lines"))
    exposures = tuple(Exposure(**one) for one in data.pop("exposures"))
    ceiling = data.pop("ceiling")
    noise = tuple((name, Noise(**one)) for name, one in data.pop("noise", ()))
    judged = data.pop("judge", None)
    steady = tuple(
        Steadiness(**{**one, "tau": Mean(**one["tau"]), "same": Mean(**one["same"])})
        for one in data.pop("steadiness", ())
    )
    moved = tuple(moved_from(one) for one in data.pop("moved", ()))
    probed = tuple(Probed(**{**one, "loss": Mean(**one["loss"])}) for one in data.pop("probed", ()))
    return RunSummary(
        **{**data, "metrics": tuple(data["metrics"]), "notes": tuple(data["notes"])},
        lines=lines,
        exposures=exposures,
        ceiling=None if ceiling is None else (ceiling[0], ceiling[1]),
        noise=noise,
        judge=summary_from(judged) if judged else None,
        steadiness=steady,
        moved=moved,
        probed=probed,
    )


def _cohort_mean(data: Any) -> Mean:
    """Reads a cohort's mean; older runs hold it and the number of cases alone."""
    return Mean(**data) if isinstance(data, dict) else Mean(data[0], 0.0, 1.0, data[1])


def _line(data: dict[str, Any]) -> Line:
    for name in (
        "product",
        "model",
        "answered",
        "given_hit",
        "beyond",
        "reasons",
        "foretold",
        "own_foretold",
    ):
        data[name] = {metric: Mean(**value) for metric, value in data.get(name, {}).items()}
    for name in ("against", "against_model"):
        data[name] = {metric: Difference(**value) for metric, value in data[name].items()}
    data["cohorts"] = {
        cohort: {value: _cohort_mean(one) for value, one in values.items()}
        for cohort, values in data["cohorts"].items()
    }
    data["slots"] = tuple((pair[0], pair[1]) for pair in data["slots"])
    return Line(**data)
