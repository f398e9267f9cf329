"""``palate predict`` and ``why-not``."""

from __future__ import annotations

from pathlib import Path

import typer

from palate.cli.common import JSON, MODEL, open_aside, open_palate, show, steps
from palate.cli.remote import path, remote_of
from palate.cli.told import tell_predictions, tell_why_not


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.command()(predict)
    app.command("why-not")(why_not)


def predict(
    context: typer.Context,
    user: str | None = typer.Argument(None, help="Id of a person; '-' for a stranger."),
    items: list[str] = typer.Argument(None, help="Ids of items."),
    action: list[str] = typer.Option(
        [], "--action", help="click, like, purchase, ..., or rate. Repeatable."
    ),
    file: Path | None = typer.Option(None, "--file", help="CSV with the columns user and item."),
    evaluate: bool = typer.Option(
        False, "--evaluate", help="Judge predictions on the newest tenth of the log instead."
    ),
    seed: int = typer.Option(0, help="Of --evaluate."),
    ask: bool = typer.Option(False, "--ask", help="Have the model judge each pair, too."),
    model: str | None = MODEL,
    as_json: bool = JSON,
) -> None:
    """Foretell what people will do with items: chances, and the rating to expect."""
    if evaluate:
        _evaluate(context, seed, as_json)
        return
    if (file is None) == (user is None):
        raise typer.BadParameter("Name a user and items, or a --file of pairs.")
    if file is None and not items:
        raise typer.BadParameter("Name at least one item after the user.")
    who = None if user == "-" else user
    if file is None and model is None and (remote := remote_of(context)):
        asked = {"user": who, "items": items, "actions": action or None, "ask": ask}
        tell_predictions(remote.call("POST", path("predict"), asked), as_json)
        return
    pairs = _read(file) if file is not None else [(who, item) for item in items]
    with open_aside(context, model) as palate:
        show(palate.predict_pairs(pairs, action or None, ask=ask), as_json)


def why_not(
    context: typer.Context,
    item: str = typer.Argument(..., help="Id of the item that is not there."),
    recommendation: str | None = typer.Option(None, "--id", help="Id of a slate."),
    user: str | None = typer.Option(None, "-u", "--user", help="Id of a known person."),
    n: int = typer.Option(10, "-n", min=1, max=100, help="How many would be shown."),
    where: list[str] = typer.Option([], "--where", help="A constraint. Repeatable."),
    as_json: bool = JSON,
) -> None:
    """Show what keeps an item out of a slate: constraints, what is known, the prior's shares."""
    if recommendation is not None and user is not None:
        raise typer.BadParameter("Give --id or --user, not both.")
    if remote := remote_of(context):
        if recommendation is None:
            asked = {"user": user, "n": n, "constraints": where, "rank_by": "prior"}
            recommendation = remote.call("POST", path("recommend"), asked)["id"]
        there = path("recommendations", recommendation, "why-not", item=item)
        tell_why_not(remote.call("GET", there), as_json)
        return
    with open_palate(context) as palate:
        if recommendation is not None:
            found = palate.why_not(recommendation, item, stored=True)
        else:
            found = palate.why_not(user, item, n=n, constraints=where)
        show(found, as_json)


def _evaluate(context: typer.Context, seed: int, as_json: bool) -> None:
    from palate.workspace.foretelling import score_predictions

    with open_aside(context) as palate, steps("evaluate") as tell:
        score = score_predictions(palate, seed=seed, progress=tell)
    show(score, as_json)


def _read(file: Path) -> list[tuple[str | None, str]]:
    import csv

    from palate.errors import CatalogueError

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError(f"Cannot read {file} ({error}): name a CSV file.") from None
    if not rows or not {"user", "item"} <= rows[0].keys():
        raise CatalogueError(f"{file} needs the columns user and item, and a line or more.")
    if any(not row["item"] for row in rows):
        raise CatalogueError(f"{file} has a line without an item. Name one on each line.")
    return [(row["user"] or None, row["item"]) for row in rows]
