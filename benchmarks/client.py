"""Client CPU per one-token call: the plain SDK, Palate's client over it, and a bare client.

    python -m benchmarks.client [--calls N] [--json FILE]

The server is a process of its own, so that its work is not counted. Every reply is one token with
20 log-probabilities. Milliseconds are of this process' CPU, user and system.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

CONCURRENCY = (1, 16, 128)
_ROUNDS = 3
#: Milliseconds that a call may take `_OURS`.
BOUND = 1.0
_OURS = "Palate over aiohttp"
_PROMPT = "Candidates:\n" + "\n".join(f"{n} A film; drama, comedy" for n in range(60))
_BODY = {
    "model": "m", "messages": [{"role": "user", "content": _PROMPT}], "max_tokens": 1,
    "temperature": 0, "logprobs": True, "top_logprobs": 20,
}  # fmt: skip
Ask = Callable[[], Awaitable[object]]
Client = Callable[[str, Callable[[Ask], Awaitable[float]]], Awaitable[float]]


def _reply() -> bytes:
    tops = [{"token": chr(65 + n), "logprob": -1.0 - n, "bytes": [65 + n]} for n in range(20)]
    content = [{"token": "A", "logprob": -1.0, "bytes": [65], "top_logprobs": tops}]
    choice = {
        "index": 0, "finish_reason": "length", "logprobs": {"content": content},
        "message": {"role": "assistant", "content": "A"},
    }  # fmt: skip
    body = json.dumps({
        "id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice],
        "usage": {"prompt_tokens": 500, "completion_tokens": 1, "total_tokens": 501},
    }).encode()  # fmt: skip
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def _serve() -> None:
    reply = _reply()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
                await reader.readexactly(int(length))
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def plain_sdk(url: str, measure: Callable[[Ask], Awaitable[float]]) -> float:
    """The openai client as it comes."""
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
        return await measure(lambda: client.chat.completions.create(**_BODY))  # type: ignore[call-overload]


async def palate_client(
    url: str, measure: Callable[[Ask], Awaitable[float]], transport: str = "sdk"
) -> float:
    """Palate's model: deadline, breaker, throttle, reading and checks, over a carrier."""
    from palate.agent.models.openai import OpenAIModel
    from palate.domain import Message, ModelCall

    call = ModelCall((Message("user", _PROMPT),), 1, None, 20)
    model = OpenAIModel("m", base_url=url, transport=transport)
    try:
        return await measure(lambda: model.complete(call, deadline=time.monotonic() + 60))
    finally:
        await model.aclose()


async def bare(url: str, measure: Callable[[Ask], Awaitable[float]]) -> float:
    """httpcore2, which the SDK brings along, and the same reading and checks as Palate's model."""
    import httpcore2

    from palate.agent.models.replies import read_completion

    address, headers = f"{url}/chat/completions", [(b"Content-Type", b"application/json")]
    async with httpcore2.AsyncConnectionPool(max_connections=256) as pool:

        async def ask() -> object:
            body = json.dumps(_BODY).encode()
            sized = [*headers, (b"Content-Length", str(len(body)).encode()), (b"Host", b"x")]
            answer = await pool.request("POST", address, headers=sized, content=body)
            return read_completion(answer.content, "m")

        return await measure(ask)


async def streams(url: str, measure: Callable[[Ask], Awaitable[float]]) -> float:
    """Bare asyncio streams: what HTTP over a kept connection costs at the least.

    It reads only what this benchmark's server writes, so it is a floor and no client.
    """
    from palate.agent.models.replies import read_completion

    port = int(url.split(":")[2].split("/", maxsplit=1)[0])
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask() -> object:
        body = json.dumps(_BODY).encode()
        reader, writer = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"
        writer.write(head.encode() + b"\r\n\r\n" + body)
        told = await reader.readuntil(b"\r\n\r\n")
        length = told.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        answer = await reader.readexactly(int(length))
        free.append((reader, writer))
        return read_completion(answer, "m")

    try:
        return await measure(ask)
    finally:
        for _, writer in free:
            writer.close()


CLIENTS: dict[str, Client] = {
    "plain SDK": plain_sdk, "Palate over the SDK": palate_client,
    _OURS: partial(palate_client, transport="aiohttp"), "httpcore2 + json": bare,
    "asyncio streams + json": streams,
}  # fmt: skip


def _measure(concurrency: int, calls: int) -> Callable[[Ask], Awaitable[float]]:
    """Returns what measures the CPU milliseconds of a call."""

    async def work(ask: Ask, left: list[int]) -> None:
        while left:
            left.pop()
            await ask()

    async def rounds(ask: Ask) -> float:
        found = []
        for _ in range(_ROUNDS + 1):
            left, before = [0] * calls, time.process_time()
            await asyncio.gather(*(work(ask, left) for _ in range(concurrency)))
            found.append((time.process_time() - before) / calls * 1000)
        return statistics.median(found[1:])  # the first round opens connections

    return rounds


def measure(calls: int) -> dict[str, dict[int, float]]:
    """Returns client -> concurrency -> CPU milliseconds per call, median of three rounds."""
    command = [sys.executable, "-m", "benchmarks.client", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
            return {
                name: {n: asyncio.run(client(url, _measure(n, calls))) for n in CONCURRENCY}
                for name, client in CLIENTS.items()
            }
        finally:
            server.kill()


def table(found: dict[str, dict[int, float]]) -> Table:
    """Returns the figures as a table."""
    shown = Table(title="Client CPU per one-token call, ms")
    shown.add_column("client")
    for n in CONCURRENCY:
        shown.add_column(f"{n} at once", justify="right")
    for name, row in found.items():
        shown.add_row(name, *(f"{value:.2f}" for value in row.values()))
    return shown


def main(arguments: Sequence[str]) -> int:
    """Measures and prints; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.client", description=__doc__)
    parser.add_argument("--calls", type=int, default=400, help="calls a round")
    parser.add_argument("--json", type=Path, help="also write what was measured to this file")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        asyncio.run(_serve())
        return 0
    found = measure(options.calls)
    Console(width=80, highlight=False).print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    slow = [n for n, milliseconds in found[_OURS].items() if milliseconds >= BOUND]
    if slow:
        print(f"{_OURS}: {BOUND:g} ms or more at {slow} at once", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
