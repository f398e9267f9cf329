"""The answer: recommendations, how they were made, what it cost - and how that looks."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from palate.domain import (
    Claim,
    Constraint,
    Evidence,
    Item,
    RankBy,
    Reason,
    Recommendation,
    Relaxation,
    Start,
    Usage,
)
from palate.workspace.words import evidence_line, fact_line, shown

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Slate:
    """What `recommend` returns.

    Attributes:
        id: Of the stored trace; feedback may name it.
        recommendations: Best first.
        ranked_by: What really decided the order.
        asked: What was asked for.
        cause: Why the model did not decide, when it was asked to.
        model: Name of the model that spoke; ``None`` if none did.
        fitted: Whether the prior's weights were learnt.
        weight: Weight of the model's opinion, and ``tuned`` whether it was learnt.
        repairs: What had to be mended in the model's reply.
        start: What the profile could be made of.
        relax: The constraint to drop when nothing was left.
        notes: Further sentences for the reader.
        ranker: Which ranker the model was asked by; empty if it did not decide.
        titles: Item id -> item, for the history items that evidence names.
        facts: Fields shown beside a title.
    """

    id: str
    recommendations: tuple[Recommendation, ...]
    ranked_by: RankBy
    asked: RankBy
    start: Start
    constraints: tuple[Constraint, ...] = ()
    cause: str | None = None
    model: str | None = None
    fitted: bool = False
    weight: float = 0.0
    tuned: bool = False
    repairs: tuple[str, ...] = ()
    relax: Relaxation | None = None
    notes: tuple[str, ...] = ()
    usage: Usage = Usage()
    seconds: float = 0.0
    ranker: str = ""
    titles: Mapping[str, Item] = field(default_factory=dict, repr=False)
    facts: tuple[str, ...] = ("year",)

    def __len__(self) -> int:
        return len(self.recommendations)

    def __iter__(self) -> Iterator[Recommendation]:
        return iter(self.recommendations)

    def __getitem__(self, place: int) -> Recommendation:
        return self.recommendations[place]

    @property
    def how(self) -> str:
        """One line: who ranked this, and how sure that is."""
        prior = "prior" if self.fitted else "prior with fixed weights"
        if self.ranked_by == "prior":
            line = f"ranked by the {prior}"
        else:
            tuned = "tuned" if self.tuned else "untuned"
            line = f"ranked by {self.model}"
            line += f" ({self.ranker})" if self.ranker else ""
            if self.ranked_by == "fused":
                line += f" fused with the {prior} (weight {self.weight:g}, {tuned})"
        return f"{line}; profile: {self.start.value}; {self.seconds * 1000:.0f} ms"

    def remarks(self) -> list[str]:
        """Returns what the reader should know besides."""
        lines = list(self.notes)
        if self.cause:
            lines.append(f"The model did not decide: {self.cause}")
        if self.repairs:
            lines.append("Mended in the model's reply: " + "; ".join(self.repairs) + ".")
        if not self.recommendations:
            lines.append(self._nothing())
        return [shown(line) for line in lines]

    def _nothing(self) -> str:
        if self.relax is None:
            if len(self.constraints) > 1:
                return "No item meets every constraint, nor all but one of them."
            return "Nothing is left to recommend."
        if self.relax.constraint not in self.constraints:  # it stood there by default
            return (
                f"Everything that fits is already known ({self.relax.left} items). Ask with "
                "'seen = true', or set retrieval.seen = true, to meet it again."
            )
        return (
            f"No item meets every constraint. Drop '{self.relax.constraint}' and "
            f"{self.relax.left} would."
        )

    def __str__(self) -> str:
        """Returns plain text, a line a recommendation."""
        lines = [
            shown(f"{r.rank:>2}. {r.item.title}{_facts(r.item, self.facts)} - {r.reason.text}")
            for r in self.recommendations
        ]
        return "\n".join([*lines, self.how, *self.remarks()])

    def __rich__(self) -> RenderableType:
        """Returns a table for a terminal."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(show_lines=False, box=None, padding=(0, 1), expand=True, pad_edge=False)
        table.add_column("#", justify="right", style="bold cyan", width=2)
        table.add_column("What", ratio=4, overflow="fold")
        table.add_column("Why", ratio=5, overflow="fold")
        for one in self.recommendations:
            what = Text(shown(one.item.title), style="bold")
            what.append(_facts(one.item, self.facts), style="dim")
            if one.item.tags:
                what.append("\n" + shown(", ".join(one.item.tags[:4])), style="italic")
            why = Text(shown(one.reason.text))
            why.append("\n" + self.evidence(one), style="dim")
            table.add_row(str(one.rank), what, why)
        remarks = [Text(line, style="yellow") for line in self.remarks()]
        parts: list[RenderableType] = [table] if self.recommendations else []
        return Group(*parts, Text(self.how, style="green"), *remarks)

    def evidence(self, one: Recommendation) -> str:
        """Returns the evidence behind a recommendation in one line, with amounts."""
        return evidence_line(one.evidence, self.titles)

    def _repr_html_(self) -> str:
        """Returns a table for a notebook; text from the catalogue is escaped."""
        rows = "".join(
            f"<tr><td>{r.rank}</td><td><b>{_safe(r.item.title)}</b>"
            f"{_safe(_facts(r.item, self.facts))}</td><td>{_safe(r.reason.text)}"
            f"<br><small>{_safe(self.evidence(r))}</small></td></tr>"
            for r in self.recommendations
        )
        notes = "".join(f"<p><small>{_safe(line)}</small></p>" for line in self.remarks())
        head = "<tr><th>#</th><th>What</th><th>Why</th></tr>"
        return f"<table>{head}{rows}</table><p><small>{_safe(self.how)}</small></p>{notes}"

    def to_dict(self) -> dict[str, Any]:
        """Returns the slate as JSON-able values."""
        data = {
            key: value
            for key, value in self.__dict__.items()
            if key not in ("titles", "facts", "recommendations", "constraints", "relax", "usage")
        }
        return data | {
            "recommendations": [_recommendation(one) for one in self.recommendations],
            "constraints": [str(constraint) for constraint in self.constraints],
            "relax": None
            if self.relax is None
            else {"constraint": str(self.relax.constraint), "left": self.relax.left},
            "usage": asdict(self.usage),
            "how": self.how,
            "remarks": self.remarks(),
        }


def _facts(item: Item, facts: tuple[str, ...]) -> str:
    line = fact_line(item, facts)
    return f" ({line})" if line else ""


def _safe(text: str) -> str:
    return html.escape(shown(text))


def _recommendation(one: Recommendation) -> dict[str, Any]:
    item = one.item
    return {
        "rank": one.rank,
        "item": dict(item.fields) | {"id": item.id, "title": item.title, "tags": list(item.tags)},
        "score": one.score,
        "prior_rank": one.prior_rank,
        "reason": _plain(one.reason) | {"claims": [_plain(claim) for claim in one.reason.claims]},
        "evidence": [_plain(evidence) for evidence in one.evidence],
    }


def _plain(value: Reason | Claim | Evidence) -> dict[str, Any]:
    """Returns the fields by name: unlike ``asdict``, without copying each text in them."""
    return {field.name: getattr(value, field.name) for field in fields(value)}
