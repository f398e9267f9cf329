"""How soon bad bodies are refused: `python -m benchmarks.bodies [--rounds 1]`.

Oversized, malformed, packed and overfull bodies (`benchmarks.bad_bodies`) are sent to a server in a
process of its own, one after the other, each on a connection of its own. Each must be refused in
the one shape of errors within 100 ms of its first byte, as the caller sees it; with the time that
sending takes, up to 16 MB. The model's address is a listener that counts who calls: nobody may.
Prints a table in Markdown, and fails if a body took longer in each of the rounds. One is enough on
a machine that does little else; with more, it may be busy once.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bad_bodies import Bad, bad_bodies
from benchmarks.load import server
from palate import Palate

#: Seconds within which a body must be refused.
BOUND = 0.1


@dataclass(frozen=True)
class Told:
    """What became of a body.

    Attributes:
        status: Of the answer.
        wrong: What is wrong with the answer; empty if nothing is.
        seconds: From its first byte to the whole answer.
    """

    status: int
    wrong: str
    seconds: float


def send(host: str, port: int, token: str, bad: Bad) -> Told:
    """Sends one body and reads what is answered."""
    pieces = list(bad.pieces(f"{host}:{port}", token))
    with socket.create_connection((host, port), timeout=30) as line:
        # Beside the sending: a refusal may come before the body is out.
        reader = _Reader(line)
        started = time.perf_counter()
        reader.start()
        try:
            for piece in pieces:
                line.sendall(piece)
        except ConnectionError:
            pass  # it has hung up, and what it said is read all the same
        reader.join(30)
    return _told(bad, reader.said, reader.ended - started)


class _Reader(threading.Thread):
    """Reads one answer."""

    def __init__(self, line: socket.socket) -> None:
        super().__init__()
        self._line = line
        self.said, self.ended = b"", 0.0

    def run(self) -> None:
        while not _whole(self.said):
            try:
                part = self._line.recv(65_536)
            except OSError:
                break
            if not part:
                break
            self.said += part
        self.ended = time.perf_counter()


def _whole(said: bytes) -> bool:
    head, parted, body = said.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
    return bool(parted) and length.isdigit() and len(body) >= int(length)


def _told(bad: Bad, said: bytes, seconds: float) -> Told:
    head, _, body = said.partition(b"\r\n\r\n")
    try:
        status, problem = int(head.split()[1]), json.loads(body)
    except (ValueError, IndexError):
        return Told(0, f"no answer: {said[:60]!r}", seconds)
    if status not in bad.statuses:
        return Told(status, f"{status} instead of one of {bad.statuses}", seconds)
    typed = problem.get("type", "").startswith("urn:palate:problem:")
    return Told(status, "" if typed and problem["status"] == status else "not typed", seconds)


@contextmanager
def nobody() -> Iterator[tuple[int, list[str]]]:
    """Listens as a model would, and answers nothing; yields its port and who has called."""
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def count() -> None:
            while True:
                try:
                    line, who = listener.accept()
                except OSError:
                    return
                calls.append(str(who))
                line.close()

        threading.Thread(target=count, daemon=True).start()
        yield listener.getsockname()[1], calls


def measure(host: str, port: int, token: str, bodies: Sequence[Bad], rounds: int) -> list[Told]:
    """Returns of each body the quickest of some rounds, or the first that went wrong."""
    found = [send(host, port, token, one) for one in bodies]
    for _ in range(rounds - 1):
        for place, bad in enumerate(bodies):
            again = send(host, port, token, bad)
            if not found[place].wrong:
                slower = again.wrong or again.seconds < found[place].seconds
                found[place] = again if slower else found[place]
    return found


def _table(bodies: Sequence[Bad], found: Sequence[Told], calls: int) -> int:
    times = sorted(1000 * one.seconds for one in found)
    late = [(bad, one) for bad, one in zip(bodies, found, strict=True) if one.seconds > BOUND]
    wrong = [(bad, one) for bad, one in zip(bodies, found, strict=True) if one.wrong]
    print("| what | measured |\n|---|---|")
    print(f"| bodies | {len(bodies)} |")
    print(f"| refused with a typed 4xx | {len(found) - len(wrong)} |")
    print(f"| within {1000 * BOUND:.0f} ms | {len(found) - len(late)} |")
    print(f"| milliseconds | p50 {times[len(times) // 2]:.1f}, "
          f"p95 {times[int(0.95 * len(times))]:.1f}, most {times[-1]:.1f} |")  # fmt: skip
    print(f"| calls of the model | {calls} |")
    slow = sorted(zip(bodies, found, strict=True), key=lambda pair: -pair[1].seconds)[:5]
    for bad, one in slow:
        print(f"| slow: {bad.name} ({bad.path}) | {one.status}, {1000 * one.seconds:.1f} ms |")
    for bad, one in wrong:
        print(f"| wrong: {bad.name} ({bad.path}) | {one.wrong} |")
    return len(wrong) + len(late) + calls


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    rounds = parser.parse_args().rounds
    bodies = bad_bodies()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "films"
        with Palate.init(folder, example="movies") as palate:
            palate.fit()
        with nobody() as (model, calls), server(folder, str(model)) as target:
            found = measure(target.host, target.port, target.token, bodies, rounds)
            faults = _table(bodies, found, len(calls))
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
