"""Measures how well a judge agrees with people, on reasons that people labelled."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from palate.domain import Model
from palate.eval.judge.agreement import agreement
from palate.eval.judge.ask import Scored
from palate.eval.judge.bench import Bench
from palate.eval.judge.labels import Labelled, Labels
from palate.eval.judge.tables import AGREEMENT_HEADS, agreement_row
from palate.eval.judge.values import Calibration

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Calibrated:
    """What came out: the agreement, why reasons were left unscored, and the cost."""

    found: Calibration
    causes: Mapping[str, int]
    calls: int
    tokens: int

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        return asdict(self)

    def __rich__(self) -> RenderableType:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(title=f"{self.found.model} with {self.found.rubric}", title_justify="left",
                      box=None, pad_edge=False)  # fmt: skip
        for head in ("question", *AGREEMENT_HEADS):
            table.add_column(head, overflow="fold")
        for name, one in self.found.dimensions.items():
            table.add_row(*map(Text, (name, *agreement_row(one))))
        causes = ", ".join(f"{count} {cause}" for cause, count in self.causes.items()) or "none"
        told = (
            f"{self.found.cases} labelled reasons of {self.found.source}; unscored: {causes}. "
            f"{self.calls} calls, {self.tokens:,} tokens. In brackets: bootstrap over cases."
        )
        return Group(table, Text(told, style="dim"))


def calibrate(bench: Bench, model: Model, labels: Labels, *, jobs: int) -> Calibrated:
    """Asks a judge about every labelled reason, and compares.

    Args:
        bench: The judge's prompts.
        model: The judge.
        labels: What people said.
        jobs: Calls at once.
    """
    labelled = labels.cases
    said = asyncio.run(_ask(bench, model, labelled, jobs))
    scored = [(one, it.verdict.scores) for one, it in zip(labelled, said, strict=True)
              if it.verdict]  # fmt: skip
    found = {
        part.name: agreement(
            [one.labels[part.name] for one, _ in scored],
            [scores[part.name] for _, scores in scored], len(labelled) - len(scored),
        )
        for part in bench.questions.rubric.dimensions
    }  # fmt: skip
    template = bench.questions.reason
    made = Calibration(
        bench.rubric, template.sha256, bench.spec.model.name, labels.sha256, labels.source,
        len(labelled),
        f"{datetime.now(UTC):%Y-%m-%d}", found,
    )  # fmt: skip
    causes = Counter(one.cause for one in said if one.cause)
    tokens = sum(one.usage.prompt_tokens + one.usage.completion_tokens for one in said)
    return Calibrated(made, dict(causes), sum(one.usage.calls for one in said), tokens)


async def _ask(bench: Bench, model: Model, labelled: Sequence[Labelled], jobs: int) -> list[Scored]:
    turn = asyncio.Semaphore(jobs)

    async def one(case: Labelled) -> Scored:
        async with turn:
            call = bench.questions.about(case.exhibit, case.reason)
            return await bench.questions.score(model, call)

    try:
        return list(await asyncio.gather(*map(one, labelled)))
    finally:
        await model.aclose()
