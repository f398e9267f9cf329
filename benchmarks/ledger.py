"""What a prompt costs: tokens in and out for each ranker on ml-latest-small.

    python -m benchmarks.ledger FOLDER [--people N] [--json FILE]

FOLDER holds `ml-latest-small`. 20 candidates, 20 history items; the tokenizer is the best one on
this machine, and is named. "Shared" is what the prompts of two people have in common from their
start: what a server's prefix cache can keep. Exits with 1 where a bound of `BOUNDS` is broken.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from palate.agent.rankers import RANKERS, make_ranker, template_of
from palate.prompts.render import Brief, render

if TYPE_CHECKING:
    from palate import Palate
    from palate.domain import RenderedPrompt

#: Ranker -> tokens in, at most; and tokens out where they are bounded by more than `max_tokens`.
BOUNDS = {"first-token": (550, 1), "listwise": (900, None)}


@dataclass(frozen=True)
class Entry:
    """Tokens of one call of a ranker, over people.

    Attributes:
        median, most: Of the prompt.
        out: The most that the reply may have.
        shared: Common to the prompts of two people, median.
        shared_pool: The same, where both are shown the same candidates.
    """

    ranker: str
    median: float
    most: int
    out: int
    shared: float
    shared_pool: float


def _start(one: str, other: str) -> str:
    """Returns what two texts have in common from their start."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(letter for letter, _ in same)


def _text(prompt: RenderedPrompt) -> str:
    return "\n".join(message.content for message in prompt.messages)


def prompts(palate: Palate, ranker: str, people: Sequence[str], pool: Sequence[str] | None
            ) -> list[RenderedPrompt]:  # fmt: skip
    """Renders a ranker's prompt for each person; of the same candidates where a pool is given."""
    engine = palate.engine
    template = template_of(make_ranker(ranker), palate.settings, palate.library)
    rendered = []
    for person in people:
        prepared = engine.prepare(palate.request(person, candidates=pool), prompt=True)
        brief = Brief(
            prepared.pool.candidates, prepared.profile, prepared.request, prepared.items,
            palate.settings,
        )  # fmt: skip
        rendered.append(render(template, brief, engine.count))
    return rendered


def entry(palate: Palate, ranker: str, people: Sequence[str], pool: Sequence[str]) -> Entry:
    """Counts one ranker."""
    own = prompts(palate, ranker, people, None)
    same = prompts(palate, ranker, people[:20], pool)
    sizes = [prompt.tokens.tokens for prompt in own]

    def shared(found: Sequence[RenderedPrompt]) -> float:
        starts = (_start(_text(a), _text(b)) for a, b in pairwise(found))
        return statistics.median(palate.engine.count(start).tokens for start in starts)

    out = 1 if ranker == "first-token" else max(prompt.max_tokens for prompt in own)
    return Entry(ranker, statistics.median(sizes), max(sizes), out, shared(own), shared(same))


def measure(folder: Path, people: int) -> tuple[str, list[Entry]]:
    """Builds a workspace of ml-latest-small and counts every ranker.

    Returns:
        The tokenizer's name, and an entry for each ranker.
    """
    from palate import Palate

    with (
        tempfile.TemporaryDirectory(prefix="palate-ledger-") as work,
        Palate.init(Path(work) / "films") as palate,
    ):
        for kind in ("items", "events"):
            getattr(palate, f"ingest_{kind}")(folder / "ml-latest-small")
        palate.fit()
        # Everybody there has rated at least 20 films.
        known = [str(n) for n in range(1, people + 1)]
        pool = [one.item.id for one in palate.recommend(None, n=20)]
        found = [entry(palate, ranker, known, pool) for ranker in RANKERS]
        return palate.engine.count("").tokenizer, found


def broken(found: Sequence[Entry]) -> list[str]:
    """Returns the bounds that are broken, in words."""
    told = []
    for one in found:
        most, out = BOUNDS.get(one.ranker, (None, None))
        if most is not None and one.most > most:
            told.append(f"{one.ranker}: {one.most} tokens in, at most {most} wanted")
        if out is not None and one.out > out:
            told.append(f"{one.ranker}: {one.out} tokens out, at most {out} wanted")
    return told


def table(tokenizer: str, found: Sequence[Entry]) -> Table:
    """Returns the entries as a table."""
    shown = Table(title="Tokens a call on ml-latest-small", caption=f"Tokenizer: {tokenizer}")
    names = ("ranker", "in: median", "in: most", "out: at most", "shared", "shared, one pool")
    for name in names:
        shown.add_column(name, justify="left" if name == "ranker" else "right")
    for one in found:
        numbers = (one.median, one.most, one.out, one.shared, one.shared_pool)
        shown.add_row(one.ranker, *(f"{number:,.0f}" for number in numbers))
    return shown


def main(arguments: Sequence[str]) -> int:
    """Counts and prints; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds ml-latest-small")
    parser.add_argument("--people", type=int, default=200, help="how many, at most 610")
    parser.add_argument("--json", type=Path, help="also write the entries to this file")
    options = parser.parse_args(arguments)
    tokenizer, found = measure(options.folder, options.people)
    Console(width=100, highlight=False).print(table(tokenizer, found))
    if options.json:
        entries = {"tokenizer": tokenizer, "rankers": [asdict(one) for one in found]}
        options.json.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    for sentence in broken(found):
        print(sentence, file=sys.stderr)
    return 1 if broken(found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
