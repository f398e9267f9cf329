"""What commands share: opening the workspace, printing, progress."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from palate.workspace.palate import Palate

JSON = typer.Option(False, "--json", help="Print JSON.")
MODEL = typer.Option(None, "--model", help="Model as NAME or URL#NAME, for this call.")
#: Seconds that a server may take to copy its workspace.
COPYING = 3600


def open_palate(context: typer.Context, model: str | None = None, **flags: Any) -> Palate:
    """Opens the workspace that -w names, with flags over its settings."""
    from palate.workspace.palate import Palate

    return Palate.open(context.obj, **flags, **_model_flags(model))


@contextmanager
def open_aside(context: typer.Context, model: str | None = None) -> Iterator[Palate]:
    """Opens the workspace for work that takes long; where a server owns it, a copy of it.

    Raises:
        PalateError: As of `open_palate`; or another command works on a copy.
    """
    from palate.cli.remote import path, remote_of

    remote = remote_of(context)
    if remote is None:
        with open_palate(context, model) as palate:
            yield palate
        return
    from palate.workspace.copies import opened_copy

    ask = partial(remote.call, "POST", path("copy"), {}, patience=COPYING)
    with opened_copy(context.obj, ask, **_model_flags(model)) as palate:
        yield palate


def _model_flags(model: str | None) -> dict[str, str | None]:
    if model is None:
        return {}
    from palate.agent.models import parse_model_flag

    url, name = parse_model_flag(model)
    return {"model__name": name, "model__base_url": url}


def console(stderr: bool = False) -> Console:
    """Returns a console; wide when nobody looks, so that piped tables are not cut.

    What it prints is text: a title such as ``[/b]`` or ``:smile:`` is no markup.
    """
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    given = stream.isatty() or os.environ.get("COLUMNS")
    return Console(
        stderr=stderr, width=None if given else 100, highlight=False, markup=False, emoji=False
    )


def show(value: Any, as_json: bool) -> None:
    """Prints a value that knows ``to_dict`` and ``__rich__``."""
    if as_json:
        print_json(value.to_dict())
    else:
        console().print(value)


def say(sentence: str) -> None:
    """Prints a sentence that may hold words from outside."""
    from palate.workspace.words import shown

    console().print(shown(sentence))


def print_json(data: Any) -> None:
    """Prints JSON with every script readable."""
    readable = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    text = json.dumps(data, ensure_ascii=not readable, indent=2, default=str)
    sys.stdout.write(text + "\n")


@contextmanager
def bytes_progress(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """Shows a progress bar over bytes on stderr, and yields the function that moves it."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    out = console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=out, transient=True, disable=not out.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Shows the name of the current step on stderr, and yields the function that changes it."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield lambda _: None
        return
    with out.status(title) as status:
        yield status.update
