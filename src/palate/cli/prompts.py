"""``palate prompts list | show | render | check``: all without a model."""

from __future__ import annotations

from pathlib import Path

import typer

from palate.cli.common import JSON, console, open_aside, print_json

prompts = typer.Typer(help="Look at the prompts; no model is called.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(prompts, name="prompts")


def _folder(context: typer.Context) -> Path | None:
    folder = Path(context.obj) / "prompts"
    return folder if folder.is_dir() and (folder.parent / "palate.toml").is_file() else None


@prompts.command("list")
def list_prompts(context: typer.Context, as_json: bool = JSON) -> None:
    """List every template and version."""
    from rich.table import Table

    from palate.prompts.library import Library

    library = Library.open(_folder(context))
    rows = [template for versions in library.templates.values() for template in versions]
    if as_json:
        print_json([dict(t.header) | {"sha256": t.sha256, "origin": t.origin} for t in rows])
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("template", "reply", "from", "what it does"):
        table.add_column(heading, overflow="fold")
    for t in rows:
        table.add_row(f"{t.name}@{t.version}", t.header["reply"], t.origin, t.header["description"])
    console().print(table)


@prompts.command("show")
def show_prompt(context: typer.Context, name: str, as_json: bool = JSON) -> None:
    """Show a template's text; NAME or NAME@VERSION."""
    from palate.prompts.library import Library

    template = Library.open(_folder(context)).get(name)
    if as_json:
        print_json(
            dict(template.header)
            | {"sha256": template.sha256, "origin": template.origin, "text": template.source}
        )
        return
    console().print(f"{template.name}@{template.version}  sha256 {template.sha256}", style="dim")
    console().print(template.source, soft_wrap=True)  # as it is, for a file or a diff


@prompts.command()
def render(
    context: typer.Context,
    user: str | None = typer.Option(None, "-u", "--user", help="Id of a known person."),
    text: str = typer.Option("", help="A wish in words."),
    where: list[str] = typer.Option([], "--where", help="A constraint. Repeatable."),
    template: str | None = typer.Option(None, help="NAME or NAME@VERSION."),
    as_json: bool = JSON,
) -> None:
    """Render the prompt that a model would be sent."""
    from dataclasses import asdict

    from palate.workspace.show import prompt_view

    with open_aside(context) as palate:
        request = palate.request(user, text=text or None, constraints=where)
        prompt = palate.render(request, template)
    if as_json:
        print_json(asdict(prompt))
    else:
        console().print(prompt_view(prompt))


@prompts.command()
def check(context: typer.Context, as_json: bool = JSON) -> None:
    """Check every template: header, lock, syntax, and that it renders."""
    from palate.workspace.check import check_prompts

    results = check_prompts(_folder(context))
    if as_json:
        print_json(results)
    else:
        for name, state in results.items():
            console().print(f"{name}: {state}")
    if any(state != "ok" for state in results.values()):
        raise typer.Exit(6)
