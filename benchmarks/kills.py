"""Kills evaluation runs with SIGKILL at random moments, resumes them, and prints what was lost.

    python -m benchmarks.kills [--rounds N] [--cases N] [--seed N]

Each round begins a run of two simulated models (one fails now and then) whose reasons a simulated
judge judges (it fails now and then, too), kills its process at a moment drawn evenly between its
first step and its last, judge and summary included, and resumes it. A
last line is one run that is killed over and over. The models keep a list of their own of what they
were asked, apart from the run's log: a call that the log held before a process began, and that a
model was asked again in it, is *repeated*. A call that was under way when the kill came is in no
log; it is asked again, and counted as *lost*.

Exit code 1 where a summary differs by a byte or a recorded call was repeated.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.killed import READY, bench_in, killed_config
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.log import read_calls
from palate.eval.runs.variants import variants_of

#: (model, case, key of the prompt).
Call = tuple[str, ...]


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


def start(folder: Path, count: int) -> subprocess.Popen[str]:
    """Starts the process, and returns when it takes its first step."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.killed", str(folder), str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    if process.stdout.readline().strip() != READY:
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
    config = killed_config()
    variants = (*variants_of(config), bench_in(config).variant)
    models = {one.key: one.model.label for one in variants}
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
        f"{count} cases, 2 models, a judge of 200 cases; whole run {whole:.1f} s after its first "
        f"step; seed {seed}; {late} kills came after the end and were drawn again."
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
    options = parser.parse_args()
    good = main(options.rounds, options.cases, options.seed, Console(width=90, highlight=False))
    sys.exit(0 if good else 1)
