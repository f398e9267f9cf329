"""Runs a small evaluation in a process that may be killed: ``python kill_rounds.py FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import harness  # type: ignore[import-not-found]
from conftest import Arrays  # type: ignore[import-not-found]

ARRAYS = Arrays(("p",), tuple(harness.ITEMS), np.zeros(3, np.int32), np.arange(3, dtype=np.int32),
                np.zeros(3, np.float32))  # fmt: skip
MODELS = ("simulated:skill=0.6,seed=1", "simulated:skill=0.2,fault=flaky,seed=2")

if __name__ == "__main__":
    made = harness.make_cases(200)
    harness.run(Path(sys.argv[1]), harness.World(ARRAYS), harness.config(*MODELS), made)
