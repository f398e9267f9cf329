"""Kills evaluation runs with SIGKILL at random moments, resumes them, and prints what was lost.

    python -m benchmarks.kills [--rounds N] [--cases N] [--seed N]

Each round begins a run of two simulated models (one fails now and then), kills its process at a
moment drawn evenly between its first step and its last, the summary included, and resumes it. A
last line is one run that is killed over and over. The models keep a list of their own of what they
were asked, apart from the run's log: a call that the log held before a process began, and that a
model was asked again in it, is *repeated*. A call that was under way when the kill came is in no
log; it is asked again, and counted as *lost*.

Exit code 1 where a summary differs by a byte or a recorded call was repeated.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.evaluation import IDS, LISTED, Bare, Shop
from palate.domain import Completion, Model, ModelCall
from palate.errors import ModelError
from palate.eval.cases import Case, write_cases
from palate.eval.guard import Guard
from palate.eval.runs.answer import Answer
from palate.eval.runs.config import config_from
from palate.eval.runs.finish import Finished, finish
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.ledger import asked_case
from palate.eval.runs.log import Log, read_calls
from palate.eval.runs.runner import Work, carry_out
from palate.eval.runs.simulated import make_simulated
from palate.eval.runs.variants import Variant, variants_of
from palate.prompts.calls import call_key

_MODELS = {
    "steady": "simulated:skill=0.6,seed=1",
    "flaky": "simulated:skill=0.3,fault=flaky,seed=2",
}
#: Seconds that a model takes, so that calls are under way when the kill comes.
_TAKES = 0.01
_READY = "ready"
#: (model, case, key of the prompt).
Call = tuple[str, ...]


class Witness:
    """A simulated model that writes down each call before it answers."""

    def __init__(self, inner: Model, asked: Path) -> None:
        self.name, self._inner = inner.name, inner
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._descriptor = os.open(asked, flags, 0o600)

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Notes the call, waits a moment, answers."""
        line = f"{self.name} {asked_case().id} {call_key(call, self.name)}\n"
        os.write(self._descriptor, line.encode())
        await asyncio.sleep(_TAKES)
        return await self._inner.complete(call, deadline=deadline)

    async def aclose(self) -> None:
        """Closes the list."""
        os.close(self._descriptor)


class Patient(Bare):
    """Asks twice a case, so that a kill often finds one call recorded and no answer yet.

    Where a call fails, the given order stands and says why.
    """

    async def answer(self, case: Case) -> Answer:
        """Asks about the first half alone, then about all; the second reply counts."""
        half = replace(case, candidates=(case.candidates or ())[: LISTED // 2])
        try:
            await super().answer(half)
            return await super().answer(case)
        except ModelError as error:
            return Answer(case.candidates or (), cause=str(error), reached=(1, 1))


class WitnessedShop(Shop):
    """A factory whose models keep a list of what they were asked."""

    def __init__(self, asked: Path) -> None:
        super().__init__()
        self._asked = asked

    def entrant(self, variant: Variant, model: Model) -> Bare:
        """Makes the one that asks."""
        del variant
        return Patient(model)

    def model(self, variant: Variant) -> Model:
        """Makes the simulated model behind a name."""
        label = variant.model.label
        return Witness(make_simulated(_MODELS[label], label, self.facts), self._asked)


@dataclass(frozen=True)
class Round:
    """What became of one run.

    Attributes:
        moments: Seconds after its first step at which each kill came.
        recorded: Calls in the log after the last kill.
        lost: Calls that were under way when a kill came.
        repeated: Calls that were made although the log held them.
        same: Whether the summary is that of the run nobody killed, byte by byte.
    """

    moments: tuple[float, ...]
    recorded: int
    lost: int
    repeated: int
    same: bool


def work(folder: Path, count: int) -> None:
    """Begins the run in a folder, or goes on with it; this is the process that is killed."""
    rng = random.Random(0)
    cases = []
    for n in range(count):
        listed = tuple(rng.sample(IDS, LISTED))
        truth = {listed[rng.randrange(LISTED)]: 1.0}
        cases.append(Case(id=f"c{n}", user=f"p{n}", truth=truth, candidates=listed))
    config = config_from({"models": list(_MODELS), "statistics": {"samples": 1000}})
    shop, run = WitnessedShop(folder / "asked.txt"), RunFolder(folder / "run")
    variants = variants_of(config)
    print(_READY, flush=True)
    if not run.cases.exists():
        run.write_start(config, {"created": "now", "version": "benchmark", "repeat": 1})
        write_cases(run.cases, cases)
    log = Log.open(run.log, {"cases": count})
    carry_out(Work(cases, variants, config.limits), shop, log, lambda _: None)
    log.close()
    finish(Finished(run, config, cases, variants, Guard("own-truth", cases)), shop)


def start(folder: Path, count: int) -> subprocess.Popen[str]:
    """Starts the process, and returns when it takes its first step."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.kills", "--work", str(folder)]
    process = subprocess.Popen([*command, "--cases", str(count)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    if process.stdout.readline().strip() != _READY:
        raise SystemExit(f"The process of {folder} did not begin: see what it wrote above.")
    return process


def finished(folder: Path, count: int) -> float:
    """Lets a run come to its end; returns its seconds after the first step."""
    process = start(folder, count)
    began = time.monotonic()
    if process.wait():
        raise SystemExit(f"The run in {folder} failed with exit code {process.returncode}.")
    return time.monotonic() - began


def play(folder: Path, count: int, moments: Iterator[float], kills: int, expected: bytes) -> Round:
    """Kills one run, as often as asked or until it is complete, and lets it finish."""
    came: list[float] = []
    lost = repeated = 0
    while len(came) < kills:
        before, heard = _recorded(folder), len(_asked(folder))
        process = start(folder, count)
        moment = next(moments)
        time.sleep(moment)
        complete = process.poll() is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        made = _asked(folder)[heard:]
        repeated += sum(call in before for call in made)
        lost += len(set(made) - _recorded(folder))
        if complete:
            break
        came.append(moment)
    before, heard = _recorded(folder), len(_asked(folder))
    finished(folder, count)
    repeated += sum(call in before for call in _asked(folder)[heard:])
    written = [(one["v"], one["c"], one["k"], one["i"]) for one in _calls(folder)]
    repeated += len(written) - len(set(written))
    same = (folder / "run" / "summary.json").read_bytes() == expected
    return Round(tuple(came), len(before), lost, repeated, same)


def _calls(folder: Path) -> list[dict[str, str]]:
    log = RunFolder(folder / "run").log
    return list(read_calls(log)) if log.exists() else []


def _recorded(folder: Path) -> set[Call]:
    config = config_from({"models": list(_MODELS)})
    models = {one.key: one.model.label for one in variants_of(config)}
    return {(models[one["v"]], one["c"], one["k"]) for one in _calls(folder)}


def _asked(folder: Path) -> list[Call]:
    path = folder / "asked.txt"
    if not path.exists():
        return []
    return [tuple(line.split(" ")) for line in path.read_text(encoding="utf-8").splitlines()]


def _forever(rng: random.Random, most: float) -> Iterator[float]:
    while True:
        yield rng.uniform(0, most)


def main(rounds: int, count: int, seed: int, out: Console) -> bool:
    """Plays all rounds and prints them; returns whether nothing was repeated and all are equal."""
    rng = random.Random(seed)
    found: list[Round] = []
    with tempfile.TemporaryDirectory(prefix="palate-kills-") as name:
        root = Path(name)
        whole = finished(root / "whole", count)
        expected = (root / "whole" / "run" / "summary.json").read_bytes()
        while sum(bool(one.moments) for one in found) < rounds:
            folder = root / f"{len(found)}"
            found.append(play(folder, count, _forever(rng, whole), 1, expected))
        over = play(root / "over", count, _forever(rng, whole / 10), rounds, expected)
    out.print(_table(found, over))
    late = sum(not one.moments for one in found)
    out.print(
        f"{count} cases, 2 models; whole run {whole:.1f} s after its first step; seed {seed}; "
        f"{late} kills came after the end and were drawn again."
    )
    return all(one.same and not one.repeated for one in (*found, over))


def _table(found: list[Round], over: Round) -> Table:
    table = Table("kill", "after s", "calls recorded", "lost", "repeated", "summary")
    killed = [one for one in found if one.moments]
    named = [(str(n), f"{one.moments[0]:.2f}", one) for n, one in enumerate(killed, 1)]
    named.append((f"{len(over.moments)} of one run", f"{sum(over.moments):.2f} in all", over))
    for name, moment, one in named:
        table.add_row(name, moment, str(one.recorded), str(one.lost), str(one.repeated),
                      "identical" if one.same else "DIFFERS")  # fmt: skip
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.kills", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=20, help="kills")
    parser.add_argument("--cases", type=int, default=1000, help="of each run")
    parser.add_argument("--seed", type=int, default=20, help="of the moments")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, options.cases)
    else:
        good = main(options.rounds, options.cases, options.seed, Console(width=90, highlight=False))
        sys.exit(0 if good else 1)
