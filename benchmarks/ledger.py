"""What a ranker costs: calls, tokens in and out, and money on ml-latest-small.

    python -m benchmarks.ledger FOLDER [--people N] [--price-in USD --price-out USD] [--json FILE]

FOLDER holds `ml-latest-small`. 20 candidates, 20 history items, 5 reasons. Every ranker answers
whole requests; a *simulated* model, which says what is plausible and knows nothing, notes each call
that it gets. So "out, most" is the `max_tokens` that is really sent, and calls are counted where a
ranker decides how many it makes. The tokenizer is the best one on this machine, and is named.
"Shared" is what the first prompts of two people have in common from their start, which is what a
server's prefix cache can keep; "one pool" where both are shown the same candidates and
`prompts.shared_pool` is on. Rankers of many calls are asked for a tenth of the people.

Then `listwise` is asked once more by a model whose replies are all cut. Exits with 1 where a bound
of `BOUNDS` is broken, or where a cut reply makes no whole slate that says so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from palate.agent.rankers import RANKERS
from palate.domain import Completion, ModelCall

if TYPE_CHECKING:
    from palate import Palate, Slate
    from palate.domain import Model
    from palate.workspace.engine import Engine

#: Ranker -> tokens of a call at most: in, out.
BOUNDS = {"first-token": (550, 1), "listwise": (900, 400)}
_CUT = "reply cut at its token limit"
_MANY_CALLS = ("pointwise", "pairwise", "setwise")
Calls = list[tuple[ModelCall, Completion]]
Prices = tuple[float, float]


@dataclass(frozen=True)
class Entry:
    """What a ranker costs, over people.

    Attributes:
        calls: Of a request, mean.
        median, most: Tokens of a call's prompt.
        out: The most that a call's reply may have.
        request: Tokens in of a whole request, mean.
        usd: Of a thousand requests.
        shared: Tokens in common between the prompts of two people, median.
        shared_pool: The same, where both are shown the same candidates, before their history.
    """

    ranker: str
    calls: float
    median: float
    most: int
    out: int
    request: float
    usd: float
    shared: float
    shared_pool: float


class Listener:
    """Notes what a model is asked, and what it says."""

    def __init__(self, inner: Model) -> None:
        self.name, self._inner = inner.name, inner
        self.heard: Calls = []

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Asks the model behind it."""
        completion = await self._inner.complete(call, deadline=deadline)
        self.heard.append((call, completion))
        return completion

    async def aclose(self) -> None:
        """There is nothing to close."""


class Bench:
    """One workspace and a simulated model that ranks by chance.

    Args:
        palate: Fitted.
        fault: Of the simulated model.
        shared: With `prompts.shared_pool`.
    """

    def __init__(self, palate: Palate, *, fault: str = "", shared: bool = False) -> None:
        from palate.eval.runs.simulated import make_simulated
        from palate.workspace.engine import Engine

        name = "simulated:skill=0" + (f",fault={fault}" if fault else "")
        self.listener = Listener(make_simulated(name, "simulated", lambda _: {}))
        self.palate = palate
        layout = palate.settings.prompts.model_copy(update={"shared_pool": shared})
        settings = palate.settings.model_copy(update={"prompts": layout})
        self.engine: Engine = Engine(
            palate.store, palate.retriever, palate.library, settings, self.listener
        )

    def ask(
        self, ranker: str, person: str, pool: Sequence[str] | None = None
    ) -> tuple[Slate, Calls]:
        """Answers one request; returns the slate, and the calls that were made for it."""
        from palate.eval.cases import Case
        from palate.eval.runs.ledger import asking

        self.listener.heard.clear()
        with asking(Case(person, user=person, history=(), truth={})):
            slate = self.engine.recommend(
                self.palate.request(person, n=10, ranker=ranker, candidates=pool)
            )
        return slate, list(self.listener.heard)

    def tokens(self, text: str) -> int:
        """Counts."""
        return self.engine.count(text).tokens

    def shared(self, requests: Sequence[Calls]) -> float:
        """Returns how many tokens the first prompts of two requests share, median."""
        first = [_text(request[0][0]) for request in requests]
        return statistics.median(self.tokens(_start(a, b)) for a, b in pairwise(first))


def _text(call: ModelCall) -> str:
    return "\n".join(message.content for message in call.messages)


def _start(one: str, other: str) -> str:
    """Returns what two texts have in common from their start."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return "".join(letter for letter, _ in same)


def entry(
    palate: Palate, ranker: str, people: Sequence[str], pool: Sequence[str], prices: Prices
) -> Entry:
    """Counts one ranker.

    Args:
        palate: Fitted.
        ranker: Its name.
        people: Who asks.
        pool: Candidates to share.
        prices: US dollars for a million tokens in, and out.
    """
    bench, sharing = Bench(palate), Bench(palate, shared=True)
    own = [bench.ask(ranker, person)[1] for person in people]
    same = [sharing.ask(ranker, person, pool)[1] for person in people[:20]]
    calls = [pair for request in own for pair in request]
    sizes = [bench.tokens(_text(call)) for call, _ in calls]
    said = sum(bench.tokens(completion.text) for _, completion in calls)
    dollars = (sum(sizes) * prices[0] + said * prices[1]) / 1e6
    return Entry(
        ranker, len(calls) / len(own), statistics.median(sizes), max(sizes),
        max(call.max_tokens for call, _ in calls), sum(sizes) / len(own),
        1000 * dollars / len(own), bench.shared(own), bench.shared(same),
    )  # fmt: skip


def cut_short(bench: Bench, people: Sequence[str]) -> int:
    """Returns of how many people a cut reply made a slate that is not whole, or hides the cut."""
    slates = [bench.ask("listwise", person)[0] for person in people]
    whole = [len({line.item.id for line in one}) == 10 and _CUT in one.repairs for one in slates]
    return whole.count(False)


@contextmanager
def _films(folder: Path) -> Iterator[Palate]:
    from palate import Palate

    with tempfile.TemporaryDirectory(prefix="palate-ledger-") as work:
        flags = {"privacy__keep_traces": 0}
        with Palate.init(Path(work) / "films") as palate:
            for kind in ("items", "events"):
                getattr(palate, f"ingest_{kind}")(folder / "ml-latest-small")
            palate.fit()
        with Palate.open(Path(work) / "films", **flags) as palate:
            yield palate


def broken(found: Sequence[Entry]) -> list[str]:
    """Returns the bounds that are broken, in words."""
    told = []
    for one in found:
        most, out = BOUNDS.get(one.ranker, (one.most, one.out))
        if one.most > most:
            told.append(f"{one.ranker}: {one.most} tokens in, at most {most} wanted")
        if one.out > out:
            told.append(f"{one.ranker}: {one.out} tokens out, at most {out} wanted")
    return told


def table(tokenizer: str, prices: Prices, found: Sequence[Entry]) -> Table:
    """Returns the entries as a table."""
    caption = f"Tokenizer: {tokenizer}. Dollars at {prices[0]:g} in, {prices[1]:g} out a million."
    shown = Table(title="The cost of a ranker on ml-latest-small", caption=caption)
    names = (
        "ranker", "calls", "in,\nmedian", "in,\nmost", "out,\nmost", "in a\nrequest",
        "$ for\n1,000", "shared", "one\npool",
    )  # fmt: skip
    for name in names:
        shown.add_column(name, justify="left" if name == "ranker" else "right", no_wrap=True)
    for one in found:
        counts = (one.median, one.most, one.out, one.request)
        shown.add_row(
            one.ranker, f"{one.calls:.1f}", *(f"{count:,.0f}" for count in counts),
            f"{one.usd:.2f}", f"{one.shared:,.0f}", f"{one.shared_pool:,.0f}",
        )  # fmt: skip
    return shown


def main(arguments: Sequence[str]) -> int:
    """Counts and prints; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds ml-latest-small")
    parser.add_argument("--people", type=int, default=200, help="how many, at most 610")
    parser.add_argument("--price-in", type=float, default=0.15, help="dollars a million tokens in")
    parser.add_argument("--price-out", type=float, default=0.6, help="dollars a million tokens out")
    parser.add_argument("--json", type=Path, help="also write the entries to this file")
    options = parser.parse_args(arguments)
    prices = (options.price_in, options.price_out)
    # Everybody there has rated at least 20 films.
    people = [str(n) for n in range(1, options.people + 1)]
    with _films(options.folder) as palate:
        pool = [one.item.id for one in palate.recommend(None, n=20)]
        found = []
        for ranker in RANKERS:
            print(f"{ranker} ...", file=sys.stderr, flush=True)
            some = people[: max(2, len(people) // 10)] if ranker in _MANY_CALLS else people
            found.append(entry(palate, ranker, some, pool, prices))
        tokenizer = palate.engine.count("").tokenizer
        hidden = cut_short(Bench(palate, fault="cut"), people)
    console = Console(width=80, highlight=False)
    console.print(table(tokenizer, prices, found))
    whole = len(people) - hidden
    console.print(f"listwise, every reply cut: {whole} of {len(people)} slates whole, and say so")
    if options.json:
        entries = {"tokenizer": tokenizer, "rankers": [asdict(one) for one in found]}
        options.json.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    told = broken(found) + ([f"{hidden} slates hide that a reply was cut"] if hidden else [])
    for sentence in told:
        print(sentence, file=sys.stderr)
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
