"""Ranks the published LLMRank candidate lists of MovieLens-1M: controls and the prior, one table.

    python -m benchmarks.llmrank DATA [WORK]

DATA holds ``ml-1m/`` and ``cases/llmrank-ml-1m.jsonl.gz`` (see docs/results.md for where they come
from and under which terms). WORK keeps the workspace; a second run goes on from there.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.llmrank_data import prepare
from palate import Palate
from palate.domain import Ranked, Request
from palate.eval.cases import read_cases
from palate.eval.controls import ItemKNN, Popularity, Random, in_order
from palate.eval.leave import assert_absent, truth_pairs
from palate.eval.metrics import parse_metric
from palate.eval.score import score

METRICS = ("NDCG@1", "NDCG@5", "NDCG@10", "Recall@10", "MRR@10")


@dataclass(frozen=True)
class Without:
    """The prior with one feature left out of the sum: what that feature is worth."""

    palate: Palate
    feature: str

    @property
    def name(self) -> str:
        """Name in the table."""
        return f"prior less {self.feature}"

    def rank(self, requests: list[Request]) -> list[Ranked]:
        """Ranks each request's candidates."""
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Ranked:
        from palate.retrieval.features import NAMES

        engine = self.palate.engine
        scored = engine.retriever.scored(request, engine.profile(request))
        left = scored.shares.sum(axis=1) - scored.shares[:, NAMES.index(self.feature)]
        order = sorted(range(len(left)), key=lambda place: (-left[place], int(scored.rows[place])))
        ids = engine.retriever.index.items.ids
        return in_order([ids[scored.rows[place]] for place in order])


def main(data: Path, work: Path) -> None:
    """Prepares, fits, scores and prints."""
    out = Console(width=100, highlight=False)
    started = time.perf_counter()
    cases_file = work / "cases.jsonl"
    shop = work / "workspace"
    if not cases_file.is_file():
        prepare(data, work)
    if not (shop / "data" / "index" / "fit.json").is_file():
        _fit(work, shop, cases_file, out)
    cases = read_cases(cases_file)
    with Palate.open(shop) as palate:
        events = palate.store.event_arrays()
        assert_absent(events, truth_pairs(cases))
        entrants = [
            Random(0), Popularity(events), ItemKNN(events),
            ItemKNN(events, last=10, neighbours=400, name="item-kNN 400"),
            palate.recommender("prior"), Without(palate, "known"),
        ]  # fmt: skip
        table = score(
            entrants, cases, [parse_metric(name) for name in METRICS], baseline="item-kNN"
        )
    out.print(table)
    out.print(f"{time.perf_counter() - started:.0f} s in all; workspace in {work}")


def _fit(work: Path, shop: Path, cases_file: Path, out: Console) -> None:
    pairs = sorted(truth_pairs(read_cases(cases_file)))
    palate = Palate.open(shop) if (shop / "palate.toml").is_file() else Palate.init(shop)
    with palate:
        palate.ingest_items(work / "items.jsonl")
        palate.ingest_events(work / "events.csv.gz")
        report = palate.fit(without=pairs, progress=lambda step: out.print(step, style="dim"))
    out.print(f"fitted in {report.seconds:.0f} s; weights {_short(report.prior.weights)}")


def _short(weights: object) -> str:
    assert isinstance(weights, dict)
    return ", ".join(f"{name} {weight:+.2f}" for name, weight in weights.items())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.llmrank", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("data", type=Path, help="the folder with ml-1m/ and cases/")
    parser.add_argument("work", type=Path, nargs="?", help="a new folder if left out")
    found = parser.parse_args()
    if not (found.data / "cases").is_dir():
        parser.error(f"{found.data} has no folder cases: docs/results.md says what it must hold.")
    return found


if __name__ == "__main__":
    asked = _arguments()
    folder = asked.work or Path(tempfile.mkdtemp(prefix="llmrank-"))
    folder.mkdir(parents=True, exist_ok=True)
    main(asked.data, folder)
