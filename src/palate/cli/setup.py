"""``palate demo``, ``init`` and ``doctor``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from palate.cli.common import JSON, MODEL, console, open_aside, print_json, steps


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(demo)
    app.command()(init)
    app.command()(doctor)


def demo(
    folder: Path = typer.Option(Path(".demo"), help="Where the example workspace is made."),
    model: str | None = MODEL,
) -> None:
    """Build the example workspace and run the main job on it."""
    from palate.workspace.demo import run_demo

    flags = {}
    if model is not None:
        from palate.agent.models import parse_model_flag

        url, name = parse_model_flag(model)
        flags = {"model__name": name, "model__base_url": url}
    run_demo(folder, console(), flags)


def init(
    folder: Path = typer.Argument(..., help="A folder that does not exist yet."),
    example: str | None = typer.Option(None, help="Fill it with an example: movies."),
    noun: str = typer.Option("item", help="What one thing is called, such as book."),
    nouns: str | None = typer.Option(None, help="The plural, where it is not NOUN and s."),
) -> None:
    """Make a workspace."""
    from palate.workspace.palate import Palate

    with (
        steps("init") as tell,
        Palate.init(folder, example=example, noun=noun, nouns=nouns) as palate,
    ):
        items = palate.store.item_count
        if example:
            tell("fit")
            palate.fit(progress=tell)
    if example:
        console().print(
            f"Workspace {folder} with {items} items, fitted. "
            f"Try: palate -w {folder} recommend --user ada"
        )
    else:
        console().print(f"Workspace {folder}. Next: palate -w {folder} ingest items FILE")


def doctor(
    context: typer.Context,
    probe: bool = typer.Option(False, "--probe", help="Look anew at what the server does."),
    model: str | None = MODEL,
    as_json: bool = JSON,
) -> None:
    """Show every setting and its origin, check everything, and say what to do."""
    from palate.cli.remote import remote_of
    from palate.workspace.doctor import Check, examine, render

    with open_aside(context, model) as palate:
        report = examine(palate, probe=probe)
        if palate.folder.copied and (remote := remote_of(context)):
            finding = f"{remote.url} serves this workspace; a copy of it was looked at"
            found = Check("service", "ok", finding, "its environment may set other settings")
            report = replace(report, checks=(found, *report.checks))
    if as_json:
        print_json(report.to_dict())
    else:
        console().print(render(report))
    if not report.healthy:
        raise typer.Exit(3)
