"""What can be known to fail before the first call: names in gates and statistics, ids of items."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterator, Sequence

from palate.errors import EvalError
from palate.eval.cases import Case
from palate.eval.judge.gate import JUDGE
from palate.eval.metrics.reasons import NAMES as REASONS
from palate.eval.runs.config import EvalConfig, Gate
from palate.eval.runs.gates import wild


def check_names(config: EvalConfig, controls: Sequence[str], variants: Sequence[str]) -> None:
    """Checks that the baseline, and what gates name, will be among the lines.

    Args:
        config: Of the run.
        controls: Names of the lines without a model.
        variants: Names of the lines with one.

    Raises:
        EvalError: A name that no line, metric or judge will have.
    """
    lines = (*controls, *variants)
    base = config.statistics.baseline
    if base not in lines:
        raise EvalError(f"statistics.baseline is {base!r}, {_there(lines)}")
    for number, gate in enumerate(config.gates, start=1):
        _check_gate(f"gate {number}", gate, config, (controls, variants))


def _check_gate(
    name: str, gate: Gate, config: EvalConfig, lines: tuple[Sequence[str], Sequence[str]]
) -> None:
    controls, variants = lines
    among = variants if wild(gate.variant) else (*controls, *variants)
    if not any(fnmatch.fnmatchcase(one, gate.variant) for one in among):
        raise EvalError(f"{name} is for {gate.variant!r}, {_there(among)}")
    if gate.against is not None and gate.against not in (*controls, *variants):
        raise EvalError(f"{name}: against is {gate.against!r}, {_there((*controls, *variants))}")
    known = (*config.metrics, *REASONS)
    judged = gate.metric.startswith(JUDGE) and config.judge is not None
    if gate.metric and not judged and gate.metric not in known:
        raise EvalError(
            f"{name}: the run has no metric {gate.metric!r}. It has {', '.join(known)}."
        )


def _there(lines: Sequence[str]) -> str:
    return f"and no line will be called that. There will be: {', '.join(lines) or 'none'}."


def check_items(cases: Sequence[Case], known: Collection[str]) -> None:
    """Checks that all candidates and histories are items of the catalogue.

    Raises:
        EvalError: One is not.
    """
    wrong = [(case.id, item) for case in cases for item in _asked(case) if item not in known]
    if wrong:
        case, item = wrong[0]
        cases_wrong = len({one for one, _ in wrong})
        raise EvalError(
            f"case {case!r} names {item!r}, and no item of the catalogue has that id (so do "
            f"{cases_wrong:,} of {len(cases):,} cases). `palate ingest items FILE` adds items; or "
            "take it out of the cases."
        )


def _asked(case: Case) -> Iterator[str]:
    yield from case.candidates or ()
    yield from case.history or ()


def unfindable(cases: Sequence[Case], known: Collection[str]) -> Iterator[str]:
    """Yields a sentence where relevant items are none of the catalogue: nobody can find them."""
    lost = [(case.id, item) for case in cases for item, gain in case.truth.items()
            if gain > 0 and item not in known]  # fmt: skip
    if lost:
        yield (
            f"{len(lost):,} relevant items of {len({one for one, _ in lost}):,} cases are no items "
            f"of the catalogue, such as {lost[0][1]!r} of case {lost[0][0]!r}: nobody but the "
            "oracle can rank them."
        )
