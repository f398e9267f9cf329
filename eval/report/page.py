"""The tables of a report, each column with a few words on what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from palate.eval.report.headline import short_verdict, tone_of
from palate.eval.runs.mean import Mean
from palate.eval.runs.section import Section
from palate.eval.runs.summary import Line, RunSummary
from palate.eval.runs.tables import beyond_table, judged_heads, judged_row, model_row

_MARKS = {"better": "▲ ", "worse": "▼ ", "open": "~ ", "base": ""}


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its name, what it holds, and whether that is words rather than a number."""

    name: str
    told: str = ""
    words: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row; ``group`` is a line above it."""

    cells: Sequence[object]
    kind: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the page."""

    heads: Sequence[Head]
    rows: Sequence[Row]

    @property
    def told(self) -> bool:
        """Whether any column is explained."""
        return any(head.told for head in self.heads)


def sorted_lines(summary: RunSummary) -> list[Line]:
    """Returns the variants, best first, then recommenders of one's own, then the controls."""
    metric = summary.metrics[0]
    kinds = list(_GROUPS)
    return sorted(summary.lines, key=lambda one: (kinds.index(one.kind), -one.product[metric].mean))


def main_table(summary: RunSummary) -> Table:
    """Returns the table of what people would see."""
    metric = summary.metrics[0]
    heads = [Head("line"), *(_head(name, summary) for name in judged_heads(summary))]
    rows = []
    for line, group in _grouped(sorted_lines(summary)):
        *cells, verdict = judged_row(line, metric, summary.baseline)
        rows.append(Row((*cells, _verdict(verdict)), line.kind, group))
    return Table(heads, rows)


def own_table(summary: RunSummary) -> Table:
    """Returns the table of the models alone."""
    metric = summary.metrics[0]
    models = [line for line in sorted_lines(summary) if line.kind == "model"]
    heads = [Head(name, told) for name, told in _OWN.items()]
    return Table(heads, [Row(model_row(line, metric), line.kind) for line in models])


def noise_table(summary: RunSummary) -> Table:
    """Returns where the uncertainty of models that were asked repeatedly comes from."""
    heads = [Head(name, told) for name, told in _NOISE.items()]
    return Table(heads, [
        Row((name, str(one.repeats), f"{one.sampling:.4f}", f"{one.model:.4f}", f"{one.share:.0%}"))
        for name, one in summary.noise
    ])  # fmt: skip


def cohort_tables(summary: RunSummary) -> Iterator[Table]:
    """Yields a table a cohort."""
    lines = sorted_lines(summary)
    for cohort, values in lines[0].cohorts.items():
        heads = [Head(cohort, _COHORTS.get(cohort, ""))]
        heads += [Head(f"{value} ({one.n:,})") for value, one in values.items()]
        yield Table(heads, [
            Row((line.name, *(_within(line.cohorts[cohort][value]) for value in values)),
                line.kind, group)
            for line, group in _grouped(lines)
        ])  # fmt: skip


def _within(mean: Mean) -> str:
    return f"{mean.mean:.3f} ±{(mean.high - mean.low) / 2:.3f}"


def beyond_of(summary: RunSummary) -> Table:
    """Returns the table of what is shown, right or not."""
    heads, rows = beyond_table(summary)
    found, order = dict(rows), [line for line in sorted_lines(summary) if rows]
    return Table(
        [Head("line"), *(Head(name, _BEYOND.get(name.partition("@")[0], "")) for name in heads)],
        [Row((line.name, *found[line.name]), line.kind, group) for line, group in _grouped(order)],
    )


def section_table(section: Section) -> Table:
    """Returns a section as a table; its note explains the columns."""
    heads = [Head(section.first), *(Head(name) for name in section.heads)]
    return Table(heads, [Row((name, *cells)) for name, cells in section.rows.items()])


def _grouped(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    """Yields each line, and what its group is called where it is the first of it."""
    kinds = {line.kind for line in lines}
    before = ""
    for line in lines:
        new = len(kinds) > 1 and line.kind != before
        yield line, _GROUPS.get(line.kind, line.kind) if new else ""
        before = line.kind


def _verdict(verdict: str) -> dict[str, str] | str:
    if verdict == "baseline":
        return {"tone": "base", "mark": "", "word": verdict, "rest": ""}
    word, tone = short_verdict(verdict), tone_of(verdict)
    return {"tone": tone, "mark": _MARKS[tone], "word": word, "rest": verdict.removeprefix(word)}


def _head(name: str, summary: RunSummary) -> Head:
    metric, base = summary.metrics[0], summary.baseline
    told = {
        "mean": f"{metric} over all cases",
        f"{summary.level * 100:g} %": "interval of the mean",
        f"less {base}": "difference, and its interval",
        "p": "chance of such a difference between equals",
        "effect": "difference in deviations of one person's",
        "MDE": "smallest difference this run decides",
        "verdict": "corrected for the number of comparisons",
    }
    return Head(name, told.get(name, ""), words=name == "verdict")


_GROUPS = {
    "model": "Variants: with a model, best first", "own": "Recommenders of your own",
    "control": "Controls: without a model",
}  # fmt: skip
_OWN = {
    "variant": "", "mean": "a failed, cut or silent call scores 0",
    "answered only": "mean over the cases that it answered",
    "answered": "cases with an order of its own",
    "tokens a case": "prompt and reply", "US$ a thousand": "at the configured prices",
}  # fmt: skip
_NOISE = {
    "model": "", "repeats": "times each case was asked", "people": "standard error from the sample",
    "model's own": "standard error from the model", "share": "of the variance that is the model's",
}  # fmt: skip
_COHORTS = {
    "history": "items that the person had before", "truth": "how well known the right item is",
    "released": "before or after the last year a model knows",
}  # fmt: skip
_BEYOND = {
    "Coverage": "share of all items that is ever shown", "Gini": "0: all items are shown alike",
    "Novelty": "higher: fewer people had the items", "Diversity": "how little their tags overlap",
    "Serendipity": "right, and not to be expected",
    "PopularityBias": "above 0: more popular than what the person had",
    "Calibration": "0: tags as in the past",
}  # fmt: skip
