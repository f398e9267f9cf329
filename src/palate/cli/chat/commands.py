"""The commands of a talk: lines that begin with a slash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from palate.cli.chat.history import History
from palate.cli.chat.talk import Talk
from palate.cli.common import console, say
from palate.errors import CatalogueError, PalateError

_T = TypeVar("_T")
HELP = (
    ("/why N", "what speaks for the one at place N"),
    ("/why-not TITLE", "why it is not among them"),
    ("/like N, /dislike N, /seen N", "your opinion of it; the next answer knows it"),
    ("/chips, /drop N", "what is in force, and to take one out"),
    ("/profile", "what is known of you"),
    ("/talks, /open N", "your earlier talks, and to go on with one"),
    ("/new, /forget", "start anew; erase this conversation and start anew"),
    ("/quit", "leave, as Ctrl-D does; Ctrl-C ends an answer under way"),
)


@dataclass
class Commands:
    """Hears lines.

    Attributes:
        talk: What they are about.
        history: What was typed; ``None`` where nothing is kept.
    """

    talk: Talk
    history: History | None = None
    _talks: Sequence[Mapping[str, Any]] = field(default=(), init=False)

    def hear(self, line: str) -> None:
        """Answers a line: a command where it begins with a slash, else a turn."""
        name, _, rest = line.strip().partition(" ")
        if not name:
            return
        try:
            if name.startswith("/"):
                self._command(name.lower(), rest.strip())
            else:
                self.talk.say(line.strip())
        except PalateError as error:
            say(str(error))

    def _command(self, name: str, rest: str) -> None:
        known: Mapping[str, Callable[[str], None]] = {
            "/help": self._help, "/why": self._why, "/why-not": self._why_not,
            "/like": self._opinion("like", "I loved"),
            "/dislike": self._opinion("dislike", "I did not like"),
            "/seen": self._opinion("view", "I have seen"),
            "/chips": self._chips, "/drop": self._drop, "/profile": self._profile,
            "/talks": self._list_talks, "/open": self._open, "/new": self._new,
            "/forget": self._forget, "/quit": self._quit, "/exit": self._quit,
        }  # fmt: skip
        if name not in known:
            say(f"There is no {name}. /help lists what there is.")
            return
        known[name](rest)

    def _help(self, _: str) -> None:
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", ratio=2)
        table.add_column(ratio=3)
        for name, told in HELP:
            table.add_row(name, told)
        console().print(table)
        say("Anything else is a turn: say what you are looking for, and what you liked.")

    def _why(self, rest: str) -> None:
        card = _nth(self.talk.cards, rest, "Nothing was shown yet: say what you are looking for.")
        if self.talk.recommendation is None:
            raise CatalogueError("What stands behind it is no longer kept.")
        self.talk.partner.why(self.talk.recommendation, card.item)

    def _why_not(self, rest: str) -> None:
        if not rest:
            raise CatalogueError("Say which title: /why-not Jaws.")
        self.talk.say(f"why not {rest}?")

    def _opinion(self, action: str, words: str) -> Callable[[str], None]:
        def told(rest: str) -> None:
            talk = self.talk
            card = _nth(talk.cards, rest, "Nothing was shown yet: say what you are looking for.")
            if not talk.user:
                # Nothing is kept of a stranger: it counts for this conversation.
                talk.say(f'{words} "{card.title}"')
                return
            talk.partner.feedback(card.item, action, talk.recommendation)
            told = talk.phrase(action)
            say(talk.phrase("recorded", action=told, title=card.title))

        return told

    def _chips(self, _: str) -> None:
        if self.talk.chips:
            self.talk.show_chips()
        else:
            say(self.talk.phrase("nothing"))

    def _drop(self, rest: str) -> None:
        talk = self.talk
        chip = _nth(talk.chips if talk.conversation else (), rest, talk.phrase("nothing"))
        talk.take(talk.partner.drop(talk.conversation or "", chip.id))
        say(talk.phrase("dropped", text=chip.text))
        talk.show_chips()

    def _profile(self, _: str) -> None:
        if not self.talk.user:
            say("Nobody is named: start with --user to be known, or go on as a stranger.")
            return
        self.talk.partner.profile()

    def _list_talks(self, _: str) -> None:
        if not self.talk.user:
            say("A stranger's talks are not listed: start with --user to be known.")
            return
        self._talks = self.talk.partner.talks()
        for n, one in enumerate(self._talks, start=1):
            turns = "1 turn" if one["turns"] == 1 else f"{one['turns']} turns"
            self.talk.dim(f"{n} {one['title']} ({str(one['at'])[:10]}, {turns})")
        if not self._talks:
            say("There are no earlier talks.")

    def _open(self, rest: str) -> None:
        one = _nth(self._talks, rest, "List your talks first: /talks.")
        self.talk.anew()
        self.talk.resume(str(one["id"]))

    def _new(self, _: str) -> None:
        self.talk.anew()
        say(self.talk.phrase("new"))

    def _forget(self, _: str) -> None:
        if self.talk.conversation is not None:
            self.talk.partner.forget(self.talk.conversation)
        if self.history is not None:
            self.history.clear()
        say(self.talk.phrase("erased"))
        self._new("")

    def _quit(self, _: str) -> None:
        self.talk.over = True


def _nth(of: Sequence[_T], rest: str, none: str) -> _T:
    """Returns the one that a number names.

    Raises:
        CatalogueError: There is none at all, or not of this number.
    """
    if not of:
        raise CatalogueError(none)
    if not rest.isdecimal() or not 1 <= int(rest) <= len(of):
        raise CatalogueError(f"Say which one: a number from 1 to {len(of)}.")
    return of[int(rest) - 1]
