"""The command ``palate chat``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from palate.cli.common import MODEL, console, open_palate, say
from palate.cli.remote import refuse, remote_of

if TYPE_CHECKING:
    from palate.cli.chat.commands import Commands
    from palate.cli.chat.partner import Partner
    from palate.cli.chat.talk import Talk
    from palate.workspace.folder import Folder


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(chat)


def chat(
    context: typer.Context,
    text: str = typer.Argument("", help="One turn, and no more; without it, a talk."),
    user: str = typer.Option("", "-u", "--user", help="Who talks; new people become known."),
    conversation: str | None = typer.Option(
        None, "-c", "--conversation", help="Goes on with an earlier one."
    ),
    model: str | None = MODEL,
) -> None:
    """Ask in words, turn by turn; /help lists the commands of a talk."""
    from palate.cli.chat.talk import Talk
    from palate.workspace.folder import Folder

    with _partner(context, user, model) as partner:
        talk = Talk(partner, console(), user)
        if conversation is not None:
            talk.resume(conversation)
        if text:
            talk.say(text)
        else:
            _listen(talk, Folder(Path(context.obj)))
    if talk.conversation:
        talk.console.print(f"conversation {talk.conversation}", style="dim")


@contextmanager
def _partner(context: typer.Context, user: str, model: str | None) -> Iterator[Partner]:
    from palate.cli.chat.partner import Here, There

    if remote := remote_of(context):
        refuse(remote, {"--model": model})
        yield There(remote, user)
        return
    with open_palate(context, model) as palate:
        here = Here(palate, user)
        try:
            yield here
        finally:
            here.close()


def _listen(talk: Talk, folder: Folder) -> None:
    """Hears lines until there are no more."""
    from palate.cli.chat.commands import Commands
    from palate.cli.chat.history import History

    typed = sys.stdin.isatty()
    history = History(folder.typed) if typed else None
    if history is not None:
        history.load()
        say("Say what you are looking for. /help lists commands; Ctrl-D leaves.")
    commands, interrupted = Commands(talk, history), False
    while not talk.over:
        try:
            line = input("> " if typed else "")
        except EOFError:
            talk.console.print()
            return
        except KeyboardInterrupt:
            talk.console.print()
            if interrupted:
                return
            interrupted = True
            say("Ctrl-C once more, or Ctrl-D, leaves.")
            continue
        interrupted = False
        _answer(commands, line, typed=typed)


def _answer(commands: Commands, line: str, *, typed: bool) -> None:
    if commands.history is not None:
        commands.history.add(line)
    if not typed:
        commands.talk.dim(f"> {line}")
    try:
        commands.hear(line)
    except KeyboardInterrupt:
        commands.talk.console.print()
        say(commands.talk.phrase("stopped"))
    commands.talk.console.print()
