"""The verdict of a run in words: what stands first in a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from palate.eval.runs.summary import Difference, Line, RunSummary

#: Verdict -> words before the baseline's name, and the tone of the colour.
_WORDS = {
    "better": ("Better than", "better"),
    "worse": ("Worse than", "worse"),
    "equal within the margin": ("No different from", "open"),
    "not decisive": ("Not decided against", "open"),
}
_SIMULATED = "All models are simulated: this tries out the harness, and judges no real model."


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, and what it is."""

    value: str
    told: str


@dataclass(frozen=True, slots=True)
class Headline:
    """What a reader must know first.

    Attributes:
        tone: ``better``, ``worse`` or ``open``.
    """

    title: str
    tone: str
    sentences: tuple[str, ...]
    tiles: tuple[Tile, ...]


def headline(summary: RunSummary, *, simulated: bool = False) -> Headline:
    """Returns the verdict on the variant whose product has the highest mean.

    Args:
        summary: Of the run.
        simulated: Whether no real model was asked.
    """
    metric = summary.metrics[0]
    models = [line for line in summary.lines if line.kind == "model"]
    if not models:
        return _controls(summary, metric)
    best = max(models, key=lambda line: line.product[metric].mean)
    found = best.against.get(metric)
    title, tone = _title(summary, found)
    told = (*_sentences(summary, best, models), *((_SIMULATED,) if simulated else ()))
    return Headline(title, tone, told, tuple(_tiles(summary, best)))


@dataclass(frozen=True, slots=True)
class Warnings:
    """What the means hide, of one kind: its name, and a sentence a line."""

    name: str
    told: tuple[tuple[str, str], ...]


def warnings(summary: RunSummary) -> list[Warnings]:
    """Returns the exposures of a run, those of one name together."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in summary.exposures:
        found.setdefault(one.name, []).append((one.line, one.sentence))
    return [Warnings(name, tuple(told)) for name, told in found.items()]


def short_verdict(verdict: str) -> str:
    """Returns a verdict without its advice: ``not decisive``."""
    return verdict.partition(" - ")[0]


def tone_of(verdict: str) -> str:
    """Returns the tone of a verdict."""
    return _WORDS.get(short_verdict(verdict), ("", "open"))[1]


def _title(summary: RunSummary, found: Difference | None) -> tuple[str, str]:
    if found is None:
        return f"Nothing is compared with {summary.baseline}", "open"
    words, tone = _WORDS[short_verdict(found.verdict)]
    return f"{words} {summary.baseline}", tone


def _sentences(summary: RunSummary, best: Line, models: list[Line]) -> Iterator[str]:
    metric = summary.metrics[0]
    found = best.against.get(metric)
    which = "The one variant" if len(models) == 1 else f"The best of {len(models)} variants"
    mean = best.product[metric]
    if found is None:
        yield f"{which} is {best.name}: {metric} {mean.mean:.3f}."
    else:
        side = "above" if found.mean >= 0 else "below"
        yield (
            f"{which} is {best.name}: {metric} {mean.mean:.3f}, {abs(found.mean):.3f} {side} "
            f"{summary.baseline} ({summary.level * 100:g} % interval {found.low:+.3f} to "
            f"{found.high:+.3f}): {found.verdict}."
        )
    yield from _count(summary, models)
    warned = [one.name for one in summary.exposures if one.line == best.name]
    if warned:
        yield f"Read the warnings first: this variant is named there ({', '.join(warned)})."


def _count(summary: RunSummary, models: list[Line]) -> Iterator[str]:
    metric = summary.metrics[0]
    verdicts = [short_verdict(line.against[metric].verdict)
                for line in models if metric in line.against]  # fmt: skip
    if len(verdicts) > 1:
        counts = Counter(verdicts)
        told = ", ".join(f"{counts[name]} {name}" for name in _WORDS if counts[name])
        yield f"Against {summary.baseline}, of {len(verdicts)} variants: {told}."


def _tiles(summary: RunSummary, best: Line) -> Iterator[Tile]:
    metric = summary.metrics[0]
    level = f"{summary.level * 100:g} %"
    one, base = best.product[metric], summary.line(summary.baseline).product[metric]
    yield Tile(f"{one.mean:.3f}", f"{metric} of the best variant ({level}: "
                                  f"{one.low:.3f} to {one.high:.3f})")  # fmt: skip
    yield Tile(f"{base.mean:.3f}", f"{metric} of {summary.baseline} ({level}: "
                                   f"{base.low:.3f} to {base.high:.3f})")  # fmt: skip
    cases = max(best.health.get("cases", 0), 1)
    yield Tile(f"{best.health.get('answered', 0) / cases:.1%}",
               "of the cases, the best variant's model gave an order of its own")  # fmt: skip
    yield _price(best, cases)
    found = best.against.get(metric)
    if found is not None and found.detectable:
        yield Tile(f"{found.detectable:.3f}", "smallest difference of the best variant that this "
                                              "run decides four times in five")  # fmt: skip


def _price(line: Line, cases: int) -> Tile:
    if line.cost.get("usd", 0) > 0:
        return Tile(f"${line.cost['usd'] / cases * 1000:.2f}", "a thousand cases, best variant")
    tokens = (line.cost.get("prompt_tokens", 0) + line.cost.get("completion_tokens", 0)) / cases
    return Tile(f"{tokens:,.0f}", "tokens a case, best variant; no price is configured")


def _controls(summary: RunSummary, metric: str) -> Headline:
    honest = [line for line in summary.lines if line.name != "oracle"]
    best = max(honest, key=lambda line: line.product[metric].mean)
    mean = best.product[metric]
    told = (
        f"The best control that does not know the truth is {best.name}: {metric} {mean.mean:.3f} "
        f"({summary.level * 100:g} % interval {mean.low:.3f} to {mean.high:.3f}). A model that "
        "is to be worth its money must beat it."
    )
    first = sorted(honest, key=lambda line: -line.product[metric].mean)[:4]
    tiles = tuple(Tile(f"{line.product[metric].mean:.3f}", f"{metric} of {line.name}")
                  for line in first)  # fmt: skip
    return Headline("No model was asked", "open", (told,), tiles)
