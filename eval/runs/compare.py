"""Two runs on the same cases, line by line, paired by case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from palate.errors import EvalError
from palate.eval.cases import read_cases, record_of
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
    """How much higher the second run is, on the cases that both asked alike.

    Attributes:
        lines: Line -> metric -> difference of the products.
        models: Variant -> metric -> difference of the model's own orders.
        only: Lines that one of the two does not have.
        left_out: Sentences about cases and lines that are not compared.
    """

    first: str
    second: str
    cases: int
    lines: dict[str, dict[str, Difference]]
    only: tuple[str, ...]
    models: dict[str, dict[str, Difference]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON values."""
        return asdict(self)

    def __rich__(self) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        parts: list[RenderableType] = [_table(
            f"{self.second} less {self.first}: {self.cases:,} cases", self.lines
        )]  # fmt: skip
        if self.models:
            parts += ["", _table("The model alone", self.models)]
        parts += [Text(f"! {sentence}", style="yellow") for sentence in self.left_out]
        return Group(*parts, Text(
            "Verdicts: permutation test by person, p corrected for the lines of a metric, products "
            "and models alone (Holm). MDE: the smallest difference that these people decide four "
            "times in five.", style="dim",
        ))  # fmt: skip


def _table(title: str, lines: dict[str, dict[str, Difference]]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for head in ("line", "metric", "difference", "p", "MDE", "verdict"):
        table.add_column(head, overflow="fold")
    for line, metrics in lines.items():
        for metric, one in metrics.items():
            shown = f"{one.mean:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
            known = (f"{one.adjusted:.3f}", f"{one.detectable:.3f}" if one.detectable else "-")
            table.add_row(Text(line), metric, Text(shown), *known, one.verdict)
    return table


def compare(first: RunFolder, second: RunFolder) -> Comparison:
    """Compares the products, and the models alone, of two runs.

    Cases are paired where both runs asked the same under one id: request and truth alike.

    Raises:
        EvalError: They have no case, or no line and metric, in common.
    """
    a, b = load_values(first.values), load_values(second.values)
    pairing = _paired(first, second, a["cases"].tolist(), b["cases"].tolist())
    metrics = [name for name in a["metrics"].tolist() if name in b["metrics"].tolist()]
    products = _shared(a, b, "lines")
    if len(pairing.rows[0]) < 2 or not products or not metrics:
        raise EvalError(
            f"{first.id} and {second.id} share no cases or no lines. {' '.join(pairing.told)} "
            "Compare others."
        )
    users = [a["users"].tolist()[row] for row in pairing.rows[0]]
    if len(set(users)) < 2:
        raise EvalError(f"{first.id} and {second.id} share the cases of one person. Add people.")
    places = [("product", "lines", name) for name in products]
    places += [("own", "models", name) for name in _shared(a, b, "models")]
    statistics = read_summary(first.summary)
    rules = Rules(statistics.level, first.config().statistics.margin, statistics.samples,
                  statistics.seed)  # fmt: skip
    found: dict[str, dict[str, dict[str, Difference]]] = {"product": {}, "own": {}}
    for metric in metrics:
        # The lines on one metric are a family, as in a run.
        columns = _columns(a, b, places, metric, pairing.rows)
        for (column, _, name), one in zip(places, judge_family(columns, users, rules), strict=True):
            found[column].setdefault(name, {})[metric] = Difference.of(one)
    only = tuple(sorted(set(a["lines"].tolist()) ^ set(b["lines"].tolist())))
    told = pairing.told
    if only:
        told = (*told, f"In one of the runs alone, and not compared: {', '.join(only)}.")
    return Comparison(
        first.id, second.id, len(pairing.rows[0]), found["product"], only, found["own"], told
    )


@dataclass(frozen=True, slots=True)
class _Pairing:
    """Rows of the cases that both runs asked alike, and sentences about the others."""

    rows: tuple[list[int], list[int]]
    told: tuple[str, ...]


def _paired(first: RunFolder, second: RunFolder, a: list[str], b: list[str]) -> _Pairing:
    asked = {case.id: record_of(case) for case in read_cases(first.cases)}
    again = {case.id: record_of(case) for case in read_cases(second.cases)}
    place = {case: row for row, case in enumerate(b)}
    both = [case for case in a if case in place]
    alike = {case for case in both if asked[case] == again[case]}
    rows = [(row, place[case]) for row, case in enumerate(a) if case in alike]
    told = []
    if unlike := len(both) - len(alike):
        told.append(
            f"{unlike:,} cases have one id in both runs, but another question or truth: they are "
            "not compared."
        )
    lacking = ((first, second, len(a) - len(both)), (second, first, len(b) - len(both)))
    told += [f"{count:,} cases of {run.id} are not in {other.id}: they are not compared."
             for run, other, count in lacking if count]  # fmt: skip
    return _Pairing(([one for one, _ in rows], [other for _, other in rows]), tuple(told))


def _shared(a: dict[str, Any], b: dict[str, Any], kind: str) -> list[str]:
    if kind not in a or kind not in b:
        return []
    return [name for name in a[kind].tolist() if name in b[kind].tolist()]


def _columns(
    a: dict[str, Any], b: dict[str, Any], places: list[tuple[str, str, str]], metric: str,
    rows: tuple[list[int], list[int]],
) -> NDArray[np.float64]:  # fmt: skip
    import numpy as np

    def picked(values: dict[str, Any], row: list[int]) -> Iterator[NDArray[np.float64]]:
        known = values["metrics"].tolist().index(metric)
        for column, kind, name in places:
            yield values[column][values[kind].tolist().index(name)][row, known]

    pairs = zip(picked(b, rows[1]), picked(a, rows[0]), strict=True)
    return np.stack([mine - theirs for mine, theirs in pairs], axis=1)
