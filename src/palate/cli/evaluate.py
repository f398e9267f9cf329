"""``palate eval score``."""

from __future__ import annotations

from pathlib import Path

import typer

from palate.cli.common import JSON, open_palate, show

evaluate = typer.Typer(help="Score recommenders on cases.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(evaluate, name="eval")


@evaluate.callback()
def _root() -> None:
    """Score recommenders on cases."""


@evaluate.command()
def score(
    context: typer.Context,
    cases: Path = typer.Argument(..., help="Case file, JSONL, plain or .gz."),
    metric: list[str] = typer.Option(
        ["NDCG@10", "Recall@10", "MRR@10"], "--metric", help="Such as NDCG@10. Repeatable."
    ),
    limit: int | None = typer.Option(None, min=1, help="How many cases at most."),
    seed: int = typer.Option(0, help="Of the bootstrap and of the random control."),
    as_json: bool = JSON,
) -> None:
    """Score the prior and the controls on cases, with paired intervals."""
    from palate.workspace.scoring import score_cases

    with open_palate(context) as palate:
        show(score_cases(palate, cases, metric, limit=limit, seed=seed), as_json)
