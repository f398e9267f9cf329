"""What commands share: opening the workspace, printing, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from palate.workspace.palate import Palate

JSON = typer.Option(False, "--json", help="Print JSON.")
MODEL = typer.Option(None, "--model", help="Model as NAME or URL#NAME, for this call.")


def open_palate(context: typer.Context, model: str | None = None, **flags: Any) -> Palate:
    """Opens the workspace that -w names, with flags over its settings."""
    from palate.workspace.palate import Palate

    if model is not None:
        from palate.agent.models import parse_model_flag

        url, name = parse_model_flag(model)
        flags |= {"model__name": name, "model__base_url": url}
    return Palate.open(context.obj, **flags)


def console(stderr: bool = False) -> Console:
    """Returns a console; wide when nobody looks, so that piped tables are not cut."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else 100, highlight=False)


def show(value: Any, as_json: bool) -> None:
    """Prints a value that knows ``to_dict`` and ``__rich__``."""
    if as_json:
        print_json(value.to_dict())
    else:
        console().print(value)


def print_json(data: Any) -> None:
    """Prints JSON with every script readable."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


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

    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Shows the name of the current step on stderr, and yields the function that changes it."""
    out = console(stderr=True)
    with out.status(title) as status:
        yield status.update
