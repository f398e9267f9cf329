"""How large and how fast the report of a large run is.

    python -m benchmarks.report [--cases N] [--keep FOLDER]

Generates a shop of 2,000 items and one person a case, runs 2 prompts with 4 simulated models over
the cases (5,000 unless told otherwise, 20 candidates and 20 of history each) through the harness,
and writes the report in a process of its own. Prompts are those that a real model would be sent and
replies have the form that one would send, reasons included; who says it is a simulator.

Prints the size of the report in MB and the resident memory of writing it; and, with Chromium
(PALATE_CHROMIUM), the slowest of three first contentful paints (the Paint Timing API, read through
the remote debugging port; each in a fresh browser) and of three first and second openings of a
case. Exit code 1 where the report is larger than 25 MB or paints after 2 s. ``--keep`` leaves the
run and its report in a folder, and measures those that are there already.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.chromium import CHROMIUM, open_page
from benchmarks.generate import Shape
from benchmarks.workspace import build
from palate.eval.runs.config import EvalConfig
from palate.eval.runs.config_file import config_from
from palate.eval.runs.folder import RunFolder, all_runs

CASES, ITEMS, EVENTS = 5000, 2000, 40
PROMPTS = ("rank/listwise", "rank/listwise-evidence")
MODELS = (
    "simulated:skill=0.7,seed=1", "simulated:skill=0.4,bias=0.4,seed=2",
    "simulated:skill=0.2,seed=3", "simulated:skill=0.5,fault=flaky,seed=4",
)  # fmt: skip
#: What must hold, in MB and ms.
LARGEST, LATEST = 25.0, 2000.0
_TRIES = 3
#: Clicks the n-th case of the list, and returns how many ms pass until it stands there.
_OPEN = """(async () => {
  const rows = document.getElementsByClassName("case");
  while (rows.length <= %d) await new Promise(requestAnimationFrame);
  const row = document.querySelectorAll("#cases > .case")[%d], from = performance.now();
  row.querySelector("button").click();
  while (!row.querySelector(".body")) await new Promise(requestAnimationFrame);
  return performance.now() - from;
})()"""


@dataclass(frozen=True)
class Written:
    """A report on the disk.

    Attributes:
        megabytes: Its size.
        seconds: That writing it took.
        resident: MB of the process that wrote it, at most.
    """

    megabytes: float
    seconds: float
    resident: float


@dataclass(frozen=True)
class Painted:
    """How a browser took it: ms, the slowest of the tries.

    Attributes:
        first: Contentful paint.
        opened: A case whose piece was packed; ``again`` one of the same piece.
    """

    first: float
    opened: float
    again: float


def config() -> EvalConfig:
    """Returns what is run."""
    return config_from(
        {
            "name": "report-at-size",
            "split": {"kind": "last", "candidates": 20},
            "prompts": list(PROMPTS),
            "models": list(MODELS),
            "statistics": {"samples": 1000},
        }
    )


def make_run(root: Path, cases: int) -> RunFolder:
    """Generates a shop and runs the harness over it."""
    from palate import Palate
    from palate.workspace.evaluate import Options, run

    build(root, Shape(ITEMS, cases, EVENTS))
    with Palate.open(root / "shop") as palate:
        options = Options(limit=cases)
        folder, _ = run(palate, config(), options, steps=_say, notify=lambda _: None)
    return folder


def write(folder: RunFolder) -> Written:
    """Writes the report in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.report", "--write", str(folder.root)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return Written(**json.loads(done.stdout))


def write_here(folder: RunFolder) -> Written:
    """Writes the report, and looks at its file and at this process."""
    from palate.eval.report import write_report

    began = time.perf_counter()
    path = write_report(folder)
    seconds = time.perf_counter() - began
    return Written(path.stat().st_size / 1e6, seconds, _resident())


def _resident() -> float:
    """Returns the largest resident memory of this process, MB.

    Linux hands ``ru_maxrss`` down from the process that started this one; VmHWM is our own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def paint(report: Path) -> Painted | None:
    """Opens the report in a browser, as often as told; ``None`` where there is no browser."""
    if not Path(CHROMIUM).exists():
        return None
    found = [open_page(report, (_OPEN % (0, 0), _OPEN % (1, 1))) for _ in range(_TRIES)]
    opened, again = (max(one.answers[place] for one in found) for place in (0, 1))
    return Painted(max(one.paint for one in found), opened, again)


def table(cases: int, written: Written, painted: Painted | None) -> Table:
    """Returns what was measured, beside what must hold."""
    made = Table("", "measured", "at most", title=f"{cases:,} cases x {len(PROMPTS) * len(MODELS)}")
    made.add_row("report", f"{written.megabytes:.1f} MB", f"{LARGEST:.0f} MB")
    made.add_row("writing it", f"{written.seconds:.0f} s, {written.resident:,.0f} MB resident", "")
    if painted is None:
        made.add_row("first paint", f"skipped: there is no {CHROMIUM}", f"{LATEST:,.0f} ms")
        return made
    made.add_row("first paint", f"{painted.first:,.0f} ms", f"{LATEST:,.0f} ms")
    made.add_row("a case opened", f"{painted.opened:,.0f} ms", "")
    made.add_row("the next one", f"{painted.again:,.0f} ms", "")
    return made


def holds(written: Written, painted: Painted | None) -> bool:
    """Returns whether every bound that could be looked at holds."""
    return written.megabytes <= LARGEST and (painted is None or painted.first < LATEST)


def main(cases: int, root: Path, out: Console) -> bool:
    """Makes the run where there is none, writes, opens, prints; returns whether all holds."""
    kept = list(all_runs(root / "shop" / "data" / "runs"))
    folder = kept[-1] if kept else make_run(root, cases)
    written = write(folder)
    painted = paint(folder.report)
    out.print(table(cases, written, painted))
    return holds(written, painted)


def _say(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.report", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--cases", type=int, default=CASES, help="of the run")
    parser.add_argument("--keep", type=Path, help="folder of the run")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        print(json.dumps(vars(write_here(RunFolder(options.write)))))
        sys.exit(0)
    with tempfile.TemporaryDirectory(prefix="palate-report-") as name:
        place = options.keep or Path(name)
        place.mkdir(parents=True, exist_ok=True)
        good = main(options.cases, place, Console(width=80, highlight=False))
    sys.exit(0 if good else 1)
