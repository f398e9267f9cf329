"""The judge of a run: asked like a variant, case by case, so that the log, resuming, replaying, the
pace and the money limit hold for it as they do for every other call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from palate.domain import Model, ModelCall, Usage
from palate.errors import EvalError
from palate.eval.cases import Case
from palate.eval.judge.ask import UNKNOWN, Preferred, Questions, Scored
from palate.eval.judge.docket import Docket, Exhibited
from palate.eval.judge.exhibit import Witness
from palate.eval.judge.simulated import JUDGE_PREFIX, make_simulated_judge
from palate.eval.runs.answer import ItemFacts
from palate.eval.runs.config import JudgeSpec
from palate.eval.runs.variants import Variant
from palate.prompts.calls import prompt_hash
from palate.prompts.library import Library

#: What ``pairs`` says where the evidence's own sentences are the other side.
EVIDENCE = "evidence"


@dataclass(frozen=True)
class Bench:
    """A judge and its prompts.

    Attributes:
        variant: What the log calls the judge.
    """

    spec: JudgeSpec
    questions: Questions
    variant: Variant

    @property
    def rubric(self) -> str:
        """Template and version."""
        return f"{self.questions.reason.name}@{self.questions.reason.version}"


def bench_of(spec: JudgeSpec, library: Library) -> Bench:
    """Looks the templates of a judge up.

    Raises:
        PromptError: There is no such template, or it has no rubric.
    """
    reason = library.get(spec.rubric)
    pair = library.get(spec.pair_rubric) if spec.pairs else None
    names = [f"{one.name}@{one.version}" for one in (reason, pair) if one is not None]
    variant = Variant(f"judge: {spec.model.label}", " ".join(names), spec.model, "judge")
    return Bench(spec, Questions(reason, pair, spec.model.timeout), variant)


def check_pairs(spec: JudgeSpec, variants: Sequence[Variant]) -> None:
    """Checks whom pairs are made against.

    Raises:
        EvalError: It is neither the evidence nor a variant.
    """
    names = [one.name for one in variants]
    if spec.pairs and spec.pairs not in (EVIDENCE, *names):
        raise EvalError(
            f"judge.pairs is {spec.pairs!r}. Write evidence, or the name of a variant: "
            f"{', '.join(names)}."
        )


@dataclass
class Verdicts:
    """What the judge said of the reasons of one case."""

    scored: list[tuple[list[Exhibited], Scored]] = field(default_factory=list)
    preferred: list[tuple[list[Exhibited], Preferred]] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """Returns JSON values."""
        usage = Usage()
        for _, scored in self.scored:
            usage += scored.usage
        for _, preferred in self.preferred:
            usage += preferred.usage
        return {
            "verdicts": [{"of": _of(given), **_verdict(one)} for given, one in self.scored],
            "pairs": [{"of": _of(given), **_preference(one)} for given, one in self.preferred],
            "usage": [usage.calls, usage.prompt_tokens, usage.completion_tokens],
        }  # fmt: skip


def _of(given: Sequence[Exhibited]) -> list[list[str]]:
    return [[one.variant.key, one.told.item, one.told.by] for one in given]


def _verdict(one: Scored) -> dict[str, Any]:
    if one.verdict is None:
        return {"cause": one.cause}
    return {"s": dict(one.verdict.scores), "why": one.verdict.why}


def _preference(one: Preferred) -> dict[str, Any]:
    return {"cause": one.cause} if one.cause else {"said": list(one.said)}


@dataclass(frozen=True)
class JudgeEntrant:
    """Asks the judge about the reasons of a case; equal questions once."""

    bench: Bench
    model: Model
    docket: Docket
    witness: Witness

    async def answer(self, case: Case) -> Verdicts:
        """Judges a case."""
        found, questions = Verdicts(), self.bench.questions
        given = self.docket.get(case.id, ())
        for group, call in _grouped(given, lambda one: self._call(case, one)):
            asked = Scored(None, UNKNOWN) if call is None else None
            if call is not None:
                asked = await questions.score(self.model, call)
            assert asked is not None
            found.scored.append((group, asked))
        for group, calls in self._pairs(case, given):
            found.preferred.append((group, await questions.prefer(self.model, calls)))
        return found

    def _call(self, case: Case, one: Exhibited) -> ModelCall | None:
        exhibit = self.witness.exhibit(case, one.variant, one.told.item)
        return None if exhibit is None else self.bench.questions.about(exhibit, one.told.text)

    def _pairs(
        self, case: Case, given: Sequence[Exhibited]
    ) -> Iterator[tuple[list[Exhibited], tuple[ModelCall, ModelCall]]]:
        """Yields the pairs of a case; equal sentences are no pair."""
        made: dict[str, tuple[list[Exhibited], tuple[ModelCall, ModelCall]]] = {}
        for one in given:
            other = self._other(case, one, given)
            exhibit = self.witness.exhibit(case, one.variant, one.told.item) if other else None
            if exhibit is None or other == one.told.text:
                continue
            texts = (one.told.text, other)
            calls = (
                self.bench.questions.between(exhibit, *texts),
                self.bench.questions.between(exhibit, *reversed(texts)),
            )
            made.setdefault(prompt_hash(calls[0]), ([], calls))[0].append(one)
        yield from made.values()

    def _other(self, case: Case, one: Exhibited, given: Sequence[Exhibited]) -> str:
        """Returns what a reason is held against: for the same item, of the same case."""
        against = self.bench.spec.pairs
        if not against or one.variant.name == against:
            return ""
        if against == EVIDENCE:
            own = one.told.by == "model"
            return self.witness.plain(case, one.variant, one.told.item) if own else ""
        same = (two.told for two in given if two.variant.name == against)
        return next((told.text for told in same if told.item == one.told.item), "")


def _grouped(
    given: Sequence[Exhibited], make: Callable[[Exhibited], ModelCall | None]
) -> list[tuple[list[Exhibited], ModelCall | None]]:
    groups: dict[str, tuple[list[Exhibited], ModelCall | None]] = {}
    for one in given:
        call = make(one)
        key = "" if call is None else prompt_hash(call)
        groups.setdefault(key, ([], call))[0].append(one)
    return list(groups.values())


@dataclass(frozen=True)
class JudgeMaker:
    """Makes the judge where a run makes variants.

    Attributes:
        served: Makes the model of a variant that is not simulated.
    """

    bench: Bench
    docket: Docket
    witness: Witness
    served: Callable[[Variant], Model]

    def entrant(self, variant: Variant, model: Model) -> JudgeEntrant:
        """Makes the one that asks."""
        del variant
        return JudgeEntrant(self.bench, model, self.docket, self.witness)

    def model(self, variant: Variant) -> Model:
        """Makes the judge's model."""
        if variant.model.name.startswith(JUDGE_PREFIX):
            return make_simulated_judge(variant.model.name, variant.model.label, {})
        return self.served(variant)

    def facts(self, ids: Sequence[str]) -> Mapping[str, ItemFacts]:
        """A judge knows of items what it is shown."""
        del ids
        return {}
