"""What a request makes of a server's faults: `python -m benchmarks.faults [--runs 50]`.

A server in a process of its own fails in every way that we know of, over real sockets; the whole
path answers requests to it: profile, pool, prompt, client, parser, fusion, reasons. Each request
must end in a valid slate or in one of Palate's errors, within its deadline and a quarter second,
and in the end no socket, thread or task may be left.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parent.parent / "tests" / "servers" / "vllm_like.py"
#: Seconds that a request has, and how far beyond it may end.
DEADLINE, GRACE = 0.6, 0.25
#: Of the example; every third request is a stranger's.
PERSON = "ada"
#: Scenarios that are no faults.
_SOUND = {"good", "fenced", "letters", "slow", "packed"}
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Ended:
    """How one request ended.

    Attributes:
        how: ``model``, ``prior``, or the name of an error.
        seconds: How long it took.
        wrong: What is wrong with it; empty if nothing is.
    """

    how: str
    seconds: float
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds: a leak is a growth."""

    sockets: int
    threads: int
    tasks: int

    @classmethod
    def now(cls) -> Held:
        """Counts."""
        sockets = 0
        for link in Path("/proc/self/fd").iterdir():  # Linux
            with contextlib.suppress(OSError):  # the listing's own is closed by now
                sockets += str(link.readlink()).startswith("socket:")
        return cls(sockets, threading.active_count(), len(asyncio.all_tasks()))


@contextmanager
def served() -> Iterator[str]:
    """Starts the server; yields its root."""
    command = [sys.executable, str(SERVER), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().removesuffix("/v1")
        finally:
            process.kill()


@cache
def spoken() -> dict[str, Any]:
    """Returns what the server's scenarios define."""
    import runpy

    return runpy.run_path(str(SERVER.with_name("scenarios.py")))


def streams() -> dict[str, Any]:
    """Returns the faults of streams, which only reasons are asked in."""
    found: dict[str, Any] = spoken()["STREAMS"]
    return found


def faults() -> list[str]:
    """Returns the names of the server's faults."""
    return [name for name in (spoken()["SCENARIOS"] | streams()) if name not in _SOUND]


async def one(palate: Any, root: str, fault: str, number: int, ranker: str) -> Ended:
    """Makes one request to one fault."""
    from palate.agent.models.openai import OpenAIModel
    from palate.errors import PalateError
    from palate.workspace.engine import Engine

    model = OpenAIModel("vllm-like", base_url=f"{root}/as/{fault}~{ranker}{number}/v1")
    engine = Engine(palate.store, palate.retriever, palate.library, palate.settings, model)
    request = palate.request(PERSON if number % 3 else None, n=5, ranker=ranker)
    started = time.monotonic()
    try:
        if fault in streams():
            return _told_ended(await _told(engine, request), time.monotonic() - started)
        slate = await engine.arecommend(request)
        return _slate_ended(slate, time.monotonic() - started)
    except PalateError as error:
        return Ended(type(error).__name__, time.monotonic() - started)
    except Exception as error:  # what must not happen, and is shown where it does
        return Ended("!", time.monotonic() - started, f"{type(error).__name__}: {error}")
    finally:
        await model.aclose()


async def _told(engine: Any, request: Any) -> Any:
    """Has the reasons of five items streamed; returns those, and why the evidence wrote them."""
    from palate.agent.explain import Explaining
    from palate.prompts.render import Brief

    deadline = time.monotonic() + engine.settings.model.timeout
    prepared = await asyncio.to_thread(engine.prepare, request)
    shown, template = prepared.pool.candidates[:5], engine.library.get("explain")
    brief = Brief(shown, prepared.profile, request, prepared.items, engine.settings)
    explaining = Explaining(brief, template, engine.count, engine.model, deadline=deadline)
    return {item: reason async for item, reason in explaining}, explaining.cause


def _told_ended(told: Any, seconds: float) -> Ended:
    reasons, cause = told
    heard = any(reason.written_by == "model" for reason in reasons.values())
    wrong = "" if len(reasons) == 5 and all(one.text for one in reasons.values()) else "no reason"
    if not heard and not cause:
        wrong = "the evidence without a cause"
    if seconds > DEADLINE + GRACE:
        wrong = f"{seconds:.2f} s"
    return Ended("model" if heard else "prior", seconds, wrong)


def _slate_ended(slate: Any, seconds: float) -> Ended:
    ids = [line.item.id for line in slate]
    wrong = "" if len(ids) == len(set(ids)) == 5 else f"{len(ids)} items"
    if slate.ranked_by == "prior" and not slate.cause:
        wrong = "the prior without a cause"
    if seconds > DEADLINE + GRACE:
        wrong = f"{seconds:.2f} s"
    return Ended("prior" if slate.ranked_by == "prior" else "model", seconds, wrong)


async def run(
    palate: Any, root: str, names: Sequence[str], runs: int, rankers: Sequence[str]
) -> tuple[dict[str, list[Ended]], Held, Held]:
    """Meets every fault as often as asked.

    Returns:
        Fault -> how its requests ended; what the process held before and after.
    """
    for number in range(8):  # threads and modules that stay are there before the count
        await one(palate, root, "good", number, rankers[0])
    await asyncio.gather(*(one(palate, root, "good", 9 + n, rankers[0]) for n in range(8)))
    # Every worker of the loop's pool is started: how many that takes is a matter of chance.
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.02) for _ in range(64)))
    before = Held.now()
    found: dict[str, list[Ended]] = {}
    for name in names:
        found[name] = []
        for start in range(0, runs, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, runs))
            asked = (one(palate, root, name, n, rankers[n % len(rankers)]) for n in numbers)
            found[name] += await asyncio.gather(*asked)
    await asyncio.sleep(0.1)
    return found, before, Held.now()


def table(found: dict[str, list[Ended]]) -> str:
    """Returns the table, a line a fault."""
    lines = [
        f"{'fault':<18}{'runs':>5}{'model':>7}{'prior':>7}{'errors':>8}{'longest ms':>12}  wrong"
    ]
    for name, ends in found.items():
        how = [end.how for end in ends]
        errors = sum(one not in ("model", "prior") for one in how)
        longest = 1000 * max(end.seconds for end in ends)
        wrong = sorted({end.wrong for end in ends} - {""})
        lines.append(
            f"{name:<18}{len(ends):>5}{how.count('model'):>7}{how.count('prior'):>7}{errors:>8}"
            f"{longest:>12.0f}  {'; '.join(wrong)[:60] or '-'}"
        )
    return "\n".join(lines)


def main() -> None:
    """Prints the table, and what is left when all is over."""
    from palate import Palate

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served() as root:
        Palate.init(Path(folder) / "films", example="movies").close()
        flags: dict[str, Any] = {"model__timeout": DEADLINE, "privacy__keep_traces": 0}
        with Palate.open(Path(folder) / "films", **flags) as palate:
            palate.fit()
            names = faults()
            rankers = ("listwise", "labels", "first-token")
            found, before, after = asyncio.run(run(palate, root, names, given.runs, rankers))
    print(table(found))
    total = sum(map(len, found.values()))
    bad = sum(bool(end.wrong) for ends in found.values() for end in ends)
    print(f"{len(found)} faults, {total:,} requests, {bad} wrong.")
    print(f"Held before: {before}; after: {after}.")
    sys.exit(bool(bad) or after.sockets > before.sockets or after.threads > before.threads)


if __name__ == "__main__":
    main()
