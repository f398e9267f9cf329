"""Closes a run: reads the log, runs the controls, writes summary, values and gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from palate.eval.cases import Case
from palate.eval.guard import Guard
from palate.eval.judge.alarms import judge_alarms
from palate.eval.judge.bench import Bench
from palate.eval.judge.read import judge_summary
from palate.eval.judge.values import Calibration, JudgeSummary
from palate.eval.metrics import parse_metric
from palate.eval.metrics.names import PROBABILITY
from palate.eval.removal.read import moved_of
from palate.eval.removal.tables import still_sentence
from palate.eval.removal.values import STILL, Moved
from palate.eval.runs.answer import Factory
from palate.eval.runs.config import EvalConfig
from palate.eval.runs.exposures import Scene, find_exposures
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.foreseen import unfindable
from palate.eval.runs.gates import Checked, check_gates, junit
from palate.eval.runs.kept import load_values, save_values
from palate.eval.runs.log import read_answers
from palate.eval.runs.probing import ALARMS, Probed, probed_of
from palate.eval.runs.showing import watching
from palate.eval.runs.steadiness import steadiness_of
from palate.eval.runs.summarise import Judged, judge, noise_of
from palate.eval.runs.summary import Exposure, RunSummary, read_summary
from palate.eval.runs.values import (
    Column,
    Questions,
    control_column,
    model_columns,
    oracle_column,
)
from palate.eval.runs.variants import Variant
from palate.retrieval.files import replace_file

_SHOWN_ITEMS = 10


@dataclass(frozen=True)
class Finished:
    """A run that is complete, as it was carried out.

    Attributes:
        bench: Who judged its reasons; ``None`` for nobody.
        calibration: How well that judge agrees with people, where it was measured.
    """

    folder: RunFolder
    config: EvalConfig
    cases: Sequence[Case]
    variants: Sequence[Variant]
    guard: Guard
    bench: Bench | None = None
    calibration: Calibration | None = None


def finish(run: Finished, factory: Factory) -> RunSummary:
    """Writes what came out of a run, from its log alone: the same however often it was resumed."""
    scored = [case for case in run.cases if case.scored]
    asked = _questions(run, factory, scored)
    columns = list(_controls(run.config, asked, factory))
    models = model_columns(run.folder.log, asked, run.variants)
    named = {one.name: one for one in run.variants}
    for variant in run.variants:
        models[variant.key].name = variant.name
        columns.append(models[variant.key])
    by = Judged(asked, run.config.statistics, factory.traits(scored))
    wanted = run.config.evidence_removed is not None
    moved = moved_of(run.folder.log, run.variants, by) if wanted else ()
    probed = probed_of(columns, named, by)
    judged = _judged(run, by)
    setup = run.folder.setup()
    summary = RunSummary(
        id=run.folder.id,
        name=run.config.name,
        created=setup["created"],
        version=setup["version"],
        guard=run.guard.level,
        guarded=run.guard.sentence,
        cases=len(scored),
        users=len({case.cluster for case in scored}),
        unscored=len(run.cases) - len(scored),
        metrics=tuple(str(metric) for metric in asked.metrics),
        baseline=run.config.statistics.baseline,
        level=run.config.statistics.level,
        samples=run.config.statistics.samples,
        seed=run.config.statistics.seed,
        lines=tuple(judge(columns, named, by)),
        exposures=(
            *find_exposures(Scene(columns, asked, named)),
            *_unused(moved),
            *_alarming(probed),
            *_of_judge(judged),
        ),
        ceiling=_ceiling(scored, factory),
        noise=noise_of(columns, named, by),
        notes=tuple(unfindable(scored, factory.known)),
        judge=judged,
        steadiness=steadiness_of(run.folder.log, run.variants, by),
        moved=moved,
        probed=probed,
    )
    run.folder.write_items(factory.facts(sorted(_occurring(run, scored))))
    save_values(run.folder.values, columns, asked)
    replace_file(run.folder.summary, summary.to_json().encode("utf-8", "surrogatepass"))
    return summary


def _questions(run: Finished, factory: Factory, scored: Sequence[Case]) -> Questions:
    """Returns the cases, and which metrics of each kind are computed of them."""
    named = dict.fromkeys(parse_metric(name) for name in run.config.metrics)
    metrics = tuple(one for one in named if one.accuracy)
    sure = tuple(one.name for one in named if one.name in PROBABILITY)
    beside = [one for one in named if one.beyond]
    watched = watching(beside, factory.shelf(), scored) if beside else None
    return Questions(
        scored, metrics, factory.pasts(scored), watched, sure, run.config.limits.concurrency
    )


def _unused(moved: Sequence[Moved]) -> Iterator[Exposure]:
    """Yields the variants whose reasons cite what their rankings do not use."""
    for one in moved:
        if one.verdict == STILL:
            yield Exposure(one.line, "cites what it does not use", still_sentence(one))


def _alarming(probed: Sequence[Probed]) -> Iterator[Exposure]:
    """Yields what probes found that must be said before the means."""
    for one in probed:
        if one.verdict in ALARMS:
            yield Exposure(
                one.line, one.verdict,
                f"{ALARMS[one.verdict]} ({one.before:.3f}, {one.after:.3f}; loss "
                f"{one.loss.mean:+.3f} [{one.loss.low:+.3f}, {one.loss.high:+.3f}])",
            )  # fmt: skip


def _of_judge(judge: JudgeSummary | None) -> Iterator[Exposure]:
    if judge is not None:
        for name, sentence in judge_alarms(judge):
            yield Exposure(f"judge {judge.name}", name, sentence)


def _judged(run: Finished, by: Judged) -> JudgeSummary | None:
    if run.bench is None:
        return None
    return judge_summary(run.folder.log, run.bench, run.variants, by, run.calibration)


def _controls(config: EvalConfig, asked: Questions, factory: Factory) -> Iterator[Column]:
    made = [name for name in config.controls if name != "oracle"]
    for one in factory.controls(made, config.statistics.seed):
        yield control_column(one, asked, max(asked.n, config.retrieval.n))
    if "oracle" in config.controls:
        yield oracle_column(asked)
    for one in factory.own():
        column = control_column(one, asked, max(asked.n, config.retrieval.n))
        column.kind = "own"
        yield column


def _ceiling(cases: Sequence[Case], factory: Factory) -> tuple[float, float] | None:
    free = [case for case in cases if case.candidates is None]
    if not free:
        return None
    found = factory.ceiling(free)
    return (
        sum(retrieved > 0 for _, retrieved in found) / len(free),
        sum(shown > 0 for shown, _ in found) / len(free),
    )


def _occurring(run: Finished, cases: Sequence[Case]) -> set[str]:
    """Returns the items that the report names."""
    found = {item for case in cases for item in (*case.truth, *(case.history or ())[-20:])}
    for record in read_answers(run.folder.log):
        found.update(record.get("order", ())[:_SHOWN_ITEMS])
        found.update(record.get("own", ())[:_SHOWN_ITEMS])
    return found


def gate(folder: RunFolder, config: EvalConfig | None = None) -> tuple[RunSummary, list[Checked]]:
    """Checks the gates of a complete run, and writes its JUnit XML.

    Args:
        folder: Of the run.
        config: Takes the gates from here instead of from the run's own configuration.

    Raises:
        EvalError: The run is not complete, or a gate names what it does not have.
    """
    own = folder.config()
    summary = read_summary(folder.summary)
    gates = (config or own).gates
    checked = check_gates(gates, summary, load_values(folder.values), own.statistics)
    replace_file(folder.junit, junit(summary, checked))
    return summary, checked
