"""Text that is printed while it is being written: wrapped at words, and between wide characters."""

from __future__ import annotations

import re
from collections.abc import Callable

from rich.cells import cell_len

#: Wide marks that end something: they never begin a line.
_CLOSING = "，。、；：！？）》」』】…"
#: A blank at which no line is broken.
GLUE = "\u00a0"
_NUMBER = re.compile(r"\d+\.|[-*•]")


class Flow:
    """Wraps text that comes in pieces.

    A line that begins with a number is continued under its words, one that begins with blanks under
    these. Characters that steer a terminal are left out: the text may be anybody's.

    Args:
        write: Takes what is to be printed, and its style.
        width: Cells of a line.
    """

    def __init__(self, write: Callable[[str, str], None], width: int) -> None:
        # A closing mark may stand beyond the line's end.
        self._write, self._width = write, max(20, width - 2)
        self._word, self._blanks, self._style = "", 0, ""
        self._column, self._indent = 0, 0

    def feed(self, text: str, style: str = "") -> None:
        """Prints a piece, but for its last word, which may go on. Styles change between words."""
        if style != self._style:
            self._end_word()
            self._style = style
        for one in text:
            if one == "\n":
                self._end_word()
                self._write("\n", "")
                self._blanks = self._column = self._indent = 0
            elif one in " \t":
                self._end_word()
                self._blanks += 1
            elif one == GLUE:
                self._word += " "
            elif one.isprintable():
                self._add(one)

    def close(self) -> None:
        """Prints the last word, and ends the line."""
        self._end_word()
        if self._column:
            self.feed("\n")

    def _add(self, one: str) -> None:
        wide = cell_len(one) == 2
        if wide and one not in _CLOSING:
            self._end_word()
        self._word += one
        if wide:
            self._end_word(closing=one in _CLOSING)

    def _end_word(self, *, closing: bool = False) -> None:
        if not self._word:
            return
        size, first = cell_len(self._word), self._column == 0
        gap = self._blanks if first else min(self._blanks, 1)
        if first:
            self._indent = min(gap, self._width // 2)
        elif self._column + gap + size > self._width + 2 * closing:
            self._write("\n" + " " * self._indent, "")
            self._column, gap = self._indent, 0
        self._write(" " * gap + self._word, self._style)
        self._column += gap + size
        if first and _NUMBER.fullmatch(self._word):
            self._indent = self._column + 1
        self._word, self._blanks = "", 0
