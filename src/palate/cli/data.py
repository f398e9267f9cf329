"""``palate ingest`` and ``palate fit``."""

from __future__ import annotations

from pathlib import Path

import typer

from palate.cli.common import JSON, bytes_progress, console, open_palate, print_json, show, steps
from palate.cli.remote import path, refuse, remote_of
from palate.cli.told import tell_fit

#: Seconds that a server may take to fit.
_LONG = 3600
ingest = typer.Typer(help="Take items, users or events from a file.", no_args_is_help=True)
FILE = typer.Argument(..., help="CSV, TSV, JSONL, Parquet (plain or .gz) or MovieLens.")
MAP = typer.Option([], "--map", help="OURS=THEIRS, such as user=customer_no; OURS==VALUE is fixed.")
MISSING = typer.Option([], "--missing", help="COLUMN=drop|keep|mean|median|most_frequent|=VALUE.")


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(ingest, name="ingest")
    app.command()(fit)


def _pairs(given: list[str], flag: str) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise typer.BadParameter(f"{flag} {text}: write NAME=VALUE.")
        pairs[name.strip()] = value.strip()
    return pairs


def _take(
    context: typer.Context, kind: str, file: Path, mapping: list[str], missing: list[str], js: bool
) -> None:
    options = {"mapping": _pairs(mapping, "--map"), "missing": _pairs(missing, "--missing")}
    if remote := remote_of(context):
        from palate.retrieval.ingest.report import IngestReport

        body = {"kind": kind, "file": str(file.resolve()), **options}
        show(IngestReport(**remote.call("POST", path("ingest"), body, patience=_LONG)), js)
        return
    with open_palate(context) as palate:
        with bytes_progress(f"ingest {kind}") as progress:
            take = getattr(palate, f"ingest_{kind}")
            report = take(file, progress=progress, **options)
        show(report, js)


def _command(kind: str, columns: str) -> None:
    """Adds ``palate ingest KIND``."""

    def take(
        context: typer.Context,
        file: Path = FILE,
        mapping: list[str] = MAP,
        missing: list[str] = MISSING,
        as_json: bool = JSON,
    ) -> None:
        _take(context, kind, file, mapping, missing, as_json)

    ingest.command(kind, help=f"Take {kind}: {columns}.")(take)


_command("items", "id, title, and whatever else there is")
_command("users", "id, name, language, and whatever else there is")
_command("events", "user, item, and action, value, time where there are any")


def fit(
    context: typer.Context,
    rebuild: bool = typer.Option(False, help="Build the index anew from the store."),
    without: Path | None = typer.Option(
        None, help="Case file: nothing is learnt from its truths, no weight from its users."
    ),
    as_json: bool = JSON,
) -> None:
    """Bring indexes, statistics and the prior's weights up to date."""
    from dataclasses import asdict

    if remote := remote_of(context):
        refuse(remote, {"--without": without})
        there = path("fit", rebuild="true" if rebuild else None)
        tell_fit(remote.call("POST", there, patience=_LONG), as_json)
        return
    pairs = _truths(without) if without else []
    with open_palate(context) as palate, steps("fit") as tell:
        report = palate.fit(rebuild=rebuild, without=pairs, progress=tell)
    if as_json:
        print_json(asdict(report))
        return
    tell_fit(asdict(report), as_json)
    prior = report.prior
    if prior.fitted:
        console().print(
            f"Weights learnt from {prior.lists:,} lists: loss {prior.loss:.3f}, with fixed "
            f"weights {prior.fixed_loss:.3f}."
        )
    else:
        console().print("Fixed weights: there is not enough data to learn from yet.")


def _truths(path: Path) -> list[tuple[str, str]]:
    from palate.eval.cases import read_cases
    from palate.eval.leave import truth_pairs

    return sorted(truth_pairs(read_cases(path)))
