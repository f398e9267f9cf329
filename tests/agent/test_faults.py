"""A short form of ``python -m benchmarks.faults``: a sixth of them, and what is left."""

import asyncio
import sys

import pytest

from benchmarks import faults as benchmark
from benchmarks.faults import DEADLINE, faults, run, served
from palate import Palate


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts sockets in /proc")
def test_every_fault_ends_in_time_and_nothing_is_left(example, monkeypatch):
    # Other tests share the machine: the benchmark, alone on it, holds to a quarter of a second.
    monkeypatch.setattr(benchmark, "GRACE", 2.0)
    names = faults()
    assert len(names) >= 22
    flags = {"model__timeout": DEADLINE, "privacy__keep_traces": 0}
    with served() as root, Palate.open(example, **flags) as palate:
        found, before, after = asyncio.run(
            run(palate, root, names[::6], 4, ("listwise", "labels", "first-token", "setwise"))
        )
    assert [end for ends in found.values() for end in ends if end.wrong] == []
    assert after.sockets <= before.sockets
    assert after.threads <= before.threads
    assert after.tasks <= before.tasks
