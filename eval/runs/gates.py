"""Gates: conditions that a run must meet, and their JUnit XML."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from palate.errors import EvalError
from palate.eval.bootstrap import intervals
from palate.eval.judge.gate import JUDGE, judged_bounds
from palate.eval.metrics.names import PROBABILITY
from palate.eval.metrics.reasons import NAMES as REASONS
from palate.eval.runs.checked import Checked
from palate.eval.runs.config import Gate, Statistics
from palate.eval.runs.summary import Line, Mean, RunSummary

__all__ = ["EXIT_FAILED", "Checked", "check_gates", "junit"]

#: What ``palate eval`` exits with where a gate fails.
EXIT_FAILED = 100


@dataclass(frozen=True, slots=True)
class _Ground:
    """What gates stand on."""

    summary: RunSummary
    values: dict[str, Any]
    statistics: Statistics


def check_gates(
    gates: Sequence[Gate], summary: RunSummary, values: dict[str, Any], statistics: Statistics
) -> list[Checked]:
    """Checks every bound of every gate.

    Args:
        gates: Of the configuration.
        summary: Of the run.
        values: As of `load_values`.
        statistics: How intervals are made.

    Raises:
        EvalError: A gate names a line, a metric or a column that the run does not have.
    """
    found: list[Checked] = []
    for number, gate in enumerate(gates, start=1):
        lines = [
            line for line in summary.lines
            if fnmatch.fnmatchcase(line.name, gate.variant)
            and (line.kind == "model" or not wild(gate.variant))
        ]  # fmt: skip
        if not lines:
            raise EvalError(
                f"Gate {number} is for {gate.variant!r}, and no line is called that. There are: "
                f"{', '.join(line.name for line in summary.lines)}."
            )
        for line in lines:
            found += _check(f"gate {number}", gate, line, _Ground(summary, values, statistics))
    return found


def wild(pattern: str) -> bool:
    """Tells whether a gate is for all lines of a pattern: then for variants alone."""
    return any(sign in pattern for sign in "*?[")


def _check(name: str, gate: Gate, line: Line, ground: _Ground) -> Iterator[Checked]:
    summary = ground.summary
    metric = gate.metric or summary.metrics[0]
    if metric.startswith(JUDGE):
        yield from judged_bounds(name, gate, line, summary.judge)
        return
    if metric in (*REASONS, *PROBABILITY) or metric in line.beyond:
        yield from _beside(name, gate, line, metric)
        return
    if metric not in summary.metrics:
        known = ", ".join((*summary.metrics, *line.beyond, *line.reasons))
        raise EvalError(f"{name}: the run has no metric {metric!r}. It has {known}.")
    column = _column(line, gate.column, name)
    mean = column[metric].mean
    label = f"{line.name}, {gate.column}, {metric}"
    if gate.min is not None:
        yield _bound(name, line, mean >= gate.min, f"{label} is {mean:.4f}, at least {gate.min:g}")
    if gate.max is not None:
        yield _bound(name, line, mean <= gate.max, f"{label} is {mean:.4f}, at most {gate.max:g}")
    if gate.against is not None and gate.at_least is not None:
        low = _lower_end(gate, line, metric, ground)
        yield _bound(
            name, line, low >= gate.at_least,
            f"{label} less {gate.against}: lower end {low:+.4f}, at least {gate.at_least:+g}",
        )  # fmt: skip
    cases = line.health.get("cases", summary.cases)
    if gate.failed is not None:
        share = 1 - line.health.get("answered", cases) / cases
        yield _bound(
            name, line, share <= gate.failed,
            f"{line.name}: {share:.1%} of calls without an order, at most {gate.failed:.1%}",
        )  # fmt: skip
    if gate.usd is not None:
        usd = line.cost.get("usd", 0.0) / cases * 1000
        yield _bound(
            name, line, usd <= gate.usd,
            f"{line.name}: {usd:.4f} US dollars a thousand cases, at most {gate.usd:g}",
        )  # fmt: skip


def _beside(name: str, gate: Gate, line: Line, metric: str) -> Iterator[Checked]:
    """Checks a metric of reasons or of what is shown; a line without a value meets no bound."""
    if gate.min is None and gate.max is None:
        raise EvalError(f"{name}: {metric} takes min and max. Write one of them.")
    if gate.against is not None:
        raise EvalError(f"{name}: {metric} is compared with no line. Leave against out.")
    sure = line.foretold if gate.column == "product" else line.own_foretold
    mean = {**line.beyond, **line.reasons, **sure}.get(metric)
    label = f"{line.name}, {metric} is {mean.mean:.4f}" if mean else (
        f"{line.name}, {metric} has no value"
    )  # fmt: skip
    for bound, words, sign in ((gate.min, "at least", 1), (gate.max, "at most", -1)):
        if bound is not None:
            held = mean is not None and sign * (mean.mean - bound) >= 0
            yield _bound(name, line, held, f"{label}, {words} {bound:g}")


def _bound(name: str, line: Line, passed: bool, sentence: str) -> Checked:
    return Checked(name, line.name, passed, sentence + ("." if passed else ": not met."))


def _column(line: Line, column: str, name: str) -> dict[str, Mean]:
    found = {"product": line.product, "model": line.model, "answered": line.answered}[column]
    if not found:
        raise EvalError(f"{name}: {line.name} has no column {column!r}; it is a control.")
    return dict(found)


def _lower_end(gate: Gate, line: Line, metric: str, ground: _Ground) -> float:
    summary, values, statistics = ground.summary, ground.values, ground.statistics
    summary.line(str(gate.against))
    place = summary.metrics.index(metric)
    names = values["lines"].tolist()
    other = values["product"][names.index(gate.against)][:, place]
    if gate.column == "product":
        mine = values["product"][names.index(line.name)][:, place]
    else:
        at = values["models"].tolist().index(line.name)
        mine, kept = values["own"][at][:, place], values["answered"][at]
        if gate.column == "answered":
            mine, other = mine[kept], other[kept]
            values = values | {"users": values["users"][kept]}
    made = intervals(
        (mine - other).reshape(-1, 1), seed=statistics.seed, n=statistics.samples,
        level=statistics.level, users=values["users"].tolist(), widen=True,
    )  # fmt: skip
    return made[0].low


def junit(summary: RunSummary, checked: Sequence[Checked]) -> bytes:
    """Returns JUnit XML: one test case a bound."""
    failed = sum(not one.passed for one in checked)
    suite = ElementTree.Element(
        "testsuite", name=f"palate eval {summary.name}", tests=str(len(checked)),
        failures=str(failed), errors="0", timestamp=summary.created,
    )  # fmt: skip
    for one in checked:
        case = ElementTree.SubElement(
            suite, "testcase", classname=_xml(one.line), name=f"{one.gate}: {_xml(one.sentence)}"
        )
        if not one.passed:
            ElementTree.SubElement(case, "failure", message=_xml(one.sentence))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _xml(text: str) -> str:
    """Leaves out what no XML may hold."""
    return "".join(sign for sign in text if sign >= " " and not "\ud800" <= sign <= "\udfff")
