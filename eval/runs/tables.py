"""A summary for a terminal and for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from palate.eval.runs.gates import Checked
from palate.eval.runs.sections import sections
from palate.eval.runs.summary import Difference, Line, Mean, RunSummary
from palate.eval.statistics.verdict import MANY
from palate.prompts.clean import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType


#: Characters of what is said of a table, at most.
_PROSE = 4000


def as_rich(summary: RunSummary, checked: Sequence[Checked] = ()) -> RenderableType:
    """Returns the tables of a run; text from outside is never markup."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    metric = summary.metrics[0]
    parts: list[RenderableType] = [Text(head(summary), style="bold"), ""]
    shown = Table(title=f"{metric}: the product", title_justify="left", box=None, pad_edge=False)
    _columns(shown, ("recommender", "mean", _level(summary), f"less {summary.baseline}", "verdict"))
    for line in summary.lines:
        shown.add_row(*map(Text, product_row(line, metric, summary.baseline)))
    parts += [shown, ""]
    models = [line for line in summary.lines if line.kind == "model"]
    if models:
        own = Table(
            title=f"{metric}: the model alone", title_justify="left", box=None, pad_edge=False
        )
        _columns(own, ("variant", "model", "answered only", "answered", "tokens", "US$ / 1000"))
        for line in models:
            own.add_row(*map(Text, model_row(line, metric)))
        parts += [own, ""]
    heads, rows = beyond_table(summary)
    if rows:
        beside = Table(
            title="What is shown, right or not", title_justify="left", box=None, pad_edge=False
        )
        _columns(beside, ("recommender", *heads))
        for name, cells in rows:
            beside.add_row(*map(Text, (_name(name), *cells)))
        parts += [beside, ""]
    for section in sections(summary):
        beside = Table(title=section.title, title_justify="left", box=None, pad_edge=False)
        _columns(beside, (section.first, *section.heads))
        for name, told in section.rows.items():
            beside.add_row(*map(Text, (_name(name), *told)))
        parts += [beside, Text(section.note, style="dim"), ""]
    parts += [Text(f"! {one.line}: {one.name}. {one.sentence}", style="yellow")
              for one in summary.exposures]  # fmt: skip
    parts += [Text(("passed: " if one.passed else "FAILED: ") + one.sentence,
                   style="green" if one.passed else "red") for one in checked]  # fmt: skip
    parts.append(Text("\n".join(notes(summary)), style="dim"))
    return Group(*parts)


def as_markdown(summary: RunSummary, checked: Sequence[Checked] = ()) -> str:
    """Returns the tables of a run for a pull request."""
    metric = summary.metrics[0]
    parts = [f"### {_cell(head(summary))}"]
    heads = (f"**{metric}**", *judged_heads(summary))
    judged = [judged_row(line, metric, summary.baseline) for line in summary.lines]
    parts.append(_table(heads, judged))
    models = [line for line in summary.lines if line.kind == "model"]
    if models:
        told_heads = ("model alone", "mean", "answered only", "answered", "tokens", "US$ / 1000")
        parts.append(_table(told_heads, [model_row(line, metric) for line in models]))
    beyond_heads, rows = beyond_table(summary)
    if rows:
        told_rows = [(_name(name), *cells) for name, cells in rows]
        parts.append(_table(("what is shown, right or not", *beyond_heads), told_rows))
    for section in sections(summary):
        told_rows = [(_name(name), *cells) for name, cells in section.rows.items()]
        parts += [_table((f"**{_cell(section.title)}**", *section.heads), told_rows),
                  _cell(section.note, _PROSE)]  # fmt: skip
    told = [f"- **{_cell(one.line)}: {one.name}.** {_cell(one.sentence)}"
            for one in summary.exposures]  # fmt: skip
    told += [f"- {'passed' if one.passed else '**FAILED**'}: {_cell(one.sentence)}"
             for one in checked]  # fmt: skip
    if told:
        parts.append("\n".join(told))
    parts.append("\n".join(f"{_cell(note)}  " for note in notes(summary)))
    return "\n\n".join(parts) + "\n"


def head(summary: RunSummary) -> str:
    """Returns one line about the run."""
    return f"{summary.name}: {summary.cases:,} cases of {summary.users:,} people ({summary.id})"


def product_row(line: Line, metric: str, baseline: str) -> tuple[str, ...]:
    """Returns the cells of a line: the order that people would see."""
    mean = line.product[metric]
    cells = (_name(line.name), f"{mean.mean:.3f}", _range(mean))
    found = line.against.get(metric)
    if found is not None:
        return (*cells, _difference(found), found.verdict)
    return (*cells, "", "baseline" if line.name == baseline else "one person: nothing to compare")


def beyond_table(summary: RunSummary) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Returns the metrics of what is shown, and for each line its name and their means."""
    heads = list(dict.fromkeys(name for line in summary.lines for name in line.beyond))
    rows = [
        (line.name, [f"{line.beyond[h].mean:.3f}" if h in line.beyond else "-" for h in heads])
        for line in summary.lines
    ]
    return heads, rows if heads else []


def judged_heads(summary: RunSummary) -> tuple[str, ...]:
    """Returns the heads of `judged_row`, but for the first."""
    return ("mean", _level(summary), f"less {summary.baseline}", "p", "effect", "MDE", "verdict")


def judged_row(line: Line, metric: str, baseline: str) -> tuple[str, ...]:
    """Returns the cells of `product_row`, with corrected p, effect size and MDE before the verdict.

    They are empty for the baseline, and in runs of older versions.
    """
    *cells, verdict = product_row(line, metric, baseline)
    found = line.against.get(metric)
    told = ("", "", "")
    if found is not None and found.adjusted is not None:
        # Lines that agree in every case have no spread to tell an MDE from.
        smallest = f"{found.detectable:.3f}" if found.detectable else "-"
        effect = "-" if found.effect is None else f"{found.effect:+.2f}"
        told = (_p(found.adjusted), effect, smallest)
    return (*cells, *told, verdict)


def _p(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def model_row(line: Line, metric: str) -> tuple[str, ...]:
    """Returns the cells of a variant: what its model did by itself."""
    own, answered = line.model[metric], line.answered[metric]
    cases = max(line.health.get("cases", 0), 1)
    tokens = (line.cost["prompt_tokens"] + line.cost["completion_tokens"]) / cases
    share = line.health.get("answered", 0) / cases
    return (
        _name(line.name), f"{own.mean:.3f}", f"{answered.mean:.3f}" if answered.n else "none",
        f"{share:.1%}", f"{tokens:,.0f}", f"{line.cost['usd'] / cases * 1000:.3f}",
    )  # fmt: skip


def notes(summary: RunSummary) -> Iterator[str]:
    """Yields what must stand under the tables."""
    yield f"Leakage guard: {summary.guard}. {summary.guarded}"
    if summary.ceiling is not None:
        retrieved, shown = summary.ceiling
        yield (
            f"Retrieval ceiling: a relevant item was retrieved in {retrieved:.1%} of the cases, "
            f"and among those shown to a model in {shown:.1%}; ranking given a hit is in the "
            "report."
        )
    method = f"BCa bootstrap by person, {summary.samples:,} samples, seed {summary.seed}"
    if summary.users > MANY:
        method = "normal, with the standard error over people"
    yield (
        f"{summary.level * 100:g} % intervals: {method}. The model alone: a failed, cut or silent "
        "call scores 0."
    )
    yield from _judged(summary)
    if summary.unscored:
        yield f"{summary.unscored} cases without a truth are unscored and in no mean."
    yield from summary.notes


def _judged(summary: RunSummary) -> Iterator[str]:
    """Yields how verdicts came about, what could have been found, and whose the noise is."""
    metric = summary.metrics[0]
    all_found = [by.get(metric) for line in summary.lines
                 for by in (line.against, line.against_model)]  # fmt: skip
    tested = [one for one in all_found if one is not None and one.adjusted is not None]
    if tested:
        test = "normal test" if summary.users > MANY else "permutation test by person (sign flips)"
        level = round((1 - summary.level) * 100, 6)
        yield (
            f"Verdicts: {test} at {level:g} %, corrected for {len(tested)} comparisons of a metric "
            "(Holm), as is p; the intervals are not. Effect: in deviations of one person's "
            "difference. MDE: the smallest difference decided four times in five."
        )
    models = [line.against[metric].detectable for line in summary.lines
              if line.kind == "model" and metric in line.against]  # fmt: skip
    known = [one for one in models if one is not None]
    if known:
        span = f"{min(known):.3f}" if len(known) == 1 else f"{min(known):.3f} to {max(known):.3f}"
        yield (
            f"Smallest difference of {metric} to {summary.baseline} that {summary.users:,} people "
            f"decide four times in five: {span}."
        )
    for name, noise in summary.noise:
        yield (
            f"{_name(name)}, asked {noise.repeats} times: the standard error of the model's own "
            f"{metric} is {noise.sampling:.4f} from the sample of people and {noise.model:.4f} "
            f"from the model ({noise.share:.0%} of the variance)."
        )


def _level(summary: RunSummary) -> str:
    return f"{summary.level * 100:g} %"


def _range(mean: Mean) -> str:
    return f"{mean.low:.3f} {mean.high:.3f}"


def _difference(found: Difference) -> str:
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def _name(text: str) -> str:
    return one_line(text, 120)


def _columns(table: object, heads: Sequence[str]) -> None:
    from rich.table import Table

    assert isinstance(table, Table)
    for place, head_ in enumerate(heads):
        if place == 0:
            table.add_column(head_, overflow="fold", max_width=44)
        else:
            table.add_column(head_, justify="right" if place < 4 else "left")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|:--|" + "--:|" * (len(heads) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)])


def _cell(text: str, limit: int = 400) -> str:
    escaped = one_line(text, limit).replace("\\", "\\\\").replace("|", "\\|")
    return escaped.replace("<", "&lt;").replace("`", "\\`").replace("[", "\\[").replace("]", "\\]")
