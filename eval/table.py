"""A `ScoreTable` for a terminal, for Markdown and for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from palate.eval.bootstrap import Interval
from palate.eval.metrics import Metric

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.eval.score import Score, ScoreTable


def as_rich(table: ScoreTable) -> RenderableType:
    """Returns one table a metric, readable from 80 columns on."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = []
    for metric in table.metrics:
        shown = Table(title=str(metric), title_justify="left", box=None, pad_edge=False)
        shown.add_column("recommender", overflow="fold", max_width=18)
        for head in _heads(table):
            shown.add_column(head, justify="right", no_wrap=True)
        for score in table.scores:
            shown.add_row(Text(score.name), *map(Text, _cells(score, metric)))
        parts += [shown, ""]
    return Group(*parts, Text("\n".join(_notes(table)), style="dim"))


def as_markdown(table: ScoreTable) -> str:
    """Returns one Markdown table a metric, and the notes below."""
    parts = []
    for metric in table.metrics:
        heads = (f"**{metric}**", *_heads(table))
        rows = [f"| {' | '.join(heads)} |", "|:--|" + "--:|" * (len(heads) - 1)]
        rows += [
            f"| {' | '.join((_plain(score.name), *_cells(score, metric)))} |"
            for score in table.scores
        ]
        parts.append("\n".join(rows))
    return "\n\n".join([*parts, "\n".join(_notes(table))]) + "\n"


def as_dict(table: ScoreTable) -> dict[str, Any]:
    """Returns JSON values; metrics are named as they print."""
    return {
        "cases": table.cases,
        "users": table.users,
        "unscored": table.unscored,
        "baseline": table.baseline,
        "seed": table.seed,
        "samples": table.samples,
        "level": table.level,
        "scores": [
            {
                "name": score.name,
                "missing": score.missing,
                "partial": score.partial,
                "means": {str(one): asdict(mean) for one, mean in score.means.items()},
                "against": {
                    str(one): {
                        **asdict(found.interval),
                        "verdict": found.verdict,
                        "p": found.p,
                        "adjusted": found.adjusted,
                        "effect": found.effect,
                        "detectable": found.detectable,
                    }
                    for one, found in score.against.items()
                },
            }
            for score in table.scores
        ],
    }


def _heads(table: ScoreTable) -> tuple[str, ...]:
    return ("mean", f"{table.level * 100:g} %", "diff", f"{table.level * 100:g} %", "verdict")


def _cells(score: Score, metric: Metric) -> tuple[str, ...]:
    mean = score.means[metric]
    cells = (f"{mean.mean:.3f}", _range(mean, ".3f"))
    if metric not in score.against:
        return (*cells, "", "", "baseline")
    found = score.against[metric]
    difference = found.interval
    return (*cells, f"{difference.mean:+.3f}", _range(difference, "+.3f"), _short(found.verdict))


def _short(verdict: str) -> str:
    """Returns a verdict without how many people would decide it: columns are narrow here."""
    return verdict.split(" - ", maxsplit=1)[0]


def _range(interval: Interval, form: str) -> str:
    return f"{interval.low:{form}} {interval.high:{form}}"


def _notes(table: ScoreTable) -> Iterator[str]:
    yield f"{table.cases} cases of {table.users} people; differences to {table.baseline}."
    yield (
        f"Intervals: BCa bootstrap by person, {table.samples} samples, seed {table.seed}. "
        "Verdicts: permutation test by person, corrected for the comparisons of a metric (Holm)."
    )
    if table.unscored:
        yield f"{table.unscored} cases without a truth are unscored and in no mean."
    for score in table.scores:
        if score.missing or score.partial:
            yield (
                f"{score.name}: {score.missing} cases without an order (they score 0), "
                f"{score.partial} with some candidates left out."
            )


def _plain(name: str) -> str:
    return name.replace("|", "\\|").replace("\n", " ")
