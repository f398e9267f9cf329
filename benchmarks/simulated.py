"""The algorithms on simulated models whose behaviour is known: one fixed grid, every cell printed.

    python -m benchmarks.simulated [--cases N] [--tuning N] [--tuning-seed N] [--json FILE]

Rankers, fusion, lift cap and tuning are the real ones; the people, the prior and the models are
simulated (see `simulated_world`). The grid, the world and the bounds were fixed before any result:
skill 0, .25, .5, .75, 1 with a bias to what stands first of 0, .5, 1, and an adversary.

*Full consensus* is the same one-token question asked under ``ranking.permutations`` (5) deals of
the letters, the log-probabilities averaged: it knows everything that five calls can tell. The
`consensus` ranker (five orders of letters, Kemeny) stands beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.simulated_cells import CAP, Cell, Gain, over, table
from benchmarks.simulated_world import SimulatedReader, World, make_world
from palate.agent.rankers import RankTask, make_ranker
from palate.agent.rankers.asking import Asking, ask
from palate.agent.rankers.logprobs import TOP, label_logprobs, lean_of
from palate.agent.tuning import Heard
from palate.agent.tuning_store import Tuned
from palate.domain import Candidate, Completion, ModelCall, Profile, Request, Start, TokenCount
from palate.eval.bootstrap import paired
from palate.eval.metrics import NDCG, evaluate
from palate.prompts.library import Library
from palate.settings import Settings
from palate.workspace.weighing import weigh

SKILLS, BIASES = (0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0)
#: The adversary's skill; it reverses the truth.
ADVERSARY = -1.0
GRID = tuple((skill, bias) for skill in (*SKILLS, ADVERSARY) for bias in BIASES)
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that the cells share."""

    library: Library
    settings: Settings

    def task(
        self, pool: Sequence[Candidate], ranker: str, tuned: Mapping[tuple[str, str], Tuned]
    ) -> RankTask:
        """Makes the task of one pool."""
        return RankTask(
            candidates=pool, profile=Profile(None, Start.NO_USER), request=Request(),
            rank_by="model", items={}, settings=self.settings,
            template=self.library.get(make_ranker(ranker).template), count=_count,
            tuned=tuned,
        )  # fmt: skip


def _count(text: str) -> TokenCount:
    return TokenCount(len(text) // 4, "characters / 4")


class Listened(SimulatedReader):
    """A simulated reader that notes its log-probabilities by label, and counts."""

    calls = 0

    def listen(self) -> list[Mapping[str, float]]:
        """Begins to note replies, and returns where."""
        self.heard: list[Mapping[str, float]] = []
        return self.heard

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Answers, and notes."""
        self.calls += 1
        completion = await super().complete(call, deadline=deadline)
        if call.top_logprobs and hasattr(self, "heard"):
            found = label_logprobs(completion.top_logprobs[0], call.labels)
            if found is not None:
                self.heard.append({label: found.values[label] for label in call.labels})
        return completion


async def _opinions(
    bench: Bench,
    world: World,
    model: SimulatedReader,
    tuned: Mapping[tuple[str, str], Tuned],
    name: str = "first-token",
) -> tuple[list[Heard], float]:
    """Asks a ranker about every case; returns the opinions, and the calls a case."""
    ranker, heard, calls = make_ranker(name), [], 0
    for case, pool in enumerate(world.pools):
        task = bench.task(pool, name, tuned)
        ranking = await ranker.rank(task, model, deadline=time.monotonic() + _PATIENCE)
        assert ranking.opinion is not None
        shown = [candidate.item.id for candidate in pool]
        heard.append(Heard(str(case), pool, ranking.opinion, shown, world.truths[case]))
        calls += ranking.usage.calls
    return heard, calls / len(heard)


async def _full(bench: Bench, world: World, model: SimulatedReader) -> list[list[str]]:
    """Asks under every deal, and averages the log-probabilities."""
    orders = []
    for pool in world.pools:
        task, total = bench.task(pool, "first-token", {}), dict[str, float]()
        for seed in range(bench.settings.ranking.permutations):
            asking = Asking(seed=seed, top_logprobs=TOP)
            answer = await ask(task, model, asking, deadline=time.monotonic() + _PATIENCE)
            found = label_logprobs(answer.completion.top_logprobs[0], answer.prompt.labels)
            assert found is not None
            for label, value in found.values.items():
                item = answer.prompt.labels[label]
                total[item] = total.get(item, 0.0) + value
        orders.append(sorted(total, key=lambda item: -total[item]))
    return orders


async def _kemeny(bench: Bench, world: World, model: SimulatedReader) -> list[tuple[str, ...]]:
    ranker = make_ranker("consensus")
    return [
        (await ranker.rank(bench.task(pool, "consensus", {}), model,
                           deadline=time.monotonic() + _PATIENCE)).order
        for pool in world.pools
    ]  # fmt: skip


def measure(bench: Bench, new: World, old: World, skill: float, bias: float) -> Cell:
    """Tunes on the old cases, and measures on the new ones."""
    model = Listened({**new.tastes, **old.tastes}, skill, bias)
    replies = model.listen()
    asyncio.run(_opinions(bench, old, model, {}))
    leans = lean_of(replies)
    sha = bench.library.get("rank/first-token").sha256
    leaning = {(sha, "first-token"): Tuned(0, 0, 0, 0, 0, 0, leans=leans)}
    tuned = weigh(asyncio.run(_opinions(bench, old, model, leaning))[0], leans=leans)
    raw, raw_calls = asyncio.run(_opinions(bench, new, model, {}))
    heard, calls = asyncio.run(_opinions(bench, new, model, leaning))
    part = World(new.pools[:_KEMENY], new.truths[:_KEMENY], new.tastes)

    def values(order: Callable[[Heard], Sequence[str]], cases: Sequence[Heard] = heard) -> Values:
        return _ndcg(new, [order(case) for case in cases])

    prior = values(lambda case: case.order(0.0))

    def gain(heard: Sequence[Heard], weight: float) -> Gain:
        fused = values(lambda case: case.order(weight), heard)
        found = paired(fused, prior, seed=1).difference
        return Gain(weight, found.mean, found.low, found.high)

    letters = [asyncio.run(_opinions(bench, one, model, {}, "labels"))[0] for one in (old, new)]
    untuned = bench.settings.ranking.weight
    full = _ndcg(new, asyncio.run(_full(bench, new, model)))
    kemeny = _ndcg(part, asyncio.run(_kemeny(bench, part, model)))
    return Cell(
        skill, bias,
        full=_mean(full),
        kemeny=over(_mean(kemeny), _mean(full[:_KEMENY])),
        once=_mean(values(lambda case: case.order(1.0, rank_by="model"), raw)),
        once_calls=raw_calls,
        adaptive=_mean(values(lambda case: case.order(1.0, rank_by="model"))),
        calls=calls,
        prior=_mean(prior), fused=gain(heard, tuned.weight),
        untuned=_mean(values(lambda case: case.order(untuned), raw)) - _mean(prior),
        taken=_mean(values(lambda case: case.order(tuned.wanted))) - _mean(prior),
        letters=gain(letters[1], weigh(letters[0]).weight),
        lifted=max(_lifted(case, tuned.weight) for case in heard),
    )  # fmt: skip


Values = np.ndarray
#: Cases that the `consensus` ranker is asked: it stands beside, and decides nothing.
_KEMENY = 150


def _ndcg(world: World, orders: Sequence[Sequence[str]]) -> Values:
    return evaluate([NDCG @ 10], world.truths, orders)[:, 0]


def _mean(values: Values) -> float:
    return float(values.mean())


def _lifted(case: Heard, weight: float) -> int:
    """Returns by how many places any item rose, with the cap in force."""
    place = {candidate.item.id: rank for rank, candidate in enumerate(case.candidates)}
    orders = (
        case.order(weight, lift_cap=CAP),
        case.order(10.0, lift_cap=CAP),
        case.order(1.0, rank_by="model", lift_cap=CAP),
    )
    return max(place[item] - now for order in orders for now, item in enumerate(order))


def run(
    cases: int,
    tuning: int,
    grid: Sequence[tuple[float, float]] = GRID,
    *,
    tuning_seed: int = 2,
) -> list[Cell]:
    """Measures every cell of a grid, over the same cases."""
    bench = Bench(Library.open(None), Settings())
    new, old = make_world(cases, seed=1), make_world(tuning, seed=tuning_seed)
    return [measure(bench, new, old, skill, bias) for skill, bias in grid]


def main() -> None:
    """Measures, prints, and writes the JSON that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulated")
    parser.add_argument("--cases", type=int, default=1000, help="new cases a cell")
    parser.add_argument("--tuning", type=int, default=400, help="cases that tuning learns from")
    parser.add_argument("--tuning-seed", type=int, default=2, help="of those cases")
    parser.add_argument("--json", type=Path, help="also write what was measured to this file")
    options = parser.parse_args()
    started = time.process_time()
    cells = run(options.cases, options.tuning, tuning_seed=options.tuning_seed)
    print(table(cells))
    broken = [one for one in cells if not one.holds]
    told = f"{len(cells) - len(broken)} of {len(cells)} cells hold every bound"
    print(f"\n{told}; {time.process_time() - started:.0f} s of CPU. (!) marks those that do not.")
    if options.json:
        rows = [asdict(one) | {"holds": one.holds} for one in cells]
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
