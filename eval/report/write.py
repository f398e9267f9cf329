"""Writes the report of a complete run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from palate.eval.cases import read_cases
from palate.eval.report import plots
from palate.eval.report.packed import PIECE, Source, pack, pieces
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.gates import Checked
from palate.eval.runs.kept import load_values
from palate.eval.runs.sections import sections
from palate.eval.runs.summary import RunSummary, read_summary
from palate.eval.runs.tables import beyond_table, judged_heads, judged_row, model_row, notes
from palate.retrieval.files import replace_file

_TEMPLATE = Path(__file__).parent / "report.html.j2"


def write_report(folder: RunFolder, checked: list[Checked] | None = None) -> Path:
    """Writes ``report.html`` beside the summary, and returns its path.

    Args:
        folder: A complete run.
        checked: Gates, as they came out.

    Raises:
        EvalError: The run is not complete.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    summary = read_summary(folder.summary)
    metric = summary.metrics[0]
    # Everything is escaped; only what we draw ourselves is markup.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    models = [line for line in summary.lines if line.kind == "model"]

    def both(plot: Callable[[int], str]) -> Markup:
        return Markup(plot(plots.WIDE) + plot(plots.NARROW))

    text = template.render(
        s=summary,
        metric=metric,
        notes=list(notes(summary)),
        heads=judged_heads(summary),
        rows=[(line.kind, judged_row(line, metric)) for line in summary.lines],
        own=[model_row(line, metric) for line in models],
        gates=checked or [],
        intervals=both(lambda width: plots.intervals(summary, metric, width)),
        cost=both(lambda width: plots.cost(summary, metric, width)),
        legend=plots.legend(summary.lines),
        positions=[(one.name, both(partial(plots.position, one))) for one in models if one.slots],
        cohorts=_cohorts(summary),
        beyond=beyond_table(summary),
        sections=list(sections(summary)),
        index=pack(_index(folder, summary)),
        pieces=list(pieces(_source(folder, summary))),
    )
    replace_file(folder.report, text.encode("utf-8", "replace"))
    return folder.report


def _source(folder: RunFolder, summary: RunSummary) -> Source:
    keys = [line.key for line in summary.lines if line.kind == "model"]
    cases = [case for case in read_cases(folder.cases) if case.scored]
    return Source(folder.log, cases, keys)


def _cohorts(summary: RunSummary) -> list[tuple[str, list[str], list[tuple[str, list[str]]]]]:
    """Returns cohort, its values with numbers of cases, and the means of each line."""
    first = summary.lines[0].cohorts
    tables = []
    for cohort, values in first.items():
        heads = [f"{value} ({n})" for value, (_, n) in values.items()]
        rows = [
            (line.name, [f"{line.cohorts[cohort][value][0]:.3f}" for value in values])
            for line in summary.lines
        ]
        tables.append((cohort, heads, rows))
    return tables


def _index(folder: RunFolder, summary: RunSummary) -> dict[str, Any]:
    """Returns what the page needs before a case is opened."""
    values = load_values(folder.values)
    models = [line for line in summary.lines if line.kind == "model"]
    lines = values["lines"].tolist()
    rows = [lines.index(line.name) for line in models]
    return {
        "piece": PIECE,
        "metric": summary.metrics[0],
        "lines": lines,
        "models": [line.name for line in models],
        "cases": values["cases"].tolist(),
        "values": [[round(v, 3) for v in values["product"][row][:, 0].tolist()] for row in rows],
        "ranks": values["rank"].tolist(),
        "items": {item: known.title for item, known in folder.items().items()},
    }
