"""What a model loses when its history or its titles are taken away, and after its last year.

A probe is held against the same variant without it, case by case: a personalised recommender must
get worse without a history, and with another person's. What a model loses without titles it knew by
name; where it does better than the baseline on items up to the last year of its training and not on
later ones, it may remember rather than rank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from palate.eval.runs.mean import Mean
from palate.eval.statistics.spread import standard_errors
from palate.eval.statistics.verdict import OPEN, Judgement, Rules, judge_family, normal_intervals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from palate.eval.runs.summarise import Judged
    from palate.eval.runs.values import Column
    from palate.eval.runs.variants import Variant

#: What the second column of the gap of two cohorts is called.
CUT_OFF = "after its last year"
#: Probe -> words where it loses, and where it does not.
_WORDS = {
    "history-removed": ("uses the history", "does not use the history"),
    "history-swapped": ("uses whose history it is", "does not care whose history it is"),
    "history-shuffled": ("uses the order of the history", "does not use its order"),
    "titles-anonymous": ("knows items by their titles", "does not need titles"),
    CUT_OFF: ("may remember what it was trained on", "does as well on later items"),
}
#: Fewer people than this on a side of the last year tell nothing: the test there is a normal one.
_LEAST = 10
#: Words that must be said before the means.
ALARMS = {
    "does not use the history": "Without any history it does as well: it is not personal.",
    "does not care whose history it is": "With another person's history it does as well.",
    "may remember what it was trained on": (
        "Its gain over the baseline is there up to the last year it knows, and is less on later "
        "items: it may remember these titles and what people say of them."
    ),
}


@dataclass(frozen=True, slots=True)
class Probed:
    """One probe of one variant, in the first metric of the model alone.

    Attributes:
        before: Mean without the probe; of a gap in time the gain up to the last year.
        after: Mean with it; of a gap in time the gain after that year.
        loss: Before less after, with its interval.
        p: Corrected for all probes of the run (Holm); of a gap in time of a normal test.
    """

    line: str
    probe: str
    before: float
    after: float
    loss: Mean
    p: float
    verdict: str


def probed_of(
    columns: Sequence[Column], variants: Mapping[str, Variant], by: Judged
) -> tuple[Probed, ...]:
    """Judges every probe of a run, and the gap at the last year that a model knows."""
    models = {one.name: one for one in columns if one.own is not None and one.name in variants}
    pairs = list(_pairs(variants, models))
    found = list(_gaps(columns, models, variants, by))
    if pairs and len(set(by.users)) > 1:
        found = [*_judged(pairs, by), *found]
    return tuple(found)


#: Columns without and with a probe, and its name.
_Pair = tuple["Column", "Column", str]


def _pairs(variants: Mapping[str, Variant], models: Mapping[str, Column]) -> Iterator[_Pair]:
    plain = {replace(one, name=""): name for name, one in variants.items() if one.probe == "none"}
    for name, one in variants.items():
        whole = plain.get(replace(one, name="", probe="none"))
        # A model that says nothing has nothing to lose.
        if one.probe != "none" and whole and models[whole].health.counts["answered"]:
            yield models[whole], models[name], one.probe


def _judged(pairs: Sequence[_Pair], by: Judged) -> Iterator[Probed]:
    import numpy as np

    statistics = by.statistics
    rules = Rules(statistics.level, statistics.margin, statistics.samples, statistics.seed)
    losses = np.stack([_own(one) - _own(other) for one, other, _ in pairs], axis=1)
    for (one, other, probe), found in zip(
        pairs, judge_family(losses, by.users, rules), strict=True
    ):
        at = found.interval
        yield Probed(
            one.name, probe, float(_own(one).mean()), float(_own(other).mean()),
            Mean(at.mean, at.low, at.high, len(losses)), found.adjusted, _words(probe, found),
        )  # fmt: skip


def _own(column: Column) -> NDArray[np.float64]:
    assert column.own is not None
    return column.own[:, 0]


def _words(probe: str, found: Judgement) -> str:
    if found.verdict.startswith(OPEN):
        return found.verdict
    loses, keeps = _WORDS[probe]
    return loses if found.verdict == "better" else keeps


def _gaps(
    columns: Sequence[Column],
    models: Mapping[str, Column],
    variants: Mapping[str, Variant],
    by: Judged,
) -> Iterator[Probed]:
    """Yields the gain over the baseline on either side of the last year a model knows."""
    import numpy as np

    base = next(one for one in columns if one.name == by.statistics.baseline).product[:, 0]
    sides = [trait.get("released", "") for trait in by.traits]
    early = np.array([side.startswith("up to") for side in sides], bool)
    late = np.array([side.startswith("after") for side in sides], bool)
    for name, column in models.items():
        if variants[name].probe == "none" and variants[name].model.knows_until is not None:
            gain = (_own(column) - base)[:, None]
            parts = [_part(gain, side, by) for side in (early, late)]
            if all(parts) and column.health.counts["answered"]:
                yield _gap(name, [part for part in parts if part], len(sides), by)


def _part(
    gain: NDArray[np.float64], side: NDArray[np.bool_], by: Judged
) -> tuple[float, float] | None:
    """Returns the mean gain of a side and its standard error over people."""
    users = [user for user, kept in zip(by.users, side.tolist(), strict=True) if kept]
    if len(set(users)) < _LEAST:
        return None
    errors, _ = standard_errors(gain[side], users)
    return float(gain[side].mean()), float(errors[0])


def _gap(name: str, parts: Sequence[tuple[float, float]], cases: int, by: Judged) -> Probed:
    """Judges a gap as that of two samples; a person on both sides is taken for two."""
    import numpy as np
    from scipy.special import ndtr

    (before, one), (after, two) = parts
    error = float(np.hypot(one, two))
    [at] = normal_intervals(np.array([before - after]), np.array([error]), by.statistics.level)
    p = float(2 * ndtr(-abs(at.mean) / error)) if error else 1.0
    loses, keeps = _WORDS[CUT_OFF]
    verdict = loses if at.low > 0 else keeps if at.high < by.statistics.margin else OPEN
    return Probed(name, CUT_OFF, before, after, Mean(at.mean, at.low, at.high, cases), p, verdict)
