"""Evaluation over a workspace: makes cases, a snapshot and recommenders, and carries a run out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from palate import __version__
from palate.domain import Event
from palate.errors import EvalError
from palate.eval.cases import Case, read_cases, write_cases
from palate.eval.guard import Guard
from palate.eval.runs.answer import Notify
from palate.eval.runs.config import EvalConfig, Split
from palate.eval.runs.config_file import dump
from palate.eval.runs.finish import Finished, finish
from palate.eval.runs.folder import RunFolder, digest, find_run, new_run
from palate.eval.runs.foreseen import check_items, check_names
from palate.eval.runs.ledger import read_replies
from palate.eval.runs.log import Log
from palate.eval.runs.runner import Work, carry_out
from palate.eval.runs.summary import RunSummary
from palate.eval.runs.variants import Variant, variants_of
from palate.eval.splits import Past, cut_off, make_cases
from palate.retrieval.files import private_folder
from palate.retrieval.strength import event_strengths
from palate.settings import Settings
from palate.workspace.bench import calibration_of, check_judge, judge_reasons
from palate.workspace.controls import control_names
from palate.workspace.copies import alone_in_runs
from palate.workspace.entrants import WorkspaceFactory
from palate.workspace.own_recommenders import try_own
from palate.workspace.palate import Palate
from palate.workspace.removal import ask_without_evidence
from palate.workspace.resuming import resumed
from palate.workspace.snapshot import events_of, open_snapshot

Steps = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """Flags of a run.

    Attributes:
        limit: Cases at most.
        resume: Which run to go on with; ``None`` begins a new one.
        replay: Log of a run whose replies stand in for the models.
    """

    limit: int | None = None
    concurrency: int | None = None
    resume: str | None = None
    retry_errors: bool = False
    repeat: int = 1
    replay: Path | None = None


def cases_of(palate: Palate, split: Split) -> tuple[list[Case], Guard]:
    """Makes cases of the workspace's own events, and the guard that goes with them.

    Raises:
        EvalError: The events make no case.
    """
    events = list(events_of(palate))
    at = None
    if split.kind == "global":
        at = cut_off(split, [e.at for _, found in events for e in found if e.at is not None])
    pasts = [Past(user, found, _strengths(palate, found)) for user, found in events if found]
    items = [item.id for item in palate.store.all_items()]
    cases = make_cases(split, pasts, items, at)
    return cases, Guard(split.level, cases, at or split.at)


def _strengths(palate: Palate, events: list[Event]) -> list[float]:
    scale = palate.store.rating_scale()
    found: list[float] = event_strengths(events, palate.settings.strengths, scale).tolist()
    return found


def run(
    palate: Palate, config: EvalConfig, options: Options, *, steps: Steps, notify: Notify
) -> tuple[RunFolder, RunSummary]:
    """Carries a run out, or what is left of it.

    Raises:
        EvalError: The configuration cannot be carried out, the guard found a leak, the money is
            spent, or a replayed log lacks a reply. What was answered is kept.
        WorkspaceInUse: Another evaluation or tune of the workspace is under way.
    """
    with (
        alone_in_runs(palate),
        _ready(palate, config, options, steps) as (work, folder, factory, guard),
    ):
        log = Log.open(folder.log, _header(folder), retry_errors=options.retry_errors)
        try:
            carry_out(work, factory, log, notify)
            again = ask_without_evidence(folder, work, factory, log, notify)
            bench = judge_reasons(folder, replace(work, beside=again), factory, log, notify)
        finally:
            log.close()
        steps("computing the summary")
        known = calibration_of(palate.folder.data, bench) if bench else None
        done = Finished(folder, folder.config(), work.cases, work.variants, guard, bench, known)
        return folder, finish(done, factory)


@contextmanager
def _ready(
    palate: Palate, config: EvalConfig, options: Options, steps: Steps
) -> Iterator[tuple[Work, RunFolder, WorkspaceFactory, Guard]]:
    """Makes everything that a run needs, and closes the snapshot afterwards."""
    folder = find_run(palate.folder.runs, options.resume) if options.resume else None
    if folder is not None:
        config = resumed(folder, config, options, len(read_cases(folder.cases)))
        options = replace(options, repeat=folder.setup()["repeat"])
    steps("making the cases")
    everything, guard = _cases(palate, config)
    guard.check_cases()
    cases = everything[: options.limit or config.limits.cases]
    if folder is not None:
        cases = read_cases(folder.cases)
    variants = variants_of(config, repeat=options.repeat)
    with _snapshot(palate, config, guard, steps) as snapshot:
        factory = WorkspaceFactory(snapshot, config, cases)
        _foresee(config, factory, cases, variants)
        work = _work(cases, variants, config, options)
        check_judge(config, work.variants, factory.engine.library)
        if folder is None:
            folder = new_run(palate.folder.runs, config.name)
            _begin(folder, config, cases, options)
        yield work, folder, factory, guard


def _foresee(
    config: EvalConfig,
    factory: WorkspaceFactory,
    cases: Sequence[Case],
    variants: Sequence[Variant],
) -> None:
    """Finds what would fail after calls were paid for."""
    check_items(cases, factory.known)
    names = [one.name for one in variants]
    controls = control_names(config.controls)
    try_own(factory.own(), cases, [*controls, *names])
    check_names(config, [*controls, *(one.name for one in factory.own())], names)


def _cases(palate: Palate, config: EvalConfig) -> tuple[list[Case], Guard]:
    if config.data.cases is None:
        return cases_of(palate, config.split)
    cases = read_cases(config.data.cases)
    moments = [case.at for case in cases if case.at is not None]
    at = config.split.at or (min(moments) if moments else None)
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return cases, Guard(config.split.level, cases, at)


def _snapshot(palate: Palate, config: EvalConfig, guard: Guard, steps: Steps) -> Palate:
    """Opens the snapshot of a run; only somebody's own recommender may want predictions."""
    settings = _settings(palate.settings, config)
    return open_snapshot(palate, guard, settings, steps, foretelling=bool(config.recommenders))


def _settings(settings: Settings, config: EvalConfig) -> Settings:
    shown = {"candidates": config.retrieval.shown}
    return settings.model_copy(
        update={
            "ranking": settings.ranking.model_validate(settings.ranking.model_dump() | shown),
            "privacy": settings.privacy.model_copy(update={"keep_traces": 0}),
        }
    )


def _work(
    cases: list[Case], variants: tuple[Variant, ...], config: EvalConfig, options: Options
) -> Work:
    limits = config.limits
    if options.concurrency is not None:
        limits = limits.model_copy(update={"concurrency": options.concurrency})
    replies = read_replies(options.replay) if options.replay else None
    return Work(cases, variants, limits, replies, str(options.replay or ""))


def _begin(folder: RunFolder, config: EvalConfig, cases: list[Case], options: Options) -> None:
    private_folder(folder.root.parent)
    setup = {
        "created": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "version": __version__,
        "repeat": options.repeat,
    }
    folder.write_start(config, setup)
    write_cases(folder.cases, cases)


def _header(folder: RunFolder) -> dict[str, str]:
    """Says which run a log is of: it is never continued with other cases or settings."""
    return {
        "run": folder.id,
        "configuration": digest(dump(folder.config())),
        "cases": digest(folder.cases.read_bytes().hex()),
        "setup": digest(json.dumps(folder.setup(), sort_keys=True)),
    }


def dry_run(
    palate: Palate, config: EvalConfig, options: Options, steps: Steps
) -> list[dict[str, float | str]]:
    """Renders every prompt and counts calls, tokens and cost, without calling a model.

    Returns:
        One row a variant. Completion tokens are the most that the replies may take.
    """
    from palate.workspace.dry import count_calls, count_judge, count_removal

    if options.resume:
        raise EvalError("--dry-run counts a new run. Leave --resume out.")
    everything, guard = _cases(palate, config)
    cases = everything[: options.limit or config.limits.cases]
    variants = variants_of(config, repeat=options.repeat)
    with alone_in_runs(palate), _snapshot(palate, config, guard, steps) as snapshot:
        factory = WorkspaceFactory(snapshot, config, cases)
        _foresee(config, factory, cases, variants)
        check_judge(config, variants, factory.engine.library)
        rows = count_calls(factory, cases, variants)
        if config.evidence_removed is not None:
            rows += count_removal(factory, cases, variants, config.evidence_removed)
        if config.judge is not None:
            rows.append(count_judge(factory, cases, variants, config.judge))
        return rows
