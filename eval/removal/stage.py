"""Asks every variant again without what its reasons cited: a stage after the answers of a run.

For the first reason of an answer that the model wrote itself and that cites history items, the same
prompt is made once more without those items, and once without as many others that were shown (drawn
by the case): that one tells how far a rank moves anyway when a history gets shorter. The candidates
stay the same. Calls stand in the log and are resumed, replayed and paid like all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from palate.domain import Model, Usage
from palate.eval.cases import Case
from palate.eval.ordering import tie_key
from palate.eval.runs.answer import Maker, answer_from
from palate.eval.runs.health import own_order
from palate.eval.runs.log import latest_answers
from palate.eval.runs.variants import Variant

REMOVED = "evidence-removed"


@dataclass(frozen=True, slots=True)
class Cited:
    """A reason that can be tried.

    Attributes:
        item: What it explains.
        cites: History items that it names.
        place: Of the item in the model's own order, from 1.
    """

    item: str
    cites: tuple[str, ...]
    place: int


#: (variant key, case id) -> the reason that is tried.
Docket = Mapping[tuple[str, str], Cited]


class Asker(Protocol):
    """Asks a variant with a shorter history."""

    def shown(self, case: Case, variant: Variant) -> Sequence[str]:
        """Returns the liked items of the history that the variant's prompt shows."""
        ...

    async def ask(
        self, case: Case, variant: Variant, model: Model, without: Sequence[str]
    ) -> tuple[tuple[str, ...], Usage]:
        """Returns the model's own order, empty where it gave none, and what it cost."""
        ...


def original(variants: Sequence[Variant]) -> list[Variant]:
    """Returns the variants that are asked again: no probes, and of repeats the first."""
    return [one for one in variants if one.probe == "none" and one.repeat == 0]


def removal_variants(variants: Sequence[Variant]) -> list[Variant]:
    """Returns what the log calls the second asking of each of `original`."""
    return [
        replace(one, name=f"{one.name}: {REMOVED}", ranker=f"{one.ranker}:{REMOVED}")
        for one in original(variants)
    ]  # fmt: skip


def read_cited(log: Path, cases: Sequence[Case], variants: Sequence[Variant]) -> Docket:
    """Finds the reasons of a run that can be tried."""
    ids, keys = {case.id for case in cases}, {one.key for one in variants}
    found: dict[tuple[str, str], Cited] = {}
    for record in latest_answers(log):
        if record["v"] in keys and record["c"] in ids:
            answer = answer_from(record)
            own = own_order(answer)
            told = next((one for one in answer.reasons
                         if one.by == "model" and one.cites and one.item in own), None)  # fmt: skip
            if told is not None:
                place = own.index(told.item) + 1
                found[record["v"], record["c"]] = Cited(told.item, told.cites, place)
    return found


def untried(
    log: Path, originals: Mapping[str, Variant], docket: Docket
) -> Iterator[tuple[str, str]]:
    """Yields the places of a log that say "no reason to try" where there is one by now.

    An answer that failed has none; `--retry-errors` may have brought one since.
    """
    for record in latest_answers(log):
        one = originals.get(record["v"])
        if one is not None and "item" not in record and (one.key, record["c"]) in docket:
            yield record["v"], record["c"]


@dataclass(frozen=True, slots=True)
class Removed:
    """One case asked again: places of the item, ``None`` where there was no order."""

    tried: Cited | None = None
    cited: int | None = None
    other: int | None = None
    controlled: bool = False
    usage: Usage = Usage()

    def record(self) -> dict[str, Any]:
        """Returns JSON values."""
        usage = [self.usage.calls, self.usage.prompt_tokens, self.usage.completion_tokens]
        if self.tried is None:
            return {"usage": usage}
        return {
            "item": self.tried.item, "before": self.tried.place, "cited": self.cited,
            "other": self.other, "controlled": self.controlled, "usage": usage,
        }  # fmt: skip


@dataclass(frozen=True)
class RemovalEntrant:
    """Asks one variant again."""

    variant: Variant
    model: Model
    docket: Docket
    asker: Asker
    seed: int

    async def answer(self, case: Case) -> Removed:
        """Tries the reason of a case, if it has one."""
        tried = self.docket.get((self.variant.key, case.id))
        if tried is None:
            return Removed()
        cited, spent = await self._place(case, tried, tried.cites)
        others = self._others(case, tried)
        if not others:
            return Removed(tried, cited, usage=spent)
        other, more = await self._place(case, tried, others)
        return Removed(tried, cited, other, True, spent + more)

    def _others(self, case: Case, tried: Cited) -> list[str]:
        """Draws as many items that were shown and not cited; none where there are fewer."""
        shown = self.asker.shown(case, self.variant)
        gone = [item for item in tried.cites if item in shown]
        left = [item for item in shown if item not in tried.cites and item != tried.item]
        drawn = sorted(left, key=lambda item: tie_key(item, f"{self.seed}|{case.id}".encode()[:64]))
        return drawn[: len(gone)] if 0 < len(gone) <= len(left) else []

    async def _place(
        self, case: Case, tried: Cited, without: Sequence[str]
    ) -> tuple[int | None, Usage]:
        order, usage = await self.asker.ask(case, self.variant, self.model, without)
        if not order:
            return None, usage
        place = order.index(tried.item) + 1 if tried.item in order else len(order) + 1
        return place, usage


@dataclass(frozen=True)
class RemovalMaker:
    """Makes what is asked again where a run makes variants."""

    inner: Maker
    originals: Mapping[str, Variant]
    docket: Docket
    asker: Asker
    seed: int

    def entrant(self, variant: Variant, model: Model) -> RemovalEntrant:
        """Makes the second asking of a variant."""
        return RemovalEntrant(
            self.originals[variant.key], model, self.docket, self.asker, self.seed
        )

    def model(self, variant: Variant) -> Model:
        """Makes the variant's model."""
        return self.inner.model(variant)

    def facts(self, ids: Sequence[str]) -> Any:
        """Returns what is known of items."""
        return self.inner.facts(ids)
