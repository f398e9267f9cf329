"""Gates on a judge's scores, such as ``metric: judge:faithful``: nothing unscored ever passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from palate.errors import EvalError
from palate.eval.judge.tables import agreement_words
from palate.eval.runs.checked import Checked

if TYPE_CHECKING:
    from palate.eval.judge.values import JudgeSummary
    from palate.eval.runs.config import Gate
    from palate.eval.runs.summary import Line

#: What the metric of such a gate begins with.
JUDGE = "judge:"


def judged_bounds(
    name: str, gate: Gate, line: Line, judge: JudgeSummary | None
) -> Iterator[Checked]:
    """Yields the bounds of a gate: ``min``, ``max``, and ``failed``, the share left unscored.

    Raises:
        EvalError: The run has no judge, its rubric no such question, or the gate another bound.
    """
    question = gate.metric.removeprefix(JUDGE)
    if judge is None or question not in judge.scales:
        known = ", ".join(JUDGE + one for one in judge.scales) if judge else "none, and no judge"
        raise EvalError(f"{name}: the run has no metric {gate.metric!r}. It has {known}.")
    if gate.against is not None or gate.usd is not None:
        raise EvalError(f"{name}: {gate.metric} takes min, max and failed. Leave the rest out.")
    found = judge.lines.get(line.name)
    asked, scored = (found.asked, found.scored) if found else (0, 0)
    mean = found.scores.get(question) if found else None
    told = f"{scored} of {asked} scored; {agreement_words(judge).rstrip('.')}"
    for bound, words, sign in ((gate.min, "at least", 1), (gate.max, "at most", -1)):
        if bound is None:
            continue
        said = f"{line.name}, {gate.metric} is {mean.mean:.3f}" if mean else (
            f"{line.name}, {gate.metric} is unscored"
        )  # fmt: skip
        held = mean is not None and sign * (mean.mean - bound) >= 0
        yield _checked(name, line, held, f"{said}, {words} {bound:g} ({told})")
    if gate.failed is not None:
        share = 1 - scored / asked if asked else 1.0
        sentence = f"{line.name}: {share:.1%} of its reasons unscored, at most {gate.failed:.1%}"
        yield _checked(name, line, share <= gate.failed, sentence)


def _checked(name: str, line: Line, passed: bool, sentence: str) -> Checked:
    return Checked(name, line.name, passed, sentence + ("." if passed else ": not met."))
