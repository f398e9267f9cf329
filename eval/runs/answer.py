"""What a run asks and gets: the protocols between the harness and whoever makes recommenders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from palate.domain import Message, Model, Recommender, Usage
from palate.eval.cases import Case
from palate.eval.metrics.beyond import Shelf

if TYPE_CHECKING:
    from palate.eval.runs.variants import Variant


@dataclass(frozen=True, slots=True)
class Told:
    """A reason as the report shows it: its claims are ``(text, supported)``.

    Attributes:
        cites: History items that it names, in its order.
        used: Pieces of evidence that it names something of, and pieces that there were.
    """

    item: str
    text: str
    by: str
    claims: tuple[tuple[str, bool], ...] = ()
    replaced: str | None = None
    cites: tuple[str, ...] = ()
    used: tuple[int, int] = (0, 0)

    def record(self) -> list[Any]:
        """Returns JSON values; `told_from` reads them."""
        claims, cites, used = list(self.claims), list(self.cites), list(self.used)
        return [self.item, self.text, self.by, claims, self.replaced, cites, used]


def told_from(record: Sequence[Any]) -> Told:
    """Reads what `Told.record` returned, or an older version of it, which knew no evidence."""
    item, text, by, claims, replaced, *rest = record
    cites, used = rest or ((), (0, 0))
    found = tuple((claim, bool(ok)) for claim, ok in claims)
    return Told(item, text, by, found, replaced, tuple(cites), (int(used[0]), int(used[1])))


@dataclass(frozen=True, slots=True)
class Answer:
    """What one variant made of one case.

    Attributes:
        order: The product: fused with the prior and filled.
        own: The model's own order, never filled. Empty where it failed, was cut, or was silent.
        cause: Why the model did not decide; ``None`` where it did.
        repairs: What the parser had to mend, in words.
        shown: Item ids in the order of their labels; empty where nobody can tell.
        reached: How many relevant items were among the candidates that the model was shown, and
            among all that were retrieved.
        reasons: For the first few.
        notes: Of the ranker, in words.
        sure: Log-probabilities of ``order``, up to a constant, where a run asks for them.
        own_sure: Item id -> the model's own log-probability, where it gave some.
    """

    order: tuple[str, ...]
    own: tuple[str, ...] = ()
    cause: str | None = None
    repairs: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    reached: tuple[int, int] = (0, 0)
    reasons: tuple[Told, ...] = ()
    notes: tuple[str, ...] = ()
    usage: Usage = Usage()
    sure: tuple[float, ...] = ()
    own_sure: Mapping[str, float] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Returns JSON values; what is empty is left out. `answer_from` reads them."""
        found: dict[str, Any] = {"order": self.order}
        for name in ("own", "cause", "repairs", "shown", "notes", "sure", "own_sure"):
            if value := getattr(self, name):
                found[name] = value
        found["reached"] = self.reached
        if self.reasons:
            found["reasons"] = [told.record() for told in self.reasons]
        u = self.usage
        found["usage"] = [
            u.calls, u.prompt_tokens, u.completion_tokens, u.cached_tokens, u.retries, u.seconds,
        ]  # fmt: skip
        return found


def answer_from(record: Mapping[str, Any]) -> Answer:
    """Reads what `Answer.record` returned."""
    reasons = tuple(told_from(told) for told in record.get("reasons", ()))
    reached = record["reached"]
    return Answer(
        order=tuple(record["order"]),
        own=tuple(record.get("own", ())),
        cause=record.get("cause"),
        repairs=tuple(record.get("repairs", ())),
        shown=tuple(record.get("shown", ())),
        reached=(int(reached[0]), int(reached[1])),
        reasons=reasons,
        notes=tuple(record.get("notes", ())),
        usage=Usage(*record["usage"]),
        sure=tuple(record.get("sure", ())),
        own_sure=record.get("own_sure", {}),
    )


class Recordable(Protocol):
    """What can be written into the log of a run."""

    def record(self) -> dict[str, Any]:
        """Returns JSON values."""
        ...


class Entrant(Protocol):
    """A variant, ready to be asked."""

    async def answer(self, case: Case) -> Recordable:
        """Answers a case; a model that fails is an answer with a cause, never an exception."""
        ...


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the harness shows of an item, and what the simulated models know it by."""

    title: str
    tags: tuple[str, ...] = ()
    year: int | None = None


class Maker(Protocol):
    """Makes what a run asks of variants."""

    def entrant(self, variant: Variant, model: Model) -> Entrant:
        """Makes a variant that asks this model and no other."""
        ...

    def model(self, variant: Variant) -> Model:
        """Makes the model that a variant names; simulated ones are made by the harness."""
        ...

    def facts(self, ids: Sequence[str]) -> Mapping[str, ItemFacts]:
        """Returns what is known of items, by id; unknown ones are left out."""
        ...


class Factory(Maker, Protocol):
    """Makes recommenders of configurations: handed in by whoever owns them."""

    def controls(self, names: Sequence[str], seed: int) -> Sequence[Recommender]:
        """Makes controls, learnt from what the guard lets through."""
        ...

    def own(self) -> Sequence[Recommender]:
        """Returns recommenders of the user's own."""
        ...

    def shelf(self) -> Shelf:
        """Returns what is known of the catalogue's items: who had them, and their tags."""
        ...

    def pasts(self, cases: Sequence[Case]) -> Sequence[Sequence[str]]:
        """Returns the items that each case's person had before."""
        ...

    def traits(self, cases: Sequence[Case]) -> Sequence[Mapping[str, str]]:
        """Returns cohort -> value for each case, such as ``history`` -> ``5-19``."""
        ...

    def ceiling(self, cases: Sequence[Case]) -> Sequence[tuple[int, int]]:
        """Returns, a case, how many relevant items are among those shown and those retrieved."""
        ...

    @property
    def known(self) -> Collection[str]:
        """Ids of the catalogue."""
        ...

    def count(self, messages: Sequence[Message]) -> int:
        """Counts the tokens of a prompt."""
        ...


Notify = Callable[["Progress"], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        done: Answers so far, those of an earlier start included; ``total`` of them are wanted.
        calls: Model calls of this start; ``retries`` and ``failures`` among them.
        usd: Spent by the whole run.
    """

    done: int
    total: int
    calls: int = 0
    retries: int = 0
    failures: int = 0
    usd: float = 0.0
    concurrency: int = 0
    rate: float = field(default=0.0)
