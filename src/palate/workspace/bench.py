"""The judge of a run over a workspace: its stage after the answers, and what calibrated it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from palate.errors import EvalError
from palate.eval.judge.bench import Bench, JudgeMaker, bench_of, check_pairs
from palate.eval.judge.calibrate import Calibrated, calibrate
from palate.eval.judge.docket import drawn, read_docket, unjudged
from palate.eval.judge.kept import find_calibration, keep_calibration
from palate.eval.judge.labels import read_labels
from palate.eval.judge.simulated import JUDGE_PREFIX, make_simulated_judge
from palate.eval.runs.runner import Work, carry_out
from palate.workspace.witness import WorkspaceWitness

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from palate.eval.judge.values import Calibration
    from palate.eval.runs.answer import Notify
    from palate.eval.runs.config import EvalConfig
    from palate.eval.runs.folder import RunFolder
    from palate.eval.runs.log import Log
    from palate.eval.runs.variants import Variant
    from palate.prompts.library import Library
    from palate.workspace.entrants import WorkspaceFactory
    from palate.workspace.palate import Palate


def judge_reasons(
    folder: RunFolder, work: Work, factory: WorkspaceFactory, log: Log, notify: Notify
) -> Bench | None:
    """Has the reasons of a run judged, as far as the log does not hold the verdicts yet.

    Returns:
        The judge; ``None`` where the run has none.

    Raises:
        EvalError: As of `carry_out`.
    """
    spec = folder.config().judge
    if spec is None:
        return None
    bench = bench_of(spec, factory.engine.library)
    cases = drawn(work.cases, spec.cases, spec.seed)
    docket = read_docket(folder.log, cases, work.variants, spec.reasons)
    log.answered -= set(unjudged(folder.log, bench.variant.key, docket))
    maker = JudgeMaker(bench, docket, WorkspaceWitness(factory), factory.model)
    asked = replace(
        work, cases=cases, variants=[bench.variant], beside=(*work.variants, *work.beside)
    )
    carry_out(asked, maker, log, notify)
    return bench


def check_judge(config: EvalConfig, variants: Sequence[Variant], library: Library) -> None:
    """Looks everything about a judge up, so that a mistake is told before the first call.

    Raises:
        PromptError: A template is not there, or has no rubric.
        EvalError: Pairs are made against nobody that there is.
    """
    if config.judge is not None:
        bench_of(config.judge, library)
        check_pairs(config.judge, variants)


def calibration_of(data: Path, bench: Bench) -> Calibration | None:
    """Returns how well a judge was found to agree with people; ``None`` where nobody measured."""
    return find_calibration(data, bench)


def calibrate_judge(palate: Palate, labels: Path, config: EvalConfig) -> Calibrated:
    """Measures how well the judge of a configuration agrees with people, and keeps it.

    Raises:
        EvalError: The configuration has no judge, or the labels cannot be read.
    """
    from palate.workspace.entrants import served_model

    if config.judge is None:
        raise EvalError("This configuration has no judge. Write one under judge: in it.")
    bench = bench_of(config.judge, palate.library)
    read = read_labels(labels, bench.questions.rubric)
    spec = config.judge.model
    # Not told what people said: it is measured as the judge that it is in a run.
    model = (
        make_simulated_judge(spec.name, spec.label, {})
        if spec.name.startswith(JUDGE_PREFIX) else served_model(bench.variant)
    )  # fmt: skip
    made = calibrate(bench, model, read, jobs=config.limits.concurrency)
    keep_calibration(palate.folder.data, made.found)
    return made
