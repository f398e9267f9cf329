"""The command ``palate chat``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from palate.cli.common import MODEL, console, open_palate, say
from palate.cli.remote import refuse, remote_of

if TYPE_CHECKING:
    from palate.cli.chat.partner import Partner
    from palate.cli.chat.talk import Talk


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

    with _partner(context, user, model) as partner:
        talk = Talk(partner, console(), user)
        if conversation is not None:
            talk.resume(conversation)
        if text:
            talk.turn(text)
        else:
            _listen(talk)
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


def _listen(talk: Talk) -> None:
    """Hears lines until there are no more."""
    typed = sys.stdin.isatty()
    if typed:
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401 - arrows and history, where the system has it
        say("Say what you are looking for. /help lists commands; Ctrl-D leaves.")
    while not talk.over:
        try:
            line = input("> " if typed else "")
        except (EOFError, KeyboardInterrupt):
            talk.console.print()
            return
        if not typed:
            talk.console.print(f"> {line}", style="dim")
        try:
            talk.hear(line)
        except KeyboardInterrupt:
            talk.console.print()
            say("Stopped.")
        talk.console.print()
