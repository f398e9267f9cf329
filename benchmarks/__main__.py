"""Measures Palate on generated catalogues and prints one table.

    python -m benchmarks [--quick] [--json FILE] [--work FOLDER]

``--quick`` leaves out the catalogue of 100,000 items. ``--work`` keeps the generated workspaces,
and measures those that are already there without building them again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.startup import startup

#: Items and people; a hundred events a person.
SIZES = ((10_000, 2_000), (100_000, 5_000))
_KINDS = {
    "plain": "plain",
    "text": "with a text",
    "constraints": "with 3 constraints",
    "both": "text and constraints",
}


def main(arguments: Sequence[str]) -> None:
    """Measures, prints, and writes the JSON that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures Palate.")
    parser.add_argument("--quick", action="store_true", help="the small catalogue only")
    parser.add_argument("--json", type=Path, help="also write what was measured to this file")
    parser.add_argument("--work", type=Path, help="keep the generated workspaces here")
    options = parser.parse_args(arguments)
    sizes = SIZES[:1] if options.quick else SIZES
    load = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory(prefix="palate-bench-") as folder:
        results = [_size(options.work or Path(folder), *size) for size in sizes]
    found = {"machine": _machine(), "sizes": results, "startup": startup()}
    found["machine"]["load"] = [*load, os.getloadavg()[0]]
    Console(width=80, highlight=False).print(_table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _size(work: Path, items: int, people: int) -> dict[str, Any]:
    folder = work / f"{items}"
    kept = folder / "build.json"
    if not kept.is_file():
        shutil.rmtree(folder, ignore_errors=True)  # of a build that was cut off
        folder.mkdir(parents=True)
        kept.write_text(json.dumps(_phase("build", folder, items, people)), encoding="utf-8")
    built = json.loads(kept.read_text(encoding="utf-8"))
    served = _phase("serve", folder, items, people)
    return {"items": items, "people": people, "build": built, "serve": served}


def _phase(phase: str, folder: Path, items: int, people: int) -> dict[str, Any]:
    print(f"{phase}: {items:,} items ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.workspace", phase, str(folder)]
    done = subprocess.run([*command, str(items), str(people)], check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "python": platform.python_version()}


def _table(found: dict[str, Any]) -> Table:
    machine, sizes = found["machine"], found["sizes"]
    before, after = machine["load"]
    title = (
        f"{machine['cores']} cores, Python {machine['python']}, "
        f"load average {before:.1f} before and {after:.1f} after"
    )
    table = Table(title="Palate", caption=title, expand=True)
    table.add_column("no model; recommend 10: p50 / p95", ratio=1)
    for one in sizes:
        table.add_column(f"{one['items']:,} items", justify="right")
    for key, name in _KINDS.items():
        table.add_row(f"recommend, {name}", *(_times(s["serve"][key]) for s in sizes))
    table.add_section()
    for name, show in _ROWS.items():
        table.add_row(name, *(show(one) for one in sizes))
    table.add_section()
    start = found["startup"]
    table.add_row("import palate", f"{start['import'] * 1000:.0f} ms")
    table.add_row("palate --help", f"{start['help'] * 1000:.0f} ms")
    return table


def _times(one: dict[str, float]) -> str:
    return f"{one['p50']:.1f} / {one['p95']:.1f} ms"


def _prompt(one: dict[str, Any]) -> str:
    tokens = one["serve"]["prompt"]
    return f"{tokens['tokens']:,} ({tokens['tokenizer'].split(' (')[0]})"


_ROWS = {
    "items ingested (JSONL)": lambda s: f"{s['items'] / s['build']['items_s']:,.0f} / s",
    "events ingested (CSV)": lambda s: f"{s['build']['events'] / s['build']['events_s']:,.0f} / s",
    "items indexed": lambda s: f"{s['items'] / s['build']['index_s']:,.0f} / s",
    "events in the log": lambda s: f"{s['build']['events']:,.0f}",
    "fit": lambda s: f"{s['build']['fit_s']:.0f} s",
    "open, and the first request": lambda s: f"{s['serve']['open_s']:.1f} s",
    "peak memory: ingest, index, fit": lambda s: f"{s['build']['peak_mb']:,.0f} MB",
    "peak memory: serving": lambda s: f"{s['serve']['peak_mb']:,.0f} MB",
    "prompt: 20 candidates, 20 of history": _prompt,
    "rendering that prompt": lambda s: f"{s['serve']['render_ms']:.1f} ms",
}


if __name__ == "__main__":
    main(sys.argv[1:])
