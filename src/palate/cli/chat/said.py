"""An answer in a terminal: its words as they come, and its recommendations as a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from palate.cli.chat.flow import Flow

if TYPE_CHECKING:
    from palate.agent.chat.events import Card

#: How a line of the list begins, as far as it has come.
_LISTED = re.compile(r"\d{0,3}(?:$|\.(?:$| ))")
_YEAR = re.compile(r"(?: \(-?\d+\))?")


class Said:
    """Prints a text that comes in pieces.

    A line that says no more than a card does is printed from the card: title, facts, reason.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow, self._line, self._text = flow, "", ""
        self._cards: Sequence[Card] = ()

    def know(self, cards: Sequence[Card]) -> None:
        """Hears what is recommended; lines that come later may list it."""
        self._cards = cards

    def feed(self, text: str) -> None:
        """Prints a piece; a line that may be one of the list waits for its end."""
        self._text += text
        for part in re.findall(r"[^\n]*\n|[^\n]+", text):
            before, self._line = self._line, self._line + part
            if not (self._cards and _LISTED.match(self._line)):
                self._flow.feed(self._line if self._cards and _LISTED.match(before) else part)
            elif part.endswith("\n"):
                self._listed(self._line.removesuffix("\n"))
            if part.endswith("\n"):
                self._line = ""

    def close(self, text: str) -> None:
        """Prints what is left of the whole text, and ends the line."""
        self.feed(text.removeprefix(self._text))
        if self._line and self._cards and _LISTED.match(self._line):
            self._listed(self._line)
        self._flow.close()

    def _listed(self, line: str) -> None:
        card = next((one for one in self._cards if _is_of(one, line)), None)
        if card is None:
            self._flow.feed(line + "\n")
            return
        self._flow.feed(f"{card.rank}. ", "cyan")
        self._flow.feed(card.title, "bold")
        facts = ", ".join(value for _, value in card.facts)
        self._flow.feed(f" ({facts})" if facts else "", "dim")
        self._flow.feed("\n")
        if card.reason:
            self._flow.feed(f"{' ' * (len(str(card.rank)) + 2)}{card.reason}\n")


def _is_of(card: Card, line: str) -> bool:
    start = f"{card.rank}. {card.title}"
    rest = line.removesuffix(f" - {card.reason}") if card.reason else line
    return rest.startswith(start) and _YEAR.fullmatch(rest[len(start) :]) is not None
