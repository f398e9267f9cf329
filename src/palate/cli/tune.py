"""``palate tune``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from palate.cli.common import JSON, MODEL, open_aside, print_json, say, show, steps

if TYPE_CHECKING:
    from palate.eval.runs.answer import Progress


def register(app: typer.Typer) -> None:
    """Adds the command of this file."""
    app.command()(tune)


def tune(
    context: typer.Context,
    ranker: str | None = typer.Option(None, help="How the model is asked; default: the setting."),
    users: int = typer.Option(2000, "--users", min=1, help="People at most who are held back."),
    limit: int = typer.Option(400, "--limit", min=1, help="Cases at most that are asked."),
    seed: int = typer.Option(0, "--seed", help="Of the draw of people, and of the interval."),
    jobs: int = typer.Option(8, "-j", "--jobs", min=1, max=512, help="Calls at once at most."),
    price_in: float = typer.Option(0.0, min=0, help="US dollars a million prompt tokens."),
    price_out: float = typer.Option(0.0, min=0, help="US dollars a million completion tokens."),
    dry: bool = typer.Option(False, "--dry-run", help="Print calls, tokens and cost; call nobody."),
    action: str | None = typer.Option(
        None, "--action", help="Learn for `palate predict --ask` instead: like, rate, ..."
    ),
    model: str | None = MODEL,
    as_json: bool = JSON,
) -> None:
    """Learn what the model's opinion is worth beside the prior; 0 where it does not help.

    Interrupt it when you like: the same command goes on where it stopped.
    """
    from palate.cli.remote import path, remote_of
    from palate.workspace import tune as tuning

    wanted = tuning.Wanted(ranker, users, limit, seed, price_in, price_out, jobs)
    if action is not None and dry:
        raise typer.BadParameter("--dry-run counts a ranker's calls; --action makes --limit calls.")
    with open_aside(context, model) as palate, steps("tuning") as tell:
        if action is not None:
            learnt = palate.tune_action(
                action, limit=limit, seed=seed, concurrency=jobs, progress=tell
            )
            show(learnt, as_json)
            return
        if dry:
            _print_dry(tuning.dry_run(palate, wanted, tell), as_json)
            return
        report = tuning.tune(palate, wanted, steps=tell, notify=_teller(tell))
    if remote := remote_of(context):
        remote.call("POST", path("weights"), {})
    show(report, as_json)


def _teller(tell: Any) -> Any:
    def notify(progress: Progress) -> None:
        tell(
            f"{progress.done:,} of {progress.total:,} cases, {progress.calls:,} calls, "
            f"{progress.retries} retries, {progress.failures} failures, "
            f"{progress.usd:.4f} US dollars"
        )

    return notify


def _print_dry(row: dict[str, float | str], as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    say(
        f"{row['cases']:,} cases of {row['people']:,} people: {row['calls']:,} calls, "
        f"{row['prompt_tokens']:,} tokens in, at most {row['completion_tokens_at_most']:,} out and "
        f"{row['usd_at_most']:.4f} US dollars. first-token asks at most twice as often, where it "
        "is not sure. Nobody was called."
    )
