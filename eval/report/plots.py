"""Plots as inline SVG. Colours come from the page's style, so that dark and light both read."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from palate.eval.runs.summary import Line, Mean, RunSummary
from palate.eval.statistics.noise import Noise

#: Widths that plots are drawn in: of a desk and of a hand. Text is of one size in both.
WIDE, NARROW = 1050, 340
#: Of a plot that has another one beside it.
_HALF = 640
#: Longest name that stands before its row.
_BESIDE = 48


def intervals(summary: RunSummary, lines: Sequence[Line], metric: str, width: int) -> str:
    """Draws each line's mean and interval: filled the product, hollow the model alone."""
    at = _Rows.of([line.name for line in lines], width)
    highest = max([one.high for line in lines for one in line.product.values()] + [1e-9])
    top = min(1.0, max(highest, 0.05))
    scale = (width - at.left - 24) / top
    rows: list[str] = []
    for place, line in enumerate(lines):
        rows.append(at.name(line.name, place))
        for found, kind in ((line.product, line.kind), (line.model, "own")):
            if metric in found:
                y = at.y(place) + (6 if kind == "own" else -3 if line.model else 0)
                rows.append(_interval(line.name, found[metric], kind, y, (at.left, scale)))
    height = len(lines) * at.step + 40
    base = at.left + summary.line(summary.baseline).product[metric].mean * scale
    level = f'<line class="level" x1="{base:.1f}" x2="{base:.1f}" y1="4" y2="{height - 22}"/>'
    axis = _axis(scale, top, height, at.left)
    return _svg(width, height, axis + level + "".join(rows), f"{metric} with intervals")


def _interval(name: str, one: Mean, kind: str, y: int, axis: tuple[int, float]) -> str:
    left, scale = axis
    low, mean, high = (left + value * scale for value in (one.low, one.mean, one.high))
    return (
        f'<line class="{kind}" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
        f'<circle class="{kind}" cx="{mean:.1f}" cy="{y}" r="4.5"><title>'
        f"{escape(name)}: {one.mean:.4f} [{one.low:.4f}, {one.high:.4f}]</title></circle>"
    )


def shares(noise: Sequence[tuple[str, Noise]], width: int) -> str:
    """Draws of each mean's variance what the sample of people and what the model adds."""
    at = _Rows.of([name for name, _ in noise], width)
    room, rows = width - at.left - 60, []
    for place, (name, one) in enumerate(noise):
        y, own = at.y(place), one.share * room
        rows.append(at.name(name, place))
        for kind, x, wide in (("bar", at.left, room - own), ("rest", at.left + room - own, own)):
            rows.append(f'<rect class="{kind}" x="{x:.1f}" y="{y - 7}" width="{wide:.1f}" '
                        'height="14"/>')  # fmt: skip
        rows.append(f'<text x="{width - 4}" y="{y + 5}" text-anchor="end">{one.share:.0%}</text>')
    return _svg(width, len(noise) * at.step + 14, "".join(rows), "share of the variance")


def cost(summary: RunSummary, lines: Sequence[Line], metric: str, width: int) -> str:
    """Draws quality against US dollars, or tokens where nothing has a price, a thousand cases."""
    models = [line for line in lines if line.kind == "model"]
    if not models:
        return ""
    width, height = width if width == NARROW else _HALF, 320
    priced = any(line.cost.get("usd", 0) > 0 for line in models)
    spent = [_spent(line, priced) for line in models]
    means = [line.product[metric] for line in models]
    prior = summary.line(summary.baseline).product[metric].mean
    low, high = min(prior, *(m.low for m in means)), max(prior, *(m.high for m in means))
    widest, span = max(spent) or 1.0, high - low or 1.0
    left, floor = 46, height - 44

    def up(value: float) -> float:
        return floor - 12 - (value - low) / span * (floor - 50)

    points = [(left + 14 + x / widest * (width - left - 60), up(m.mean))
              for x, m in zip(spent, means, strict=True)]  # fmt: skip
    marks = "".join(
        f'<line class="model faded" x1="{x:.1f}" x2="{x:.1f}" y1="{up(m.low):.1f}" '
        f'y2="{up(m.high):.1f}"/><circle class="model" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
        for (x, y), m in zip(points, means, strict=True)
    )
    told = "".join(
        _numbers((_outermost(points, numbers, width), at[1]), numbers, width)
        for at, numbers in _together(points)
    )
    frame = _cost_frame((left, floor, width), {up(v): f"{v:.2f}" for v in (low, high)})
    # Below its line, but for where the axis is written.
    label = up(prior) + (15 if up(prior) + 15 < floor - 8 else -7)
    base = (
        f'<line class="level" x1="{left}" x2="{width}" y1="{up(prior):.1f}" y2="{up(prior):.1f}"/>'
        f'<text class="faint" x="{width - 2}" y="{label:.1f}" text-anchor="end">'
        f"{escape(summary.baseline)} {prior:.3f}</text>"
    )
    most = f"{widest:,.3g} US dollars" if priced else f"{widest:,.0f} tokens"
    unit = f"{most} a thousand cases"
    axis = f'<text x="{width - 2}" y="{height - 24}" text-anchor="end">{unit}</text>'
    return _svg(width, height, frame + base + marks + told + axis, "quality against cost")


def _cost_frame(box: tuple[int, int, int], ticks: Mapping[float, str]) -> str:
    left, floor, width = box
    told = "".join(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
                   for y, text in ticks.items())  # fmt: skip
    return (
        f'<line class="axis" x1="{left}" x2="{left}" y1="14" y2="{floor}"/>'
        f'<line class="axis" x1="{left}" x2="{width}" y1="{floor}" y2="{floor}"/>'
        f'<text x="{left + 14}" y="{floor + 20}" text-anchor="middle">0</text>{told}'
    )


def _outermost(points: Sequence[tuple[float, float]], numbers: Sequence[int], width: int) -> float:
    """Returns where the numbers of some points stand clear of all of them."""
    xs = [points[number - 1][0] for number in numbers]
    return min(xs) if xs[0] > width * 0.6 else max(xs)


def _numbers(at: tuple[float, float], numbers: Sequence[int], width: int) -> str:
    """Draws the numbers of points beside their mark, runs of them as ``1-4``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
    side, anchor = (-9, "end") if at[0] > width * 0.6 else (9, "start")
    return f'<text x="{at[0] + side:.1f}" y="{at[1] + 4:.1f}" text-anchor="{anchor}">{told}</text>'


def _together(
    points: Sequence[tuple[float, float]],
) -> list[tuple[tuple[float, float], list[int]]]:
    """Puts points together whose labels would cover each other: where, and numbers from 1."""
    found: list[tuple[tuple[float, float], list[int]]] = []
    for number, (x, y) in enumerate(points, start=1):
        near = [place for place, ((known_x, known_y), _) in enumerate(found)
                if abs(x - known_x) < 24 and abs(y - known_y) < 16]  # fmt: skip
        if near:
            (known_x, known_y), numbers = found[near[0]]
            found[near[0]] = ((known_x, known_y), [*numbers, number])
        else:
            found.append(((x, y), [number]))
    return found


def position(line: Line) -> str:
    """Draws how often the model's first choice stood in each slot; level is without a bias."""
    shares = [share for share, _ in line.slots]
    if not shares:
        return ""
    top, height, width = max([*shares, 2 / len(shares)]), 130, NARROW
    each = (width - 80) / len(shares)
    bars = []
    for slot, share in enumerate(shares):
        tall = share / top * 90
        bars.append(
            f'<rect class="bar" x="{50 + slot * each + 1:.1f}" y="{105 - tall:.1f}" '
            f'width="{max(each - 2, 1):.1f}" height="{tall:.1f}"><title>slot {slot + 1}: '
            f"{share:.1%}</title></rect>"
        )
    level = 105 - 1 / len(shares) / top * 90
    frame = (
        f'<line class="level" x1="50" x2="{width - 30}" y1="{level:.1f}" y2="{level:.1f}"/>'
        f'<text x="46" y="{level + 4:.1f}" text-anchor="end">{1 / len(shares):.0%}</text>'
        f'<text x="50" y="122">slot 1</text><text x="{width - 30}" y="122" text-anchor="end">'
        f"slot {len(shares)}</text>"
    )
    return _svg(None, height, frame + "".join(bars), f"first choice by slot: {line.name}")


def _spent(line: Line, priced: bool) -> float:
    cases = max(line.health.get("cases", 1), 1)
    tokens = line.cost["prompt_tokens"] + line.cost["completion_tokens"]
    return (line.cost["usd"] if priced else tokens) / cases * 1000


def _axis(scale: float, top: float, height: int, left: int) -> str:
    step = 0.2 if top > 0.5 else 0.05 if top > 0.1 else 0.01
    ticks = []
    for number in range(int(top / step) + 1):
        x = left + number * step * scale
        ticks.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="6" y2="{height - 20}"/>'
            f'<text x="{x:.1f}" y="{height - 5}" text-anchor="middle">{number * step:.2f}</text>'
        )
    return "".join(ticks)


@dataclass(frozen=True)
class _Rows:
    """Where rows and their names stand: names before their rows, or above where room is short.

    Attributes:
        left: Where the drawing begins; ``step`` from one row to the next.
        wrap: Characters of a name in a line.
    """

    left: int
    step: int
    wrap: int

    @classmethod
    def of(cls, names: Sequence[str], width: int) -> _Rows:
        """Returns room enough for all of these names."""
        if width == WIDE and max(map(len, names), default=0) <= _BESIDE:
            return cls(350, 28, 0)
        wrap = 150 if width == WIDE else 48
        lines = max((len(_wrapped(name, wrap)) for name in names), default=1)
        return cls(18, 31 + 15 * lines, wrap)

    def y(self, place: int) -> int:
        """Returns the middle of a row."""
        return (place + 1) * self.step - 4

    def name(self, name: str, place: int) -> str:
        """Draws a name."""
        if not self.wrap:
            return f'<text x="4" y="{self.y(place) + 4}">{escape(name)}</text>'
        lines = _wrapped(name, self.wrap)
        first = self.y(place) - 15 * len(lines)
        return "".join(
            f'<text x="4" y="{first + 15 * n}">{escape(line)}</text>'
            for n, line in enumerate(lines)
        )


def _wrapped(name: str, width: int) -> list[str]:
    return textwrap.wrap(name, width) or [""]


def _svg(width: int | None, height: int, inside: str, title: str) -> str:
    """Returns a drawing for one kind of screen, or for both where no width is given."""
    kind = {None: "both", NARROW: "narrow"}.get(width, "wide")
    wide = NARROW if width is None else width
    return (
        f'<svg class="{kind}" viewBox="0 0 {wide} {height}" role="img" '
        f'aria-label="{escape(title)}">{inside}</svg>'
    )


def legend(lines: Sequence[Line]) -> list[tuple[int, str]]:
    """Returns number and name of each point of `cost`."""
    models = [line for line in lines if line.kind == "model"]
    return [(number, line.name) for number, line in enumerate(models, start=1)]
