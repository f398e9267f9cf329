"""``palate serve`` and ``palate keys``."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from palate.cli.common import JSON, MODEL, console, print_json, say

keys = typer.Typer(help="Make, list and remove keys of the service.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(serve)
    app.add_typer(keys, name="keys")


def serve(
    context: typer.Context,
    host: str = typer.Option("127.0.0.1", help="Address; any but loopback needs keys."),
    port: int = typer.Option(8765, min=0, max=65535, help="0 takes a free one."),
    also: list[Path] = typer.Option([], "--also", help="A further workspace. Repeatable."),
    name: list[str] = typer.Option([], "--name", help="A host name it goes by. Repeatable."),
    open_: bool = typer.Option(
        False, "--open", help="No key: whoever is on this machine may do everything."
    ),
    rate: float = typer.Option(100, min=0, help="Requests a second and key; 0: no bound."),
    model: str | None = MODEL,
) -> None:
    """Serve the workspace over HTTP: the API, chat clients, and a page."""
    _one_thread()
    from palate.server.run import serve as run
    from palate.server.serving import Serving

    serving = Serving(
        host=host, port=port, names=tuple(name), open=open_, rate=rate,
        burst=max(1, int(2 * rate)),
    )  # fmt: skip
    run(_named([Path(context.obj), *also]), serving, ready=_tell, **_flags(model))


def _one_thread() -> None:
    """Has linear algebra use one thread, where nobody said otherwise; before numpy is loaded.

    A request's matrices are small: further threads only spin, which doubled the CPU of a request.
    """
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")


def _flags(model: str | None) -> dict[str, str | None]:
    if model is None:
        return {}
    from palate.agent.models import parse_model_flag

    url, name = parse_model_flag(model)
    return {"model__name": name, "model__base_url": url}


def _named(folders: list[Path]) -> dict[str, Path]:
    """Names each workspace by its folder; a number tells two of one name apart."""
    named: dict[str, Path] = {}
    for folder in folders:
        base = folder.resolve().name or "workspace"
        tries = [base, *(f"{base}-{n}" for n in range(2, len(folders) + 2))]
        named[next(one for one in tries if one not in named)] = folder
    return named


def _tell(url: str, links: dict[str, str]) -> None:
    from palate.workspace.words import shown

    out = console()
    out.print(f"Palate serves {url}", style="bold", soft_wrap=True)
    for name, link in links.items():
        of = f" of {shown(name)}" if len(links) > 1 else ""
        out.print(f"  the page{of}, once within ten minutes: {link}", soft_wrap=True)
    out.print(f"  chat clients:  base URL {url}/v1, model palate", soft_wrap=True)
    out.print("  keys:          palate keys add (data/server.token holds one for this run)")
    out.print("  stop:          Ctrl-C")
    out.file.flush()


def _file(context: typer.Context) -> Path:
    from palate.workspace.folder import Folder

    return Folder(Path(context.obj)).require().data / "keys.json"


@keys.command()
def add(
    context: typer.Context,
    scope: list[str] = typer.Option([], "--scope", help="admin, read, feedback or user."),
    user: str | None = typer.Option(None, "-u", "--user", help="Bind it to one person."),
    note: str = typer.Option("", help="What it is for."),
) -> None:
    """Make a key for this workspace. It is shown once, and kept as a hash."""
    from palate.server.callers import SCOPES
    from palate.server.keys import KeyFile

    scopes = tuple(dict.fromkeys(scope)) or (("user",) if user else ("read", "feedback"))
    for one in scopes:
        if one not in SCOPES:
            raise typer.BadParameter(f"--scope is one of {', '.join(SCOPES)}.")
    if "user" in scopes and user is None:
        raise typer.BadParameter("--scope user needs --user: whose key is it?")
    if "admin" in scopes and user is not None:
        raise typer.BadParameter("An admin's key is bound to nobody: leave --user out.")
    made = KeyFile(_file(context)).add(scopes, user, note)
    console().print(made, soft_wrap=True)
    bound = f", bound to {user}" if user else ""
    console(stderr=True).print(f"Scopes: {', '.join(scopes)}{bound}. It is not shown again.")


@keys.command("list")
def list_keys(context: typer.Context, as_json: bool = JSON) -> None:
    """List keys, without what is secret."""
    from palate.server.keys import KeyFile

    found = [
        {"id": one.id, "scopes": one.scopes, "user": one.user, "note": one.note, "made": one.made}
        for one in KeyFile(_file(context)).all()
    ]
    if as_json:
        print_json({"keys": found})
        return
    for one in found:
        bound = f"  bound to {one['user']}" if one["user"] else ""
        say(f"{one['id']}  {', '.join(one['scopes'] or ())}{bound}  {one['made']}  {one['note']}")
    if not found:
        say("No keys yet: `palate keys add` makes one.")


@keys.command()
def remove(context: typer.Context, key: str = typer.Argument(..., help="Its id.")) -> None:
    """Take a key out of use, at once."""
    from palate.server.keys import KeyFile

    KeyFile(_file(context)).remove(key)
    say(f"Key {key} is out of use.")


@keys.command()
def link(
    context: typer.Context,
    user: str | None = typer.Option(None, "-u", "--user", help="Bind the page to one person."),
) -> None:
    """Have the running server make a link that signs the page in once."""
    from palate.cli.remote import path, remote_of
    from palate.errors import PrerequisiteError

    remote = remote_of(context)
    if remote is None:
        raise PrerequisiteError("Nobody serves this workspace: start `palate serve` first.")
    console().print(remote.call("POST", path("links"), {"user": user})["url"], soft_wrap=True)
