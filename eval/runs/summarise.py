"""From columns of values to a summary: intervals, differences, cohorts, cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from palate.errors import EvalError
from palate.eval.bootstrap import Interval, intervals
from palate.eval.runs.cohorts import Traits, cohorts_of
from palate.eval.runs.config import Statistics
from palate.eval.runs.foretelling import foretold_means
from palate.eval.runs.pace import usd
from palate.eval.runs.summary import Difference, Line, Mean
from palate.eval.runs.values import Column, Questions
from palate.eval.runs.variants import Variant
from palate.eval.statistics.noise import Noise, components
from palate.eval.statistics.spread import standard_errors
from palate.eval.statistics.verdict import MANY, Rules, judge_metrics, normal_intervals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
        self,
        values: NDArray[np.float64],
        mask: NDArray[np.bool_] | None = None,
        ends: tuple[float, float] = (0.0, 1.0),
    ) -> list[Mean]:
        """Returns the mean of each column of values and its interval.

        Over fewer than two people there is no interval: its ends are those of nothing known, which
        are the ends of the scale.
        """
        users = self.users
        if mask is not None:
            users = [user for user, kept in zip(users, mask.tolist(), strict=True) if kept]
            values = values[mask]
        if len(set(users)) < 2:
            found = values.mean(axis=0).tolist() if len(values) else [0.0] * values.shape[1]
            return [Mean(mean, *ends, len(values)) for mean in found]
        made = self._intervals(values, users)
        return [Mean(one.mean, one.low, one.high, len(values)) for one in made]

    def differences(self, values: Sequence[NDArray[np.float64]]) -> list[list[Difference]]:
        """Judges paired differences; all those of one metric are a family.

        Args:
            values: Of each comparison, shape (cases, metrics).

        Returns:
            For each comparison one a metric; nothing where there are fewer than two people.
        """
        if not values or len(set(self.users)) < 2:
            return [[] for _ in values]
        rules = Rules(
            self.statistics.level, self.statistics.margin, self.statistics.samples,
            self.statistics.seed,
        )  # fmt: skip
        judged = judge_metrics(values, self.users, rules)
        return [[Difference.of(one) for one in found] for found in judged]

    def _intervals(
        self, values: NDArray[np.float64], users: Sequence[tuple[str, str]]
    ) -> list[Interval]:
        if len(set(users)) > MANY:
            errors, _ = standard_errors(values, users)
            return normal_intervals(values.mean(axis=0), errors, self.statistics.level)
        return intervals(
            values, seed=self.statistics.seed, n=self.statistics.samples,
            level=self.statistics.level, users=users, widen=True,
        )  # fmt: skip


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
    found = _against(columns, baseline, by)
    cold = _cold_cases(by.asked.cold, list(variants))
    return [
        _line(column, variants.get(column.name), found, by, cold.get(column.name, 0))
        for column in columns
    ]


def _cold_cases(at_once: int, names: Sequence[str]) -> dict[str, int]:
    """Returns for each variant how many of its first cases are asked before any reply is back.

    A run goes case by case, and through the variants of each; the first call of a variant is cold
    in any case: its connection is its own.
    """
    return {name: max(1, -((place - at_once) // len(names))) for place, name in enumerate(names)}


#: Name of a line, and whether the model alone is meant -> difference by metric.
_Against = Mapping[tuple[str, bool], Sequence[Difference]]


def _against(columns: Sequence[Column], baseline: Column, by: Judged) -> _Against:
    """Judges everything that is held against the baseline, as one family a metric."""
    values = {
        (column.name, False): column.product - baseline.product
        for column in columns if column is not baseline
    } | {
        (column.name, True): column.own - baseline.product
        for column in columns if column.own is not None
    }  # fmt: skip
    return dict(zip(values, by.differences(list(values.values())), strict=True))


def _line(column: Column, variant: Variant | None, found: _Against, by: Judged, cold: int) -> Line:
    names = [str(metric) for metric in by.asked.metrics]

    def named(values: Sequence[Any]) -> dict[str, Any]:
        return dict(zip(names, values, strict=True)) if values else {}

    parts: dict[str, Any] = {"against": named(found.get((column.name, False), ()))}
    if column.own is not None and column.answered is not None and column.reached is not None:
        parts["model"] = named(by.means(column.own))
        parts["answered"] = named(by.means(column.own, column.answered))
        parts["against_model"] = named(found[column.name, True])
        parts["given_hit"] = named(by.means(column.product, column.reached[:, 0] > 0))
        parts["health"] = _health(column, len(by.asked.cases))
        parts["slots"] = _slots(column)
        parts["reasons"] = _reasons(column, by)
    parts["beyond"] = _beyond(column, by)
    parts["foretold"] = foretold_means(column.foretold, by.asked.sure, by)
    parts["own_foretold"] = foretold_means(column.own_foretold, by.asked.sure, by)
    if variant is not None:
        parts |= {
            "cost": _cost(column, variant, cold),
            "parts": _parts(variant),
            "key": variant.key,
        }
    return Line(
        column.name,
        column.kind if variant is None else "model",
        named(by.means(column.product)),
        cohorts=cohorts_of(column.product[:, 0], by.users, by.traits, by.statistics.level),
        **parts,
    )


def _beyond(column: Column, by: Judged) -> dict[str, Mean]:
    """Returns the metrics of what was shown; those of all lists together have no interval."""
    import numpy as np

    if column.showing is None:
        return {}
    found: dict[str, Mean] = {}
    for metric, values in column.showing.values.items():
        known = np.isfinite(values)
        if known.any():
            [found[str(metric)]] = by.means(values[:, None], known)
    for metric, value in column.showing.of_all().items():
        found[str(metric)] = Mean(value, value, value, len(by.asked.cases))
    order = [str(one) for one in column.showing.watching.metrics]
    return {name: found[name] for name in order if name in found}


def _reasons(column: Column, by: Judged) -> dict[str, Mean]:
    import numpy as np

    found: dict[str, Mean] = {}
    for name, values in column.reasons.values().items() if column.reasons else ():
        known = np.isfinite(values)
        if known.any():
            [found[name]] = by.means(values[:, None], known)
    return found


def noise_of(
    columns: Sequence[Column], variants: Mapping[str, Variant], by: Judged
) -> tuple[tuple[str, Noise], ...]:
    """Parts the noise of each model that was asked repeatedly, in its own first metric."""
    import numpy as np

    groups: dict[Variant, list[Column]] = {}
    for column in columns:
        variant = variants.get(column.name)
        if variant is not None and column.own is not None:
            groups.setdefault(replace(variant, name="", repeat=0), []).append(column)
    if len(set(by.users)) < 2:
        return ()
    return tuple(
        (
            group[0].name.rsplit(" · #", 1)[0],
            components(np.stack([one.own[:, 0] for one in group if one.own is not None]), by.users),
        )
        for group in groups.values()
        if len(group) > 1
    )


def _health(column: Column, cases: int) -> dict[str, int]:
    return {"cases": cases, **dict(sorted(column.health.counts.items()))}


def _slots(column: Column) -> tuple[tuple[float, float], ...]:
    return tuple(
        (column.first[slot] / n, column.ranks_by_slot[slot] / n)
        for slot, n in sorted(column.slots.items())
    )


def _cost(column: Column, variant: Variant, cold: int) -> dict[str, float]:
    """Returns tokens, money and latency; the first cases, asked before any reply, are apart."""
    health = column.health
    warm = [one for row, one in health.seconds.items() if row >= cold]
    first = [one for row, one in health.seconds.items() if row < cold]
    return {
        "calls": health.calls,
        "retries": health.retries,
        "prompt_tokens": health.prompt_tokens,
        "completion_tokens": health.completion_tokens,
        "cached_tokens": health.cached_tokens,
        "usd": usd(variant.model, health.prompt_tokens, health.completion_tokens),
        **(_quantiles(warm, "seconds") if warm else {}),
        **_quantiles(first, "cold"),
    }


def _quantiles(seconds: Sequence[float], name: str) -> dict[str, float]:
    import numpy as np

    p50, p95 = np.quantile(np.array(sorted(seconds) or [0.0]), [0.5, 0.95]).tolist()
    return {f"{name}_p50": p50, f"{name}_p95": p95}


def _parts(variant: Variant) -> dict[str, str]:
    parts = {name: value for name, value in asdict(variant).items() if name not in ("name",)}
    parts["model"] = variant.model.label
    return {name: str(value) for name, value in parts.items() if value is not None}
