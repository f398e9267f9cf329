"""Two runs on the same cases, line by line, paired by case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from palate.errors import EvalError
from palate.eval.runs.folder import RunFolder
from palate.eval.runs.kept import load_values
from palate.eval.runs.summary import Difference, read_summary
from palate.eval.statistics.verdict import Rules, judge_family

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import RenderableType


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much higher the second run is, on the cases that both have.

    Attributes:
        lines: Line -> metric -> difference.
        only: Lines that one of the two does not have.
    """

    first: str
    second: str
    cases: int
    lines: dict[str, dict[str, Difference]]
    only: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        return asdict(self)

    def __rich__(self) -> RenderableType:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(title=f"{self.second} less {self.first}: {self.cases:,} cases",
                      title_justify="left", box=None, pad_edge=False)  # fmt: skip
        for head in ("line", "metric", "difference", "p", "MDE", "verdict"):
            table.add_column(head, overflow="fold")
        for line, metrics in self.lines.items():
            for metric, one in metrics.items():
                shown = f"{one.mean:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
                known = (f"{one.adjusted:.3f}", f"{one.detectable:.3f}")
                table.add_row(Text(line), metric, Text(shown), *known, one.verdict)
        return Group(table, Text(
            "Verdicts: permutation test by person, p corrected for the lines of a metric (Holm). "
            "MDE: the smallest difference that these people decide four times in five.",
            style="dim",
        ))  # fmt: skip


def compare(first: RunFolder, second: RunFolder) -> Comparison:
    """Compares the products of two runs.

    Raises:
        EvalError: They have no case, or no line and metric, in common.
    """
    a, b = load_values(first.values), load_values(second.values)
    statistics = read_summary(first.summary)
    rows_a, rows_b = _common(a["cases"].tolist(), b["cases"].tolist())
    names = [name for name in a["lines"].tolist() if name in b["lines"].tolist()]
    metrics = [name for name in a["metrics"].tolist() if name in b["metrics"].tolist()]
    if len(rows_a) < 2 or not names or not metrics:
        raise EvalError(f"{first.id} and {second.id} share no cases or no lines. Compare others.")
    columns, places = _columns(a, b, names, metrics, (rows_a, rows_b))
    users = [a["users"].tolist()[row] for row in rows_a]
    if len(set(users)) < 2:
        raise EvalError(f"{first.id} and {second.id} share the cases of one person. Add people.")
    rules = Rules(statistics.level, first.config().statistics.margin, statistics.samples,
                  statistics.seed)  # fmt: skip
    lines: dict[str, dict[str, Difference]] = {name: {} for name in names}
    for metric in metrics:
        # The lines on one metric are a family, as in a run.
        own = [place for place, (_, of) in enumerate(places) if of == metric]
        for name, one in zip(names, judge_family(columns[:, own], users, rules), strict=True):
            lines[name][metric] = Difference.of(one)
    only = set(a["lines"].tolist()) ^ set(b["lines"].tolist())
    return Comparison(first.id, second.id, len(rows_a), lines, tuple(sorted(only)))


def _common(a: list[str], b: list[str]) -> tuple[list[int], list[int]]:
    place = {case: row for row, case in enumerate(b)}
    shared = [(row, place[case]) for row, case in enumerate(a) if case in place]
    return [one for one, _ in shared], [other for _, other in shared]


def _columns(
    a: dict[str, Any], b: dict[str, Any], names: list[str], metrics: list[str],
    rows: tuple[list[int], list[int]],
) -> tuple[NDArray[np.float64], list[tuple[str, str]]]:  # fmt: skip
    import numpy as np

    places = [(name, metric) for name in names for metric in metrics]

    def picked(values: dict[str, Any], row: list[int]) -> Iterator[NDArray[np.float64]]:
        lines, known = values["lines"].tolist(), values["metrics"].tolist()
        for name, metric in places:
            yield values["product"][lines.index(name)][row, known.index(metric)]

    pairs = zip(picked(b, rows[1]), picked(a, rows[0]), strict=True)
    return np.stack([mine - theirs for mine, theirs in pairs], axis=1), places
