"""Plots as inline SVG. Colours come from the page's style, so that dark and light both read."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from palate.eval.runs.summary import Line, RunSummary

#: Widths that plots are drawn in: of a desk and of a hand. Text is of one size in both.
WIDE, NARROW = 900, 340


def intervals(summary: RunSummary, metric: str, width: int) -> str:
    """Draws each line's mean and interval: filled the product, hollow the model alone."""
    # Names stand before their rows, and above them where there is no room.
    left, step = (330, 26) if width == WIDE else (14, 42)
    top = max([one.high for line in summary.lines for one in line.product.values()] + [1e-9])
    scale = (width - left - 20) / min(1.0, max(top, 0.05))
    rows: list[str] = []
    for place, line in enumerate(summary.lines):
        y = step - 6 + place * step
        rows.append(_label(line.name, y if width == WIDE else y - 18))
        for found, kind in ((line.product, line.kind), (line.model, "own")):
            if metric in found:
                one = found[metric]
                at = y + (5 if kind == "own" else -3)
                low, mean, high = (left + value * scale for value in (one.low, one.mean, one.high))
                rows.append(
                    f'<line class="{kind}" x1="{low:.1f}" x2="{high:.1f}" y1="{at}" y2="{at}"/>'
                    f'<circle class="{kind}" cx="{mean:.1f}" cy="{at}" r="4"><title>'
                    f"{escape(line.name)}: {one.mean:.4f} [{one.low:.4f}, {one.high:.4f}]"
                    "</title></circle>"
                )
    height = len(summary.lines) * step + 42
    axis = _axis(scale, min(1.0, max(top, 0.05)), height, left)
    return _svg(width, height, axis + "".join(rows), f"{metric} with intervals")


def cost(summary: RunSummary, metric: str, width: int) -> str:
    """Draws quality against US dollars, or tokens where nothing has a price, a thousand cases."""
    models = [line for line in summary.lines if line.kind == "model"]
    priced = any(line.cost.get("usd", 0) > 0 for line in models)
    points = [(_spent(line, priced), line.product[metric].mean, line) for line in models]
    if not points:
        return ""
    widest = max(x for x, _, _ in points) or 1.0
    prior = summary.line(summary.baseline).product[metric].mean
    best = max(prior, *(y for _, y, _ in points))
    height = 300
    places: dict[tuple[int, int], list[int]] = {}
    for number, (x, y, _) in enumerate(points, start=1):
        px, py = 24 + x / widest * (width - 70), height - 40 - y / (best or 1) * (height - 80)
        # Points that would cover each other share a mark, which names them all.
        places.setdefault((round(px / 16), round(py / 16)), []).append(number)
    marks = [
        f'<circle class="model" cx="{16 * x}" cy="{16 * y}" r="5"/>'
        f'<text x="{16 * x}" y="{16 * y - 9}" text-anchor="middle">'
        f"{', '.join(map(str, numbers))}</text>"
        for (x, y), numbers in places.items()
    ]
    level = height - 40 - prior / (best or 1) * (height - 80)
    unit = "US dollars" if priced else "tokens"
    frame = (
        f'<line class="grid" x1="24" x2="{width - 16}" y1="{level:.1f}" y2="{level:.1f}"/>'
        f'<text x="{width - 16}" y="{level + 16:.1f}" text-anchor="end">'
        f"{escape(summary.baseline)} {prior:.3f}</text>"
        f'<line class="axis" x1="24" x2="{width - 16}" y1="{height - 40}" y2="{height - 40}"/>'
        f'<text x="24" y="{height - 22}">0</text>'
        f'<text x="{width - 16}" y="{height - 22}" text-anchor="end">{widest:,.3g} {unit} a '
        f'thousand cases</text><text x="24" y="14">{escape(metric)}</text>'
    )
    return _svg(width, height, frame + "".join(marks), "quality against cost")


def position(line: Line, width: int) -> str:
    """Draws how often the model's first choice stood in each slot; level is without a bias."""
    shares = [share for share, _ in line.slots]
    if not shares:
        return ""
    top, height = max([*shares, 2 / len(shares)]), 130
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
        f'<line class="grid" x1="50" x2="{width - 30}" y1="{level:.1f}" y2="{level:.1f}"/>'
        f'<text x="46" y="{level + 4:.1f}" text-anchor="end">{1 / len(shares):.0%}</text>'
        f'<text x="50" y="122">slot 1</text><text x="{width - 30}" y="122" text-anchor="end">'
        f"slot {len(shares)}</text>"
    )
    return _svg(width, height, frame + "".join(bars), f"first choice by slot: {line.name}")


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


def _label(name: str, y: int) -> str:
    short = name if len(name) <= 50 else name[:49] + "…"
    return f'<text x="4" y="{y + 4}">{escape(short)}<title>{escape(name)}</title></text>'


def _svg(width: int, height: int, inside: str, title: str) -> str:
    kind = "wide" if width == WIDE else "narrow"
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title)}">{inside}</svg>'
    )


def legend(lines: Sequence[Line]) -> list[tuple[int, str]]:
    """Returns number and name of each point of `cost`."""
    models = [line for line in lines if line.kind == "model"]
    return [(number, line.name) for number, line in enumerate(models, start=1)]
