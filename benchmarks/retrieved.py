"""How fast a run is end to end, where every case retrieves its candidates from a whole catalogue.

    python -m benchmarks.retrieved [CASES] [ITEMS]

Generates a shop (10,000 items, one person a case, 2,000 cases unless told otherwise) and runs the
harness over it as ``palate eval run`` does: the workspace's own index and prior retrieve 20
candidates a case, the prompt is rendered, an instant simulated model ranks them, and all controls
rank the whole catalogue. Prints seconds of the wall and of the processor for the snapshot (made
once a run: index, counts, weights), for asking, and for controls and summary; and cases a second
over the last two.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.generate import Shape, write_events, write_items
from palate import Palate
from palate.eval.runs.config_file import config_from
from palate.workspace.evaluate import Options, run

CASES, ITEMS, EVENTS = 2000, 10_000, 40
_PARTS = ("snapshot", "asking", "controls and summary")
#: Steps of a run that begin the second and the third part; the check for leaks is in the second.
_BORDERS = ("checking the snapshot for leaks", "computing the summary")


@dataclass
class Clock:
    """Wall and processor seconds at the borders of the parts."""

    marks: list[tuple[float, float]] = field(default_factory=list)

    def mark(self) -> None:
        """Notes a border."""
        self.marks.append((time.perf_counter(), time.process_time()))

    def step(self, told: str) -> None:
        """Notes the border that a step is."""
        if told in _BORDERS:
            self.mark()

    def parts(self) -> dict[str, tuple[float, float]]:
        """Returns wall and processor seconds by part."""
        spans = zip(self.marks, self.marks[1:], strict=False)
        found = [(b[0] - a[0], b[1] - a[1]) for a, b in spans]
        return dict(zip(_PARTS, found, strict=True))


def make_shop(root: Path, shape: Shape) -> Path:
    """Generates a shop and ingests it; the run makes its own index."""
    write_items(shape, root / "items.jsonl")
    write_events(shape, root / "events.csv")
    with Palate.init(root / "shop") as palate:
        palate.ingest_items(root / "items.jsonl")
        palate.ingest_events(root / "events.csv")
    return root / "shop"


def measure(shop: Path, cases: int) -> tuple[int, dict[str, tuple[float, float]]]:
    """Runs; returns how many cases there were, and seconds by part."""
    config = config_from({"split": {"kind": "last"}, "models": ["simulated:skill=0.5"]})
    clock = Clock()
    with Palate.open(shop) as palate:
        clock.mark()
        options = Options(limit=cases)
        _, summary = run(palate, config, options, steps=clock.step, notify=lambda _: None)
        clock.mark()
    return summary.cases, clock.parts()


def main(cases: int, items: int) -> None:
    """Generates, runs, prints."""
    with tempfile.TemporaryDirectory(prefix="palate-retrieved-") as name:
        found, parts = measure(make_shop(Path(name), Shape(items, cases, EVENTS)), cases)
    print(f"{found:,} cases, each retrieving from {items:,} items")
    for part, (wall, processor) in parts.items():
        print(f"{part}: {wall:.1f} s, {processor:.1f} s of the processor")
    wall, processor = (sum(parts[part][n] for part in _PARTS[1:]) for n in (0, 1))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{found / wall:,.0f} cases/s, {found / processor:,.0f} a second of the processor, "
          f"{memory:,.0f} MB resident at most")  # fmt: skip


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(*given, *(CASES, ITEMS)[len(given) :]))
