"""Builds and measures one generated workspace; each phase runs in a process of its own.

    python -m benchmarks.workspace build|serve FOLDER ITEMS PEOPLE

prints a JSON object. Peak memory is that of the phase's whole process.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.generate import Shape, topic_word, write_events, write_items

#: Requests of each kind, after as many of others that warm the caches up.
REQUESTS = 150
_MB = 1024


def build(folder: Path, shape: Shape) -> dict[str, float]:
    """Generates the files, and measures ingest, index and fit."""
    from palate import Palate
    from palate.retrieval.index import Index

    items, events = folder / "items.jsonl", folder / "events.csv"
    write_items(shape, items)
    write_events(shape, events)
    found: dict[str, float] = {}
    with Palate.init(folder / "shop") as palate:
        with _timed(found, "items_s"):
            palate.ingest_items(items)
        with _timed(found, "events_s"):
            palate.ingest_events(events)
        palate.embedder.embed(["loads the model"])
        with _timed(found, "index_s"):
            Index.update(palate.folder.index, palate.store, palate.embedder)
        with _timed(found, "fit_s"):
            palate.fit()
        found["events"] = palate.store.event_count
    return found | {"peak_mb": _peak()}


def serve(folder: Path, shape: Shape) -> dict[str, Any]:
    """Opens the workspace, and measures opening, warm requests and a prompt."""
    from palate import Palate

    found: dict[str, Any] = {}
    with Palate.open(folder / "shop") as palate:
        palate.use_model(None)
        with _timed(found, "open_s"):
            palate.recommend("u00000")
        for name, options in _kinds(shape).items():
            found[name] = _latency(palate, shape, options)
        found |= _prompt(palate)
    return found | {"peak_mb": _peak()}


def _kinds(shape: Shape) -> dict[str, Callable[[int], dict[str, Any]]]:
    def text(turn: int) -> str:
        topic = turn % shape.topics
        return " ".join(topic_word(topic, (turn // shape.topics + r) % 40) for r in range(3))

    limits = ("year >= 1970", "runtime <= 150", "-tag3")
    return {
        "plain": lambda _: {},
        "text": lambda turn: {"text": text(turn)},
        "constraints": lambda _: {"constraints": limits},
        "both": lambda turn: {"text": text(turn), "constraints": limits},
    }


def _latency(
    palate: Any, shape: Shape, options: Callable[[int], dict[str, Any]]
) -> dict[str, float]:
    """Milliseconds of a warm `recommend` of ten; each request by another person."""
    walls, works = [], []
    for turn in range(2 * REQUESTS):
        user, wanted = f"u{turn * 37 % shape.people:05d}", options(turn)
        wall, work = time.perf_counter(), time.process_time()
        palate.recommend(user, n=10, **wanted)
        walls.append(1000 * (time.perf_counter() - wall))
        works.append(1000 * (time.process_time() - work))
    walls, works = walls[REQUESTS:], works[REQUESTS:]
    return {
        "p50": float(np.percentile(walls, 50)),
        "p95": float(np.percentile(walls, 95)),
        "cpu": float(np.percentile(works, 50)),
    }


def _prompt(palate: Any) -> dict[str, Any]:
    """Tokens and milliseconds of the prompt for 20 candidates and 20 items of history."""
    from palate.agent.rankers import make_ranker, template_of
    from palate.prompts.render import Brief, render

    engine = palate.engine
    ranker = make_ranker(palate.settings.ranking.ranker)
    prepared = engine.prepare(palate.request("u00000"), prompt=True)
    brief = Brief(
        prepared.pool.candidates, prepared.profile, prepared.request, prepared.items,
        palate.settings,
    )  # fmt: skip
    template = template_of(ranker, palate.settings, engine.library)
    times = []
    for _ in range(30):
        started = time.perf_counter()
        prompt = render(template, brief, engine.count)
        times.append(1000 * (time.perf_counter() - started))
    return {"render_ms": float(np.median(times)), "prompt": asdict(prompt.tokens)}


@contextmanager
def _timed(found: dict[str, Any], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    found[name] = time.perf_counter() - started


def _peak() -> float:
    unit = 1 if sys.platform != "darwin" else _MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit / _MB


if __name__ == "__main__":
    phase, place, items, people = sys.argv[1:]
    run = {"build": build, "serve": serve}[phase]
    print(json.dumps(run(Path(place), Shape(int(items), int(people)))))
