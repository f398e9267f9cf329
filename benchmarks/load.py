"""Load on a real server: open loop, with a model that takes its time, and without one.

    python -m benchmarks.load [--seconds 60] [--rate 30] [--think 5]

The server, the model and the load each have a process of their own. The model is a simulated
one: it waits, and then answers with every label in the order that it was shown. Our own share of an
answer is what the server's ``Server-Timing`` says: all of it but the time that a model was waited
for. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_TIMING = re.compile(r"total;dur=([\d.]+), model;dur=([\d.]+)")
_CLI = "from palate.cli import main; main()"


# ------------------------------------------------------------------ the model, a process


async def think(seconds: float) -> None:
    """Serves a simulated model on a free port of 127.0.0.1, until it is killed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                size = (
                    int(re.search(r"content-length: (\d+)", head)[1]) if "content-" in head else 0
                )  # type: ignore[index]
                asked = json.loads(await reader.readexactly(size)) if size else {}
                await asyncio.sleep(seconds if asked else 0)
                writer.write(_reply(asked))
                await writer.drain()
        except (OSError, EOFError, ValueError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _reply(asked: dict[str, Any]) -> bytes:
    text = " ".join(str(one.get("content", "")) for one in asked.get("messages", ()))
    labels = list(dict.fromkeys(re.findall(r"^([A-Z]) ", text, re.MULTILINE)))
    body = json.dumps({
        "id": "x", "object": "chat.completion", "created": 0, "model": "simulated",
        "choices": [{"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": " ".join(labels) or "A"}}],
        "usage": {"prompt_tokens": len(text) // 4, "completion_tokens": 20, "total_tokens": 0},
    }).encode()  # fmt: skip
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# ------------------------------------------------------------------ the server, a process


@contextmanager
def process(*words: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Runs Python with words; yields it and its first line."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "PALATE_"))}
    started = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=env | environ,
    )  # fmt: skip
    assert started.stdout is not None
    try:
        yield started, started.stdout.readline().strip()
    finally:
        started.kill()
        started.communicate()


@contextmanager
def server(folder: Path, model_port: str = "") -> Iterator[Target]:
    """Serves a workspace, with the simulated model if its port is given."""
    more = ["--model", f"http://127.0.0.1:{model_port}/v1#simulated"] if model_port else []
    words = ["-c", _CLI, "-w", str(folder), "serve", "--port", "0", "--rate", "0", *more]
    # The model's own bound must not be what is measured: a call for each request in flight.
    settings = {"PALATE_RANKING_RANKER": "labels", "PALATE_MODEL_CONCURRENCY": "512"}
    with process(*words, **settings) as (started, line):
        target = Target(started, line.split()[-1], (folder / "data" / "server.token").read_text())
        deadline = time.monotonic() + 60
        while target.try_status("/readyz") != 200:
            if time.monotonic() > deadline:
                raise SystemExit("The server did not become ready.")
            time.sleep(0.1)
        yield target


class Target:
    """A server under load."""

    def __init__(self, started: subprocess.Popen[str], url: str, token: str) -> None:
        self.process, self.token = started, token
        self.host, port = url.removeprefix("http://").rsplit(":", 1)
        self.port = int(port)

    def request(self, path: str, body: dict[str, Any] | None, *, close: bool = False) -> bytes:
        """Returns the bytes of a request."""
        text = b"" if body is None else json.dumps(body).encode()
        return (
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\n"
            f"Host: {self.host}:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n"
            f"{'Connection: close' if close else 'X-Load: yes'}\r\n\r\n"
        ).encode() + text

    def try_status(self, path: str) -> int:
        """Returns the status of a GET; 0 where nobody answers."""
        try:
            with socket.create_connection((self.host, self.port), timeout=5) as line:
                line.sendall(self.request(path, None, close=True))
                return int(line.recv(4096).split()[1])
        except (OSError, IndexError, ValueError):
            return 0

    @property
    def megabytes(self) -> float:
        """Resident memory of the server's process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]

    @property
    def files(self) -> int:
        """Open files and connections of the server's process."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


async def once(target: Target, body: dict[str, Any], path: str = "/v1/recommend") -> Answer:
    """Makes one request on a connection of its own."""
    started = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection(target.host, target.port)
        try:
            writer.write(target.request(path, body, close=True))
            data = await asyncio.wait_for(reader.read(), 60)
        finally:
            writer.close()
        head, _, text = data.partition(b"\r\n\r\n")
        timing = _TIMING.search(head.decode("latin-1"))
        own = float(timing[1]) - float(timing[2]) if timing else 0.0
        how = str(json.loads(text).get("ranked_by", ""))
        return Answer(int(head.split()[1]), 1000 * (time.perf_counter() - started), own, how)
    except (OSError, ValueError, IndexError, TimeoutError):
        return Answer(0, 1000 * (time.perf_counter() - started), 0.0, "")


class Answer:
    """What came back, in milliseconds."""

    def __init__(self, status: int, total: float, own: float, ranked_by: str) -> None:
        self.status, self.total, self.own, self.ranked_by = status, total, own, ranked_by


# ------------------------------------------------------------------ what is measured


async def open_loop(
    target: Target, people: list[str], rate: float, seconds: float
) -> tuple[list[Answer], list[float], int]:
    """Sends at a rate, come what may; returns answers, memory by the second, most in flight."""
    dice, tasks, memory, most = random.Random(1), [], [], 0
    started = time.perf_counter()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        body = {"user": dice.choice(people), "n": 10}
        tasks.append(asyncio.create_task(once(target, body)))
        most = max(most, sum(not task.done() for task in tasks[-2000:]))
        if number % int(rate) == 0:
            memory.append(target.megabytes)
    answers = await asyncio.gather(*tasks)
    return list(answers), [*memory, target.megabytes], most


async def closed_loop(
    target: Target, people: list[str], callers: int, seconds: float
) -> tuple[list[Answer], float]:
    """Has callers ask as fast as they are answered; returns answers and seconds."""
    started, answers = time.perf_counter(), []

    async def ask(dice: random.Random) -> None:
        while time.perf_counter() - started < seconds:
            answers.append(await once(target, {"user": dice.choice(people), "n": 10}))

    await asyncio.gather(*(ask(random.Random(n)) for n in range(callers)))
    return answers, time.perf_counter() - started


async def hold(target: Target, number: int, seconds: float) -> dict[str, int]:
    """Opens connections that send slowly, never read, or hang up; returns what is held after it."""
    before = target.files
    lines = []
    for place in range(number):
        reader, writer = await asyncio.open_connection(target.host, target.port)
        request = target.request("/v1/recommend", {"user": None, "n": 100})
        # A third says half a request, a third goes away at once, a third never reads.
        writer.write(request[: len(request) // 2] if place % 3 == 0 else request)
        await writer.drain()
        lines.append((reader, writer))
        if place % 3 == 1:
            writer.transport.abort()
    during = target.files
    answered = [await once(target, {"n": 5}) for _ in range(20)]
    slowest = max(one.total for one in answered)
    await asyncio.sleep(seconds)
    for _, writer in lines:
        writer.transport.abort()
    await asyncio.sleep(1)
    return {
        "before": before, "during": during, "after": target.files, "slowest_ms": int(slowest),
        "failed": sum(one.status != 200 for one in answered),
    }  # fmt: skip


async def kill_rounds(folder: Path, rounds: int) -> tuple[int, int]:
    """Kills a server amid feedback; returns how many events were acknowledged, and are lost."""
    from palate import Palate

    acknowledged: set[str] = set()
    for number in range(rounds):
        with server(folder) as target:
            work = asyncio.create_task(_feed(target, number, acknowledged))
            await asyncio.sleep(1.5)
            target.process.send_signal(signal.SIGKILL)
            await work
    with Palate.open(folder) as palate:
        kept = {one.scene for one in palate.store.user_events("kill")}
    return len(acknowledged), len(acknowledged - kept)


async def _feed(target: Target, number: int, acknowledged: set[str]) -> None:
    """Tells of events from four callers until nobody answers."""

    async def one(caller: int) -> None:
        for count in range(100_000):
            name = f"{number}-{caller}-{count}"
            event = {"user": "kill", "item": "heat-1995", "action": "view", "scene": name,
                     "key": name}  # fmt: skip
            answer = await once(target, {"events": [event]}, "/v1/feedback")
            if answer.status != 200:
                return
            acknowledged.add(name)

    await asyncio.gather(*(one(caller) for caller in range(4)))


# ------------------------------------------------------------------ the table


def percentile(values: list[float], share: float) -> float:
    """Returns the value below which a share lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def _row(name: str, told: str) -> None:
    print(f"| {name} | {told} |", flush=True)


def measure(seconds: float, rate: float, thinks: float) -> None:
    """Makes the example, puts it under load, and prints the table."""
    from palate import Palate

    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "films"
        with Palate.init(folder, example="movies") as palate:
            palate.fit()
            people = [one.id for one in palate.store.users()]
        print("| what | measured |\n|---|---|")
        model = process("-m", "benchmarks.load", "--model", str(thinks))
        with model as (_, port), server(folder, port) as target:
            asyncio.run(_warm(target, people))
            _open_rows(target, people, rate, seconds, thinks)
        with server(folder) as target:
            asyncio.run(_warm(target, people))
            _closed_rows(target, people, seconds / 6)
        told, lost = asyncio.run(kill_rounds(folder, 3))
        _row("kill -9 amid feedback, 3 times", f"{told} acknowledged, {lost} lost")


def _closed_rows(target: Target, people: list[str], seconds: float) -> None:
    for callers in (1, 8, 32):
        answers, took = asyncio.run(closed_loop(target, people, callers, seconds))
        bad = sum(one.status != 200 for one in answers)
        p95 = percentile([one.total for one in answers], 0.95)
        told = f"{len(answers) / took:.0f} requests/s, p95 {p95:.0f} ms, {bad} errors"
        _row(f"no model, {callers} callers without a pause", told)
    held = asyncio.run(hold(target, 90, 3))
    files = f"{held['before']} before, {held['during']} during, {held['after']} after"
    told = f"others: {held['failed']} errors, slowest {held['slowest_ms']} ms; open files {files}"
    _row("30 callers send half, 30 hang up, 30 never read", told)


async def _warm(target: Target, people: list[str]) -> None:
    for one in people[:40]:
        await once(target, {"user": one, "n": 1, "rank_by": "prior"})
    await asyncio.gather(*(once(target, {"user": one}) for one in people[:10]))


def _open_rows(
    target: Target, people: list[str], rate: float, seconds: float, thinks: float
) -> None:
    answers, memory, most = asyncio.run(open_loop(target, people, rate, seconds))
    own, total = [one.own for one in answers], [one.total for one in answers]
    statuses = Counter(one.status for one in answers)
    deciders = Counter(one.ranked_by for one in answers)
    _row("open loop", f"{rate:g} requests/s for {seconds:g} s, a model that takes {thinks:g} s")
    _row("most in flight", str(most))
    _row("statuses", ", ".join(f"{k}: {v}" for k, v in sorted(statuses.items())))
    _row("ranked by", ", ".join(f"{k or 'nothing'}: {v}" for k, v in sorted(deciders.items())))
    _row("our own share", f"p50 {percentile(own, 0.5):.0f} ms, p95 {percentile(own, 0.95):.0f} ms, "
         f"p99 {percentile(own, 0.99):.0f} ms")  # fmt: skip
    _row("the whole, as the caller sees it", f"p50 {percentile(total, 0.5):.0f} ms, p95 "
         f"{percentile(total, 0.95):.0f} ms")  # fmt: skip
    full = memory[min(len(memory) - 1, 10)]
    _row("memory of the server", f"{memory[0]:.0f} MB at first, {full:.0f} MB once full, "
         f"{max(memory):.0f} MB at most, {memory[-1]:.0f} MB at the end")  # fmt: skip


def main() -> None:
    """Runs the measurement, or the model's process of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--think", type=float, default=5)
    parser.add_argument("--model", type=float, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.model is not None:
        asyncio.run(think(given.model))
        return
    measure(given.seconds, given.rate, given.think)


if __name__ == "__main__":
    main()
