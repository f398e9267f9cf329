"""``palate profile show | wish | unwish | forget``."""

from __future__ import annotations

from dataclasses import asdict

import typer

from palate.cli.common import JSON, open_palate, print_json, say, show
from palate.cli.remote import path, remote_of
from palate.cli.told import tell_profile

profile = typer.Typer(help="Read, edit or forget what is known of a person.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(profile, name="profile")


@profile.command("show")
def show_profile(context: typer.Context, user: str, as_json: bool = JSON) -> None:
    """Show tastes, history, wishes and dismissed items."""
    if remote := remote_of(context):
        tell_profile(remote.call("GET", path("users", user, "profile")), as_json)
        return
    with open_palate(context) as palate:
        show(palate.profile(user), as_json)


@profile.command()
def wish(
    context: typer.Context,
    user: str,
    text: str,
    avoid: bool = typer.Option(False, "--avoid", help="Something they do not want."),
) -> None:
    """State a wish for a person, new ones included."""
    if remote := remote_of(context):
        given = {"text": text, "likes": not avoid}
        number = remote.call("POST", path("users", user, "wishes"), given)["id"]
    else:
        with open_palate(context) as palate:
            number = palate.wish(user, text, likes=not avoid)
    say(f"Wish {number} of {user} recorded.")


@profile.command()
def unwish(context: typer.Context, user: str, number: int) -> None:
    """Take a wish back by its number."""
    if remote := remote_of(context):
        remote.call("DELETE", path("users", user, "wishes", str(number)))
        say(f"Wish {number} taken back.")
        return
    with open_palate(context) as palate:
        known = palate.unwish(user, number)
    say(f"Wish {number} taken back." if known else f"{user} has no wish {number}.")


@profile.command()
def forget(
    context: typer.Context,
    user: str,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    as_json: bool = JSON,
) -> None:
    """Erase a person from every file of the workspace."""
    if not yes:
        typer.confirm(f"Erase {user}: events, wishes, traces, for good?", abort=True)
    if remote := remote_of(context):
        gone = remote.call("DELETE", path("users", user))
    else:
        with open_palate(context) as palate:
            gone = asdict(palate.forget(user))
    if as_json:
        print_json(gone)
    else:
        say(
            f"Forgotten: {gone['events']} events, {gone['wishes']} wishes, {gone['traces']} "
            f"traces, {gone['conversations']} conversations."
        )
