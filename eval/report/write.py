"""Writes the report of a complete run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from palate.eval.cases import read_cases
from palate.eval.report import page, plots
from palate.eval.report.headline import headline, warnings
from palate.eval.report.packed import PIECE, Source, pack, pieces
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.gates import Checked
from palate.eval.runs.kept import load_values
from palate.eval.runs.sections import sections
from palate.eval.runs.simulated import PREFIX
from palate.eval.runs.summary import Line, RunSummary, read_summary
from palate.eval.runs.tables import notes
from palate.retrieval.files import replace_file

_HERE = Path(__file__).parent


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
    # Everything is escaped; only what we draw ourselves is markup.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(_ours("report.html.j2"))
    gates = checked or []
    text = template.render(
        s=summary,
        style=Markup(_ours("report.css")),
        script=Markup(_ours("report.js")),
        metric=summary.metrics[0],
        level=f"{summary.level * 100:g} %",
        head=headline(summary, simulated=_simulated(folder)),
        warnings=warnings(summary),
        gates=sorted(gates, key=lambda one: one.passed),
        failed=sum(not one.passed for one in gates),
        notes=list(notes(summary)),
        sections=[(one.title, one.note, page.section_table(one)) for one in sections(summary)],
        index=pack(_index(folder, summary)),
        pieces=list(pieces(_source(folder, summary))),
        **_tables(summary),
        **_drawn(summary, Markup),
    )
    replace_file(folder.report, text.encode("utf-8", "replace"))
    return folder.report


def _simulated(folder: RunFolder) -> bool:
    return all(model.name.startswith(PREFIX) for model in folder.config().models)


def _ours(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _tables(summary: RunSummary) -> dict[str, Any]:
    return {
        "lines": page.main_table(summary),
        "own": page.own_table(summary),
        "noise": page.noise_table(summary),
        "cohorts": list(page.cohort_tables(summary)),
        "beyond": page.beyond_of(summary),
    }


def _drawn(summary: RunSummary, markup: Callable[[str], str]) -> dict[str, Any]:
    """Returns the plots, each for a desk and for a hand."""
    metric, lines = summary.metrics[0], page.sorted_lines(summary)

    def both(plot: Callable[[int], str]) -> str:
        return markup(plot(plots.WIDE) + plot(plots.NARROW))

    return {
        "intervals": both(partial(plots.intervals, summary, lines, metric)),
        "cost": both(partial(plots.cost, summary, lines, metric)),
        "legend": plots.legend(lines),
        "shares": both(partial(plots.shares, summary.noise)),
        "positions": [
            (one.name, markup(plots.position(one))) for one in _models(lines) if one.slots
        ],
    }


def _models(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.kind == "model"]


def _source(folder: RunFolder, summary: RunSummary) -> Source:
    keys = [line.key for line in _models(summary.lines)]
    cases = [case for case in read_cases(folder.cases) if case.scored]
    return Source(folder.log, cases, keys)


def _index(folder: RunFolder, summary: RunSummary) -> dict[str, Any]:
    """Returns what the page needs before a case is opened.

    ``rows``: of each model among the lines; ``base``: of the baseline; ``rival``: which model is
    first held against the first one.
    """
    values = load_values(folder.values)
    models = _models(summary.lines)
    lines = values["lines"].tolist()
    answered = values["answered"].astype(int).tolist() if models else []
    return {
        "piece": PIECE,
        "metric": summary.metrics[0],
        "lines": lines,
        "rows": [lines.index(line.name) for line in models],
        "base": lines.index(summary.baseline),
        "rival": _rival(models),
        "cases": values["cases"].tolist(),
        "values": [[round(v, 3) for v in one[:, 0].tolist()] for one in values["product"]],
        "ranks": values["rank"].tolist(),
        "answered": ["".join(map(str, one)) for one in answered],
        "items": {item: known.title for item, known in folder.items().items()},
    }


def _rival(models: Sequence[Line]) -> int:
    """Returns which variant is first held against the first one.

    One that differs in its prompt alone, else one of another model or prompt, else the second.
    """

    def rest(line: Line) -> dict[str, str]:
        return {name: part for name, part in line.parts.items() if name != "prompt"}

    def asked(line: Line) -> tuple[str | None, str | None]:
        return line.parts.get("prompt"), line.parts.get("model")

    others = [place for place, line in enumerate(models) if line.parts != models[0].parts]
    alike = [place for place in others if rest(models[place]) == rest(models[0])]
    unlike = [place for place in others if asked(models[place]) != asked(models[0])]
    return next(iter((*alike, *unlike)), min(1, len(models) - 1))
