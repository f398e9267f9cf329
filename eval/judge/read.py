"""From the log to what a judge found: means over cases with their intervals, and what has none."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.eval.judge.bench import Bench
from palate.eval.judge.values import Calibration, JudgedLine, JudgeSummary, Preference
from palate.eval.runs.log import latest_answers
from palate.eval.runs.mean import Mean
from palate.eval.runs.pace import usd
from palate.eval.runs.variants import Variant
from palate.prompts.rubric import told_questions

if TYPE_CHECKING:
    from palate.eval.runs.summarise import Judged

#: Row of a case -> its values.
_Rows = dict[int, list[float]]


@dataclass
class _Tally:
    """The verdicts on one line."""

    asked: int = 0
    scored: int = 0
    scores: dict[str, _Rows] = field(default_factory=lambda: defaultdict(dict))
    own: dict[str, _Rows] = field(default_factory=lambda: defaultdict(dict))
    pairs: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)

    def verdict(self, row: int, by: str, found: Mapping[str, Any]) -> None:
        """Takes in one verdict, or its cause."""
        self.asked += 1
        self.scored += "s" in found
        for name, value in found.get("s", {}).items():
            self.scores[name].setdefault(row, []).append(value)
            if by == "model":
                self.own[name].setdefault(row, []).append(value)


def judge_summary(
    log: Path,
    bench: Bench,
    variants: Sequence[Variant],
    by: Judged,
    calibration: Calibration | None = None,
) -> JudgeSummary:
    """Reads everything that the judge of a run said.

    Args:
        log: Of the run.
        bench: The judge.
        variants: Whose reasons were judged.
        by: Cases and statistics of the run.
        calibration: Of this judge with this rubric; ``None`` where it was not measured.
    """
    rows = {case.id: row for row, case in enumerate(by.asked.cases)}
    tallies = {one.key: _Tally() for one in variants}
    asked, causes, usage = 0, Counter[str](), [0, 0, 0]
    answers = [one for one in _latest(log, bench.variant.key) if one["c"] in rows]
    for record in answers:
        usage = [have + more for have, more in zip(usage, record["usage"], strict=True)]
        for kind in ("verdicts", "pairs"):
            for found in record[kind]:
                asked += 1
                causes.update([found["cause"]] if "cause" in found else [])
                _share_out(tallies, rows[record["c"]], kind, found)
    spec, scales = bench.spec, bench.questions.rubric.dimensions
    return JudgeSummary(
        name=spec.model.label,
        model=spec.model.name,
        rubric=bench.rubric,
        scales={one.name: (one.low, one.high) for one in scales},
        cases=len(answers),
        asked=asked,
        scored=asked - sum(causes.values()),
        causes=dict(sorted(causes.items())),
        cost={"calls": usage[0], "prompt_tokens": usage[1], "completion_tokens": usage[2],
              "usd": usd(spec.model, usage[1], usage[2])},
        lines={one.name: _line(tallies[one.key], spec.pairs, by) for one in variants},
        calibration=calibration,
        questions=told_questions(bench.questions.reason),
    )  # fmt: skip


def _latest(log: Path, key: str) -> list[dict[str, Any]]:
    """Returns the judge's answers, the newest of each case, in the order of the cases' ids.

    What was asked earlier and made again cost money, too: see the log for that.
    """
    return sorted((one for one in latest_answers(log) if one["v"] == key), key=lambda one: one["c"])


def _share_out(
    tallies: Mapping[str, _Tally], row: int, kind: str, found: Mapping[str, Any]
) -> None:
    """Gives a verdict to every line that said the sentence."""
    for key, _, by in found["of"]:
        if key not in tallies:
            continue
        if kind == "verdicts":
            tallies[key].verdict(row, by, found)
        else:
            tallies[key].pairs.append((row, tuple(found.get("said", ()))))


def _line(tally: _Tally, against: str, by: Judged) -> JudgedLine:
    return JudgedLine(
        tally.asked, tally.scored, _means(tally.scores, by), _means(tally.own, by),
        _preference(tally, against, by) if tally.pairs else None,
    )  # fmt: skip


def _means(found: Mapping[str, _Rows], by: Judged) -> dict[str, Mean]:
    return {name: _mean(rows, by) for name, rows in found.items()}


def _mean(rows: _Rows, by: Judged) -> Mean:
    """Returns the mean of the cases' means; a case without a verdict is in none of it."""
    import numpy as np

    column = np.full(len(by.asked.cases), math.nan)
    for row, values in rows.items():
        column[row] = sum(values) / len(values)
    [made] = by.means(column[:, None], np.isfinite(column))
    return made


def _preference(tally: _Tally, against: str, by: Judged) -> Preference:
    scored = [(row, said) for row, said in tally.pairs if said]
    wins: _Rows = {}
    for row, said in scored:
        wins.setdefault(row, []).append(win_of(said))
    kinds = Counter(_kind(said) for _, said in scored)
    return Preference(
        against, _mean(wins, by) if wins else None, len(tally.pairs), len(scored),
        sum(win_of(said) == 0.5 for _, said in scored), kinds["first"], kinds["second"],
    )  # fmt: skip


def win_of(said: Sequence[str]) -> float:
    """Returns 1 where what stood first, then second, is preferred both times; 0 where the other is.

    Orders that disagree are a tie, as is a tie in either order. Source: Zheng et al., *Judging
    LLM-as-a-judge with MT-Bench and Chatbot Arena*, NeurIPS 2023, section 3.4 (the conservative
    approach to position bias).
    """
    return {("A", "B"): 1.0, ("B", "A"): 0.0}.get((said[0], said[1]), 0.5)


def _kind(said: Sequence[str]) -> str:
    return {("A", "A"): "first", ("B", "B"): "second"}.get((said[0], said[1]), "")


def verdicts_of(record: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yields variant key, item and verdict of a judge's answer, for the report."""
    for found in record["verdicts"]:
        for key, item, _ in found["of"]:
            yield key, item, found
