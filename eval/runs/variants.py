"""The lines of a run: every combination of prompt, model, ranker and axes, and the controls."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from palate.errors import EvalError
from palate.eval.runs.config import EvalConfig, ModelSpec, Order, Probe


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to ask a model.

    Attributes:
        name: What tables call it: the parts that vary in this run.
        prompt: Template, such as ``rank/listwise@1``; empty: that of the ranker.
        history: History items shown; ``None``: as the settings say.
        repeat: Counts from 0; every repetition calls the model anew.
    """

    name: str
    prompt: str
    model: ModelSpec
    ranker: str
    order: Order = "shuffled"
    history: int | None = None
    seed: int = 0
    probe: Probe = "none"
    repeat: int = 0

    @property
    def key(self) -> str:
        """Names the variant in the log: equal for equal variants, whatever varies beside them."""
        parts = (self.prompt, self.model.model_dump_json(), self.ranker, self.order, self.history,
                 self.seed, self.probe, self.repeat)  # fmt: skip
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def variants_of(config: EvalConfig, *, repeat: int = 1) -> tuple[Variant, ...]:
    """Returns every variant of a configuration, in its order.

    Raises:
        EvalError: Two variants have the same name.
    """
    axes = config.axes
    histories: tuple[int | None, ...] = axes.history or (None,)
    prompts = config.prompts or ("",)
    made = tuple(
        Variant("", *parts)
        for parts in itertools.product(
            prompts, config.models, config.rankers, axes.order, histories, axes.seed, axes.probe,
            range(repeat),
        )
    )  # fmt: skip
    varying = [field for field in _SHOWN if len({getattr(one, field) for one in made}) > 1]
    named = tuple(_named(one, varying) for one in made)
    if len({one.name for one in named}) < len(named):
        raise EvalError("Two variants have the same name. Give the models distinct ids.")
    return named


_SHOWN = ("prompt", "ranker", "order", "history", "seed", "probe", "repeat")


def _named(one: Variant, varying: list[str]) -> Variant:
    parts = [one.model.label, *_parts(one, varying)]
    return Variant(
        " · ".join(parts), one.prompt, one.model, one.ranker, one.order, one.history, one.seed,
        one.probe, one.repeat,
    )  # fmt: skip


def _parts(one: Variant, varying: list[str]) -> Iterator[str]:
    if "prompt" in varying:
        yield one.prompt
    if "ranker" in varying or "prompt" not in varying:
        yield one.ranker
    if "order" in varying:
        yield one.order
    if "history" in varying:
        yield f"history {one.history}"
    if "seed" in varying:
        yield f"seed {one.seed}"
    if one.probe != "none":
        yield one.probe.replace("-", " ")
    if "repeat" in varying:
        yield f"#{one.repeat + 1}"
