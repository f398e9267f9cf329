"""How a recommendation was made, read back from its trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from palate.domain import Evidence
from palate.errors import PalateError
from palate.workspace.words import evidence_line, shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from palate.retrieval.store import Store, Trace


@dataclass(frozen=True)
class Why:
    """A trace, or the part of it about one item.

    Attributes:
        how: The line that says who ranked.
        remarks: What else the reader was told.
        items: The recommendations as they were given.
        evidence: Item id -> its evidence in words.
        without: Where one item was asked about: what its place would be without items of the past.
    """

    id: str
    how: str
    remarks: tuple[str, ...]
    items: tuple[Mapping[str, Any], ...]
    evidence: Mapping[str, str]
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, trace: Trace, item: str | None, store: Store, language: str = "en") -> Why:
        """Reads a trace, its evidence in the words of a language (BCP 47).

        Raises:
            PalateError: The item was not among the recommendations.
        """
        given = trace.payload["recommendations"]
        chosen = [one for one in given if item in (None, one["item"]["id"])]
        if not chosen:
            held = ", ".join(one["item"]["id"] for one in given)
            raise PalateError(f"{item!r} is not in {trace.id}. It holds: {held or 'nothing'}.")
        evidence = {one["item"]["id"]: [evidence_of(e) for e in one["evidence"]] for one in chosen}
        named = {i for found in evidence.values() for e in found for i in e.items}
        titles = store.items(sorted(named))
        return cls(
            trace.id,
            trace.payload["how"],
            tuple(trace.payload["remarks"]),
            tuple(chosen),
            {i: evidence_line(found, titles, language) for i, found in evidence.items()},
        )

    def __rich__(self) -> RenderableType:
        """Returns a block for each item."""
        from rich.console import Group
        from rich.text import Text

        lines: list[RenderableType] = [Text(self.how, style="green")]
        lines += [Text(remark, style="yellow") for remark in self.remarks]
        for one in self.items:
            item, reason = one["item"], one["reason"]
            lines.append(Text(f"\n{one['rank']}. {shown(item['title'])}", style="bold"))
            lines += reason_lines(reason["text"], reason["written_by"], reason.get("replaced"))
            lines.append(_indented(f"evidence: {self.evidence[item['id']]}", "dim"))
            place = f"score {one['score']:.2f}, place {one['prior_rank']} by the prior alone"
            lines.append(_indented(place, "dim"))
        lines += [_indented(shown(line), "dim") for line in self.without]
        return Group(*lines)

    def to_dict(self) -> dict[str, Any]:
        """Returns it as JSON-able values."""
        return dict(self.__dict__)


def reason_lines(text: str, written_by: str, replaced: str | None) -> list[RenderableType]:
    """Returns a reason for a terminal, with the model's sentence that it stands in for."""
    lines = [_indented(f"{shown(text)}  [written by: {written_by}]")]
    return lines + ([_indented(f"refused: {shown(replaced)}", "yellow")] if replaced else [])


def _indented(text: str, style: str = "") -> RenderableType:
    from rich.padding import Padding
    from rich.text import Text

    return Padding(Text(text, style=style), (0, 0, 0, 3), expand=False)


def evidence_of(data: Mapping[str, Any]) -> Evidence:
    """Returns a piece of evidence as it was before it was kept."""
    return Evidence(
        data["feature"], data["contribution"], tuple(data["items"]),
        tuple(data["fields"]), tuple(data["words"]),
    )  # fmt: skip
