"""Counts what a run would call, without calling."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from palate.domain import Completion, ModelCall, Usage
from palate.eval.judge.bench import bench_of
from palate.eval.judge.docket import drawn
from palate.eval.removal.stage import original, removal_variants
from palate.eval.runs.labels import labelled
from palate.eval.runs.ledger import asking
from palate.eval.runs.pace import usd
from palate.workspace.witness import WorkspaceWitness

if TYPE_CHECKING:
    from palate.eval.cases import Case
    from palate.eval.runs.config import JudgeSpec, Removal
    from palate.eval.runs.variants import Variant
    from palate.workspace.entrants import WorkspaceFactory

#: As long as a reason may be: 25 words.
_REASON = "reason " * 25


class Counting:
    """Stands where the model would: counts, and says the candidates in the order of their labels.

    Rankers whose number of calls depends on the replies are counted as for that order.
    """

    def __init__(self, name: str, factory: WorkspaceFactory) -> None:
        self.name = name
        self.calls = self.prompt_tokens = self.completion_tokens = 0
        self.reasons = False
        self._factory = factory

    async def complete(self, call: ModelCall, *, deadline: float) -> Completion:
        """Counts a call."""
        del deadline
        self.calls += 1
        self.reasons |= "reasons" in str(call.schema)
        self.prompt_tokens += self._factory.count(call.messages)
        self.completion_tokens += call.max_tokens
        labels = list(labelled(call))
        text = " ".join(labels)
        logprobs = ({label: -1.0 - n for n, label in enumerate(labels)},)
        if call.schema is not None:
            text = json.dumps({"order": text, "reasons": []})
        found = logprobs if call.top_logprobs else ()
        return Completion(text, self.name, "stop", Usage(1), found)

    async def aclose(self) -> None:
        """There is nothing to close."""


def count_calls(
    factory: WorkspaceFactory, cases: Sequence[Case], variants: Sequence[Variant]
) -> list[dict[str, float | str]]:
    """Returns calls, tokens and the most that they can cost, a variant."""
    return [asyncio.run(_count(factory, cases, variant)) for variant in variants]


def count_removal(
    factory: WorkspaceFactory, cases: Sequence[Case], variants: Sequence[Variant], spec: Removal
) -> list[dict[str, float | str]]:
    """Returns the most that asking again without cited evidence takes: two calls for each one."""
    found = []
    for again, variant in zip(removal_variants(variants), original(variants), strict=True):
        model = Counting(variant.model.label, factory)
        row = asyncio.run(_count(factory, drawn(cases, spec.cases, spec.seed), variant, model))
        if model.reasons:
            twice = {name: value if isinstance(value, str) else 2 * value
                     for name, value in row.items()}  # fmt: skip
            found.append(twice | {"variant": again.name})
    return found


async def _count(
    factory: WorkspaceFactory,
    cases: Sequence[Case],
    variant: Variant,
    model: Counting | None = None,
) -> dict[str, float | str]:
    model = model or Counting(variant.model.label, factory)
    entrant = factory.entrant(variant, model)
    for case in cases:
        with asking(case):
            await entrant.answer(case)
    return {
        "variant": variant.name,
        "calls": model.calls,
        "prompt_tokens": model.prompt_tokens,
        "completion_tokens_at_most": model.completion_tokens,
        "usd_at_most": usd(variant.model, model.prompt_tokens, model.completion_tokens),
    }


def count_judge(
    factory: WorkspaceFactory, cases: Sequence[Case], variants: Sequence[Variant], spec: JudgeSpec
) -> dict[str, float | str]:
    """Returns the most that a judge can be asked: as if every answer had different reasons."""
    bench = bench_of(spec, factory.engine.library)
    witness, calls, tokens, most = WorkspaceWitness(factory), 0, 0, 0
    for case in drawn(cases, spec.cases, spec.seed):
        for variant in variants:
            pool = factory.prepared(case, variant.probe).pool.candidates[: spec.reasons]
            for candidate in pool:
                exhibit = witness.exhibit(case, variant, candidate.item.id)
                assert exhibit is not None
                asked = [bench.questions.about(exhibit, _REASON)]
                if spec.pairs:
                    asked += [bench.questions.between(exhibit, _REASON, _REASON)] * 2
                calls += len(asked)
                tokens += sum(factory.count(one.messages) for one in asked)
                most += sum(one.max_tokens for one in asked)
    return {
        "variant": bench.variant.name, "calls": calls, "prompt_tokens": tokens,
        "completion_tokens_at_most": most, "usd_at_most": usd(spec.model, tokens, most),
    }  # fmt: skip
