"""From columns of values to a summary: intervals, differences, cohorts, cost."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from palate.errors import EvalError
from palate.eval.bootstrap import Interval, Paired, intervals
from palate.eval.runs.config import Statistics
from palate.eval.runs.pace import usd
from palate.eval.runs.summary import Difference, Line, Mean
from palate.eval.runs.values import Column, Questions
from palate.eval.runs.variants import Variant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Traits = Sequence[Mapping[str, str]]
#: Beyond so many people the normal interval is used: the bootstrap's is the same to three digits,
#: and would take minutes.
MANY = 2_000


def normal_intervals(
    values: NDArray[np.float64], users: Sequence[tuple[str, str]], level: float
) -> list[Interval]:
    """Returns mean -+ z s of each column, with the standard error over people.

    ``s = sqrt(sum over people of (their sum - mean * their cases)^2) / cases``, the sandwich
    estimator with one cluster a person (Liang and Zeger, Biometrika 1986).
    """
    import numpy as np
    from scipy.special import ndtri

    codes: dict[tuple[str, str], int] = {}
    code = np.array([codes.setdefault(one, len(codes)) for one in users])
    sizes = np.bincount(code)
    z = float(ndtri(0.5 + level / 2))
    found = []
    for column in values.T:
        mean = float(column.mean())
        apart = np.bincount(code, column) - mean * sizes
        s = float(np.sqrt((apart**2).sum())) / len(column)
        found.append(Interval(mean, mean - z * s, mean + z * s, level, "percentile"))
    return found


@dataclass(frozen=True)
class Judged:
    """What every line is judged by.

    Attributes:
        traits: For each case cohort -> value.
    """

    asked: Questions
    statistics: Statistics
    traits: Traits

    @property
    def users(self) -> list[tuple[str, str]]:
        """Whose case each is."""
        return [case.cluster for case in self.asked.cases]

    def means(
        self, values: NDArray[np.float64], mask: NDArray[np.bool_] | None = None
    ) -> list[Mean]:
        """Returns the mean of each column of values and its interval.

        Over fewer than two people there is no interval: its ends are those of nothing known, 0
        and 1 for means of metrics between them.
        """
        users = self.users
        if mask is not None:
            users = [user for user, kept in zip(users, mask.tolist(), strict=True) if kept]
            values = values[mask]
        if len(set(users)) < 2:
            found = values.mean(axis=0).tolist() if len(values) else [0.0] * values.shape[1]
            return [Mean(mean, 0.0, 1.0, len(values)) for mean in found]
        made = self._intervals(values, users)
        return [Mean(one.mean, one.low, one.high, len(values)) for one in made]

    def differences(self, values: NDArray[np.float64]) -> list[Difference]:
        """Judges paired differences, one column a metric."""
        if len(set(self.users)) < 2:
            return []
        made = self._intervals(values, self.users)
        return [
            Difference(one.mean, one.low, one.high, self._verdict(one.low, one.high, Paired(one)))
            for one in made
        ]

    def _intervals(
        self, values: NDArray[np.float64], users: Sequence[tuple[str, str]]
    ) -> list[Interval]:
        if len(set(users)) > MANY:
            return normal_intervals(values, users, self.statistics.level)
        return intervals(
            values, seed=self.statistics.seed, n=self.statistics.samples,
            level=self.statistics.level, users=users,
        )  # fmt: skip

    def _verdict(self, low: float, high: float, paired: Paired) -> str:
        margin = self.statistics.margin
        if paired.verdict == "not decisive" and -margin <= low and high <= margin:
            return "equal within the margin"
        return paired.verdict


def judge(columns: Sequence[Column], variants: Mapping[str, Variant], by: Judged) -> list[Line]:
    """Makes the lines of a summary.

    Args:
        columns: Controls and variants.
        variants: Name of a column -> its variant; controls have none.
        by: Cases, statistics, cohorts.

    Raises:
        EvalError: The baseline is not among the lines.
    """
    baseline = next((c for c in columns if c.name == by.statistics.baseline), None)
    if baseline is None:
        raise EvalError(
            f"statistics.baseline is {by.statistics.baseline!r}, and no line is called that. There "
            f"are: {', '.join(column.name for column in columns)}."
        )
    return [_line(column, variants.get(column.name), baseline, by) for column in columns]


def _line(column: Column, variant: Variant | None, baseline: Column, by: Judged) -> Line:
    names = [str(metric) for metric in by.asked.metrics]

    def named(values: Sequence[Any]) -> dict[str, Any]:
        return dict(zip(names, values, strict=True)) if values else {}

    parts: dict[str, Any] = {}
    if column is not baseline:
        parts["against"] = named(by.differences(column.product - baseline.product))
    if column.own is not None and column.answered is not None and column.reached is not None:
        parts["model"] = named(by.means(column.own))
        parts["answered"] = named(by.means(column.own, column.answered))
        parts["against_model"] = named(by.differences(column.own - baseline.product))
        parts["given_hit"] = named(by.means(column.product, column.reached[:, 0] > 0))
        parts["health"] = _health(column, len(by.asked.cases))
        parts["slots"] = _slots(column)
    if variant is not None:
        parts |= {"cost": _cost(column, variant), "parts": _parts(variant), "key": variant.key}
    return Line(
        column.name,
        "control" if variant is None else "model",
        named(by.means(column.product)),
        cohorts=_cohorts(column.product[:, 0], by.traits),
        **parts,
    )


def _health(column: Column, cases: int) -> dict[str, int]:
    return {"cases": cases, **dict(sorted(column.health.counts.items()))}


def _slots(column: Column) -> tuple[tuple[float, float], ...]:
    return tuple(
        (column.first[slot] / n, column.ranks_by_slot[slot] / n)
        for slot, n in sorted(column.slots.items())
    )


def _cost(column: Column, variant: Variant) -> dict[str, float]:
    import numpy as np

    health = column.health
    seconds = np.array(sorted(health.seconds) or [0.0])
    p50, p95 = np.quantile(seconds, [0.5, 0.95]).tolist()
    return {
        "calls": health.calls,
        "retries": health.retries,
        "prompt_tokens": health.prompt_tokens,
        "completion_tokens": health.completion_tokens,
        "cached_tokens": health.cached_tokens,
        "usd": usd(variant.model, health.prompt_tokens, health.completion_tokens),
        "seconds_p50": p50,
        "seconds_p95": p95,
    }


def _parts(variant: Variant) -> dict[str, str]:
    parts = {name: value for name, value in asdict(variant).items() if name not in ("name",)}
    parts["model"] = variant.model.label
    return {name: str(value) for name, value in parts.items() if value is not None}


def _cohorts(
    values: NDArray[np.float64], traits: Traits
) -> dict[str, dict[str, tuple[float, int]]]:
    groups: dict[str, dict[str, list[float]]] = {}
    for value, trait in zip(values.tolist(), traits, strict=True):
        for cohort, name in trait.items():
            groups.setdefault(cohort, {}).setdefault(name, []).append(value)
    return {cohort: _means(by) for cohort, by in sorted(groups.items())}


def _means(groups: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, int]]:
    ordered = sorted(groups.items(), key=_by_number)
    return {name: (sum(found) / len(found), len(found)) for name, found in ordered}


def _by_number(group: tuple[str, object]) -> tuple[int, str]:
    """Sorts ``5-19`` before ``20-49``."""
    digits = re.match(r"\d+", group[0])
    return (int(digits[0]) if digits else -1, group[0])
