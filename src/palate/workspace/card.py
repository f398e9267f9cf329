"""A profile, as it is shown to the person it is about."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from palate.domain import HistoryEntry, Item, Profile
from palate.workspace.words import shown

if TYPE_CHECKING:
    from rich.console import RenderableType

_SHOWN = 10
_LONGEST = 200


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def rows_table(rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Returns labelled lines as a two-column table for a terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in rows:
        table.add_row(label, Text(text))
    return table


@dataclass(frozen=True)
class ProfileCard:
    """A profile together with the titles that it names."""

    profile: Profile
    items: Mapping[str, Item] = field(repr=False)

    def _title(self, item: str) -> str:
        return self.items[item].title if item in self.items else item

    def rows(self) -> list[tuple[str, str]]:
        """Returns the profile as labelled lines."""
        profile = self.profile
        newest = list(reversed(profile.history))
        leans = [f"{lean.tag} {lean.weight:+.2f}" for lean in profile.tags[:_SHOWN]]
        rows = [
            ("person", profile.user or "a stranger"),
            ("known from", f"{profile.start.value}, {len(profile.history)} items"),
            ("leans to", ", ".join(leans)),
            ("liked lately", self._titles([e for e in newest if e.strength > 0.15])),
            ("disliked", self._titles([e for e in newest if e.strength < 0])),
            ("dismissed", ", ".join(sorted(self._title(item) for item in profile.hidden))),
            ("language", profile.language or ""),
        ]
        for wish in profile.wishes:
            rows.append((f"wish {wish.id}", ("" if wish.likes else "not: ") + _cut(wish.text)))
        return [(label, shown(text)) for label, text in rows if text]

    def _titles(self, entries: list[HistoryEntry]) -> str:
        shown = [self._title(entry.item) for entry in entries[:_SHOWN]]
        more = len(entries) - len(shown)
        return ", ".join(shown) + (f" and {more} more" if more else "")

    def __str__(self) -> str:
        return "\n".join(f"{label + ':':<14}{text}" for label, text in self.rows())

    def __rich__(self) -> RenderableType:
        """Returns a two-column table for a terminal."""
        return rows_table(self.rows())

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(label)}</th><td>{html.escape(text)}</td></tr>"
            for label, text in self.rows()
        )
        return f"<table>{rows}</table>"

    def to_dict(self) -> dict[str, Any]:
        """Returns the profile as JSON-able values."""
        data = asdict(self.profile)
        data["hidden"] = sorted(self.profile.hidden)
        data["seen"] = sorted(self.profile.seen)
        for entry in data["history"]:
            entry["title"] = self._title(entry["item"])
        return data
