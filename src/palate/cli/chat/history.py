"""What was typed in earlier talks, for the arrow keys: one private file in the workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from palate.workspace.folder import on_disk

#: Lines that the arrow keys reach.
_LINES = 500


@dataclass(frozen=True)
class History:
    """Lines that were typed, the newest last.

    Args:
        file: Where they are kept; forgetting anybody or any talk deletes it.
    """

    file: Path

    def load(self) -> None:
        """Gives the lines to the line editor, where the system has one."""
        try:
            import readline
        except ImportError:
            return
        for line in self._lines():
            readline.add_history(line)

    def add(self, line: str) -> None:
        """Keeps a line at once: a talk may end in any way.

        Raises:
            PrerequisiteError: The file cannot be written.
        """
        if not line.strip():
            return
        lines = [one for one in self._lines() if one != line]
        text = "\n".join([*lines, line][-_LINES:]) + "\n"
        with on_disk():
            self.file.touch(mode=0o600)
            self.file.write_text(text, "utf-8", "surrogateescape")

    def clear(self) -> None:
        """Forgets every line, also those that the line editor holds."""
        self.file.unlink(missing_ok=True)
        try:
            import readline
        except ImportError:
            return
        readline.clear_history()

    def _lines(self) -> list[str]:
        try:
            return self.file.read_text("utf-8", "surrogateescape").splitlines()
        except OSError:
            return []
