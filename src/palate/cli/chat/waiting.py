"""What is shown until the first word of an answer: the step, and the seconds so far."""

from __future__ import annotations

import time

from rich.text import Text

from palate.cli.chat.phrases import phrase
from palate.workspace.words import shown

#: Seconds after which the waiting is counted.
_PATIENCE = 2


class Waiting:
    """A line that counts by itself, for a spinner that is drawn again and again.

    Attributes:
        step: What is done now.
    """

    def __init__(self, *, chinese: bool) -> None:
        self._chinese, self._began = chinese, time.monotonic()
        self.step = phrase("thinking", chinese=chinese)

    def __rich__(self) -> Text:
        """Returns the line as it is now."""
        seconds = int(time.monotonic() - self._began)
        if seconds < _PATIENCE:
            return Text(shown(self.step), style="dim")
        told = phrase("seconds", chinese=self._chinese, text=shown(self.step), seconds=seconds)
        return Text(told, style="dim")
