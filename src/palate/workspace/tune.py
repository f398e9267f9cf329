"""Learns the weight of a model's opinion on the workspace's own events: needs both wings.

The newest liked item of each person is held back, a snapshot is made without it, and the model is
asked about those cases whose truth is among the candidates that it would be shown: no order of its
makes a difference to the others. Every call goes into a log, so that a tune that was cut off goes
on where it stopped and pays for nothing twice.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from palate.agent.rankers import make_ranker, template_of
from palate.agent.tuning_store import Key, Tuned
from palate.domain import Model, Usage
from palate.errors import EvalError, NoModel
from palate.eval.cases import Case, write_cases
from palate.eval.runs.answer import Notify
from palate.eval.runs.config import EvalConfig, Limits, ModelSpec, Split
from palate.eval.runs.folder import RunFolder, digest
from palate.eval.runs.simulated import PREFIX, make_simulated
from palate.eval.runs.variants import variants_of
from palate.retrieval.files import private_folder
from palate.settings import Settings
from palate.workspace.copies import alone_in_runs
from palate.workspace.dry import Counting, count_calls
from palate.workspace.entrants import WorkspaceFactory
from palate.workspace.evaluate import cases_of
from palate.workspace.hearing import Bench, Hearing
from palate.workspace.palate import Palate
from palate.workspace.snapshot import open_snapshot
from palate.workspace.tuned import TuneReport, prior_digest, read_weights, weights_file
from palate.workspace.weighing import weigh

Steps = Callable[[str], None]
#: An interval needs the cases of two people.
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a tune is to do.

    Attributes:
        ranker: How the model is asked; ``None`` follows the settings.
        users: People at most whose newest like is held back.
        limit: Cases at most that the model is asked about.
        seed: Of the draw of people and of the parts.
        price_in: US dollars a million prompt tokens, and ``price_out`` completion tokens.
    """

    ranker: str | None = None
    users: int = 2000
    limit: int = 400
    seed: int = 0
    price_in: float = 0.0
    price_out: float = 0.0
    concurrency: int = 8


def tune(palate: Palate, wanted: Wanted, *, steps: Steps, notify: Notify) -> TuneReport:
    """Learns the weight for the template, model and ranker in force, and keeps it.

    Raises:
        PrerequisiteError: There is no model.
        EvalError: The events make too few cases, or the model answered none of them.
    """
    with _ready(palate, wanted, steps) as bench:
        folder = _folder(palate, bench, wanted)
        tuned, usage = _learn(palate, bench, wanted, folder, notify)
    steps("keeping the weight")
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    tuned = replace(tuned, prior=prior_digest(palate), at=now)
    name = bench.variant.model.label
    key = Key(bench.template, bench.sha256, name, bench.variant.ranker)
    read_weights(palate).with_one(key, tuned).write(weights_file(palate))
    palate.use_learnt()
    shutil.rmtree(folder.root)
    return TuneReport(key, tuned, bench.drawn, usage)


def dry_run(palate: Palate, wanted: Wanted, steps: Steps) -> dict[str, float | str]:
    """Counts cases, calls, tokens and cost, without calling a model.

    A ranker that asks again where it is not sure is counted with one call a case.

    Raises:
        PrerequisiteError: There is no model.
        EvalError: The events make too few cases.
    """
    with _ready(palate, wanted, steps) as bench:
        steps("counting")
        [row] = count_calls(bench.factory, bench.cases, [bench.variant])
        return row | {"cases": len(bench.cases), "people": bench.drawn}


@contextmanager
def _ready(palate: Palate, wanted: Wanted, steps: Steps) -> Iterator[Bench]:
    """Makes cases and snapshot, and closes the snapshot afterwards."""
    config = _config(palate, wanted)
    [variant] = variants_of(config)
    steps("making the cases")
    everything, guard = cases_of(palate, config.split)
    settings = palate.settings.model_copy(
        update={"privacy": palate.settings.privacy.model_copy(update={"keep_traces": 0})}
    )
    with alone_in_runs(palate), open_snapshot(palate, guard, settings, steps) as snapshot:
        factory = WorkspaceFactory(snapshot, config, everything)
        steps("looking which cases can tell")
        cases = _telling(factory, everything, wanted, settings)
        if len(cases) < _FEWEST:
            raise EvalError(
                f"Of {len(everything)} people's newest likes, {len(cases)} are among the "
                f"candidates that the model would be shown, and tuning needs {_FEWEST} at least. "
                "Add events, raise --users, or show more candidates."
            )
        used = factory.entrant(variant, Counting(variant.model.label, factory)).settings
        template = template_of(make_ranker(variant.ranker), used, snapshot.library)
        named = f"{template.name}@{template.version}"
        yield Bench(factory, variant, cases, len(everything), used, template.sha256, named)


def _config(palate: Palate, wanted: Wanted) -> EvalConfig:
    model, ranking = palate.settings.model, palate.settings.ranking
    # A simulated model is made by the harness: the settings could not make it.
    used = None if model.name.startswith(PREFIX) else palate.engine.model
    name = used.name if used is not None else model.name
    if not name:
        raise NoModel(
            "Tuning asks a model, and none is configured. Set model.base_url and model.name, or "
            "name one with --model."
        )
    spec = ModelSpec(
        name=name, base_url=model.base_url, api_key_env=model.api_key_env, timeout=model.timeout,
        retries=model.retries, price_in=wanted.price_in, price_out=wanted.price_out,
    )  # fmt: skip
    ranker = wanted.ranker or ranking.ranker
    return EvalConfig(
        name="tune",
        split=Split(users=wanted.users, seed=wanted.seed),
        models=(spec,),
        rankers=(make_ranker(ranker).name,),
        axes={"order": (ranking.order,), "seed": (ranking.seed,)},
        limits=Limits(concurrency=wanted.concurrency),
    )


def _telling(
    factory: WorkspaceFactory, cases: Sequence[Case], wanted: Wanted, settings: Settings
) -> list[Case]:
    """Returns cases whose truth the model would be shown, in a seeded order, at most the limit."""
    mixed, found = list(cases), list[Case]()
    random.Random(wanted.seed).shuffle(mixed)
    for case in mixed:
        candidates = factory.prepared(case, "none").pool.candidates
        shown = {one.item.id for one in candidates[: settings.ranking.candidates]}
        if any(gain > 0 and item in shown for item, gain in case.truth.items()):
            found.append(case)
        if len(found) == wanted.limit:
            break
    return found


def _folder(palate: Palate, bench: Bench, wanted: Wanted) -> RunFolder:
    """Returns where this tune writes its log: it stands there already if it was cut off."""
    state = digest(
        bench.variant.key, bench.sha256, bench.settings.model_dump_json(), wanted.seed,
        [(case.id, sorted(case.truth), str(case.at)) for case in bench.cases],
    )  # fmt: skip
    folder = RunFolder(private_folder(private_folder(palate.folder.runs) / f"tune-{state}"))
    if not folder.cases.is_file():
        write_cases(folder.cases, bench.cases)
    return folder


def _learn(
    palate: Palate, bench: Bench, wanted: Wanted, folder: RunFolder, notify: Notify
) -> tuple[Tuned, Usage]:
    """Listens to the model, and weighs what it said."""
    model = _model(palate, bench)
    hearing = Hearing(bench, model, folder, wanted.concurrency, notify)
    heard = asyncio.run(hearing.twice())
    if not any(case.opinion.order for case in heard):
        raise EvalError(
            f"{model.name} gave {bench.variant.ranker} no order that can be read in {len(heard)} "
            f"cases: {hearing.cause} Try another --ranker; `palate doctor` tells how the model is."
        )
    tuned = weigh(heard, leans=hearing.leans, seed=wanted.seed, lift_cap=bench.settings.lift_cap)
    return tuned, hearing.usage


def _model(palate: Palate, bench: Bench) -> Model:
    name = bench.variant.model.name
    if name.startswith(PREFIX):
        return make_simulated(name, name, bench.factory.facts)
    model = palate.engine.model
    assert model is not None
    return model
