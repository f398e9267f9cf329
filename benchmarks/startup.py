"""Wall times of starting: a fresh interpreter each time."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

_RUNS = 5


def startup() -> dict[str, float]:
    """Returns the median seconds of `import palate` and `palate --help`, interpreter included."""
    return {
        "import": _median([sys.executable, "-c", "import palate"]),
        "help": _median([sys.executable, "-c", "from palate.cli import main; main()", "--help"]),
    }


def _median(command: list[str]) -> float:
    walls = []
    for _ in range(_RUNS + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        walls.append(time.perf_counter() - started)
    return statistics.median(walls[1:])  # the first one fills the disk's cache
