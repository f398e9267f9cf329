"""The folder of a run, readable by its owner alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from palate.errors import EvalError
from palate.eval.runs.answer import ItemFacts
from palate.eval.runs.config import EvalConfig
from palate.eval.runs.config_file import config_from, dump
from palate.retrieval.files import private_folder, replace_file


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths inside a run, and what is read from them."""

    root: Path

    @property
    def id(self) -> str:
        """Name of the run."""
        return self.root.name

    @property
    def log(self) -> Path:
        """Every call and every answer, in the order in which they came."""
        return self.root / "log.jsonl"

    @property
    def cases(self) -> Path:
        """The cases that were asked, after the limit."""
        return self.root / "cases.jsonl.gz"

    @property
    def summary(self) -> Path:
        """What came out, as JSON; written when the run is complete."""
        return self.root / "summary.json"

    @property
    def values(self) -> Path:
        """The value of every line, case and metric."""
        return self.root / "values.npz"

    @property
    def report(self) -> Path:
        """The report for a browser."""
        return self.root / "report.html"

    @property
    def junit(self) -> Path:
        """The gates for a continuous integration server."""
        return self.root / "junit.xml"

    def config(self) -> EvalConfig:
        """Returns the configuration in force.

        Raises:
            EvalError: There is no run here.
        """
        return config_from(self._json("config.json"), f"{self.id}/config.json")

    def setup(self) -> dict[str, Any]:
        """Returns what was decided at the start: times, repeats, the guard's digest."""
        return self._json("setup.json")

    def items(self) -> dict[str, ItemFacts]:
        """Returns what is known of the items that occur."""
        found = self._json("items.json")
        return {i: ItemFacts(title, tuple(tags), year) for i, (title, tags, year) in found.items()}

    def write_start(self, config: EvalConfig, setup: Mapping[str, Any]) -> None:
        """Makes the folder and writes what does not change any more."""
        private_folder(self.root.parent)
        private_folder(self.root)
        replace_file(self.root / "config.json", dump(config).encode())
        replace_file(self.root / "setup.json", json.dumps(setup).encode())

    def write_items(self, facts: Mapping[str, ItemFacts]) -> None:
        """Writes what the report tells of items."""
        rows = {i: [f.title, list(f.tags), f.year] for i, f in sorted(facts.items())}
        replace_file(self.root / "items.json", json.dumps(rows, ensure_ascii=False).encode())

    def _json(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.root / name).read_text(encoding="utf-8"))
        except OSError:
            raise EvalError(
                f"There is no run {self.id!r} here. `palate eval list` names those that are."
            ) from None
        except ValueError:
            raise EvalError(f"{self.root / name} is damaged. Begin a new run.") from None
        return found


def new_run(runs: Path, name: str) -> RunFolder:
    """Returns a folder that is not there yet, named by the time and the configuration."""
    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{name}"
    folder, number = RunFolder(runs / stamp), 1
    while folder.root.exists():
        number += 1
        folder = RunFolder(runs / f"{stamp}-{number}")
    return folder


def find_run(runs: Path, name: str) -> RunFolder:
    """Returns a run by its id, by the end of it, or by ``latest``; also by the path of its folder.

    Raises:
        EvalError: There is none, or more than one.
    """
    if (Path(name) / "setup.json").is_file():
        return RunFolder(Path(name).resolve())
    known = list(all_runs(runs))
    if name == "latest" and known:
        return known[-1]
    exact = [run for run in known if run.id == name]
    found = exact or [run for run in known if name in run.id]
    if len(found) == 1:
        return found[0]
    told = ", ".join(run.id for run in (found or known)[-5:]) or "none"
    what = "is none" if not found else "are several"
    raise EvalError(f"There {what} called {name!r}. Newest runs: {told}.")


def all_runs(runs: Path) -> Iterator[RunFolder]:
    """Yields the runs of a folder, oldest first."""
    for path in sorted(runs.iterdir()) if runs.is_dir() else ():
        if (path / "setup.json").is_file():
            yield RunFolder(path)


def digest(*parts: object) -> str:
    """Returns a fingerprint of values that print the same."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]
