"""``palate eval``: cases, runs, gates, and scores of single files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from palate.cli.common import JSON, console, open_aside, print_json, say, show, steps
from palate.errors import EvalError

if TYPE_CHECKING:
    from palate.eval.runs.answer import Progress
    from palate.eval.runs.config import EvalConfig

evaluate = typer.Typer(help="Compare prompts, models and rankers on cases.", no_args_is_help=True)
CONFIG = typer.Argument(..., help="eval.yaml; `palate eval schema` tells what can stand in it.")
RUN = typer.Argument("latest", help="Id of a run, the end of one, a folder, or latest.")


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    app.add_typer(evaluate, name="eval")


@evaluate.callback()
def _root() -> None:
    """Compare prompts, models and rankers on cases."""


@evaluate.command()
def score(
    context: typer.Context,
    cases: Path = typer.Argument(..., help="Case file, JSONL, plain or .gz."),
    runs: list[Path] = typer.Argument(None, help="Rankings made elsewhere: TREC runs or JSONL."),
    alone: bool = typer.Option(
        False, "--alone", help="Only these rankings, and no workspace; the first is the baseline."
    ),
    metric: list[str] = typer.Option(
        ["NDCG@10", "Recall@10", "MRR@10"], "--metric", help="Such as NDCG@10. Repeatable."
    ),
    limit: int | None = typer.Option(None, min=1, help="How many cases at most."),
    seed: int = typer.Option(0, help="Of the bootstrap and of the random control."),
    as_json: bool = JSON,
) -> None:
    """Score the prior, the controls and rankings made elsewhere on cases, compared by person."""
    from palate.workspace.scoring import score_cases, score_runs

    if alone:
        if not runs:
            raise typer.BadParameter("--alone needs a file of rankings after the cases.")
        show(score_runs(cases, runs, metric, limit=limit, seed=seed), as_json)
        return
    with open_aside(context) as palate:
        found = score_cases(palate, cases, metric, limit=limit, seed=seed, runs=runs or ())
        show(found, as_json)


@evaluate.command()
def schema() -> None:
    """Print the JSON schema of eval.yaml."""
    from palate.eval.runs.config_file import schema as made

    print_json(made())


@evaluate.command()
def cases(
    context: typer.Context,
    out: Path = typer.Argument(..., help="File to write, JSONL; gzip where it ends in .gz."),
    split: str = typer.Option("last", "--split", help="last, global or per-user."),
    at: str | None = typer.Option(None, "--at", help="Cut-off of a global split, ISO 8601."),
    share: float = typer.Option(0.1, "--share", help="Newest share of events that is held."),
    users: int | None = typer.Option(None, "--users", min=1, help="People at most."),
    seed: int = typer.Option(0, "--seed", help="Of the draw of people and candidates."),
    cohort: str = typer.Option("all", "--cohort", help="all, warm or cold."),
    candidates: int = typer.Option(0, "--candidates", help="Items a case lists; 0: none."),
    as_json: bool = JSON,
) -> None:
    """Make cases of the workspace's own events."""
    from palate.eval.cases import write_cases
    from palate.eval.runs.config_file import config_from
    from palate.workspace.evaluate import cases_of

    wanted: dict[str, Any] = {
        "kind": split, "share": share, "users": users, "seed": seed, "cohort": cohort,
        "candidates": candidates, "at": at,
    }  # fmt: skip
    asked = config_from({"split": wanted}, "palate eval cases").split
    with open_aside(context) as palate:
        made, guard = cases_of(palate, asked)
    write_cases(out, made)
    found = {"cases": len(made), "file": str(out), "guard": guard.level, "at": guard.at}
    if as_json:
        print_json(found)
    else:
        say(f"{len(made):,} cases in {out}. Guard {guard.level}: {guard.sentence}")


@evaluate.command()
def run(
    context: typer.Context,
    config: Path = CONFIG,
    limit: int | None = typer.Option(None, "--limit", min=1, help="Cases at most."),
    jobs: int | None = typer.Option(None, "-j", "--jobs", min=1, help="Calls at once at most."),
    dry: bool = typer.Option(False, "--dry-run", help="Print calls, tokens and cost; call nobody."),
    resume: str | None = typer.Option(None, "--resume", help="Go on with this run."),
    retry: bool = typer.Option(False, "--retry-errors", help="Make failed calls again."),
    repeat: int = typer.Option(1, "--repeat", min=1, help="Ask every model so many times."),
    replay: Path | None = typer.Option(
        None, "--replay", help="log.jsonl of a run whose replies stand in for the models."
    ),
    markdown: Path | None = typer.Option(None, "--markdown", help="Also write the tables here."),
    as_json: bool = JSON,
) -> None:
    """Run an eval.yaml; exits with 100 where a gate fails."""
    from palate.eval.runs.config_file import read_config
    from palate.workspace import evaluate as evaluation

    asked = read_config(config)
    options = evaluation.Options(limit, jobs, resume, retry, repeat, replay)
    with open_aside(context) as palate, steps("evaluating") as tell:
        if dry:
            rows = evaluation.dry_run(palate, asked, options, tell)
            _print_dry(rows, as_json)
            return
        folder, _ = evaluation.run(palate, asked, options, steps=tell, notify=_teller(tell))
    _close(str(folder.root), asked, as_json, markdown)


@evaluate.command(name="list")
def list_runs(context: typer.Context, as_json: bool = JSON) -> None:
    """List the runs of the workspace, oldest first."""
    from palate.eval.runs.folder import all_runs
    from palate.workspace.folder import Folder

    found = [
        {"run": one.id, "complete": one.summary.is_file(), "created": one.setup()["created"]}
        for one in all_runs(Folder(Path(context.obj)).require().runs)
    ]
    if as_json:
        print_json({"runs": found})
        return
    for row in found:
        say(f"{row['run']}  {row['created']}  {'complete' if row['complete'] else 'to resume'}")
    if not found:
        say("No runs yet. `palate eval run eval.yaml` makes one.")


@evaluate.command()
def gate(
    context: typer.Context,
    run: str = RUN,
    config: Path | None = typer.Option(None, "--config", help="Take the gates from this file."),
    markdown: Path | None = typer.Option(None, "--markdown", help="Also write the tables here."),
    as_json: bool = JSON,
) -> None:
    """Check the gates of a run, write its JUnit XML; exits with 100 where one fails."""
    from palate.eval.runs.config_file import read_config
    from palate.eval.runs.folder import RunFolder

    folder = _found(context, run)
    asked = read_config(config) if config else None
    if not (asked or RunFolder(Path(folder)).config()).gates:
        where = config.name if config else "The run"
        raise EvalError(
            f"{where} has no gates: nothing could fail. Write `gates:` into a configuration and "
            "name it with --config; `palate eval view` shows a run."
        )
    _close(folder, asked, as_json, markdown)


@evaluate.command()
def view(
    context: typer.Context,
    run: str = RUN,
    browser: bool = typer.Option(False, "--open", help="Open it in the browser."),
    markdown: Path | None = typer.Option(None, "--markdown", help="Also write the tables here."),
) -> None:
    """Write the report of a run: one HTML file that fetches nothing."""
    from palate.eval.report import write_report
    from palate.eval.runs.finish import gate as check
    from palate.eval.runs.folder import RunFolder
    from palate.eval.runs.tables import as_markdown

    folder = RunFolder(Path(_found(context, run)))
    summary, checked = check(folder)
    path = write_report(folder, checked)
    if markdown is not None:
        markdown.write_text(as_markdown(summary, checked), encoding="utf-8")
    say(f"The report is {path.resolve()} ({path.stat().st_size / 1e6:.1f} MB).")
    if browser:
        typer.launch(path.resolve().as_uri())


@evaluate.command()
def compare(
    context: typer.Context,
    first: str = typer.Argument(..., help="A run."),
    second: str = typer.Argument(..., help="Another run over the same cases."),
    as_json: bool = JSON,
) -> None:
    """Compare two runs line by line, paired by case."""
    from palate.eval.runs.compare import compare as compared
    from palate.eval.runs.folder import RunFolder

    a, b = (RunFolder(Path(_found(context, one))) for one in (first, second))
    show(compared(a, b), as_json)


@evaluate.command(name="calibrate-judge")
def calibrate_judge(
    context: typer.Context,
    labels: Path = typer.Argument(..., help="Reasons labelled by people, JSONL."),
    judge: Path = typer.Option(..., "--judge", help="eval.yaml with the judge."),
    as_json: bool = JSON,
) -> None:
    """Measure how well a judge agrees with people; kept, and shown beside its scores."""
    from palate.eval.runs.config_file import read_config
    from palate.workspace.bench import calibrate_judge as measure

    with open_aside(context) as palate:
        show(measure(palate, labels, read_config(judge)), as_json)


def _found(context: typer.Context, run: str) -> str:
    """Returns the folder of a run; one that is named by its path needs no workspace."""
    from palate.eval.runs.folder import find_run
    from palate.workspace.folder import Folder

    if (Path(run) / "setup.json").is_file():
        return run
    return str(find_run(Folder(Path(context.obj)).require().runs, run).root)


def _close(
    folder: str, config: EvalConfig | None, as_json: bool, markdown: Path | None = None
) -> None:
    """Prints a run and its gates, and leaves with 100 where one failed."""
    from palate.eval.runs.finish import gate as check
    from palate.eval.runs.folder import RunFolder
    from palate.eval.runs.gates import EXIT_FAILED
    from palate.eval.runs.tables import as_markdown, as_rich

    summary, checked = check(RunFolder(Path(folder)), config)
    if markdown is not None:
        markdown.write_text(as_markdown(summary, checked), encoding="utf-8")
    if as_json:
        gates = [{"gate": c.gate, "passed": c.passed, "sentence": c.sentence} for c in checked]
        print_json(summary.to_dict() | {"gates": gates, "folder": folder})
    else:
        console().print(as_rich(summary, checked))
        say(f"Kept in {folder}")
    if any(not one.passed for one in checked):
        raise typer.Exit(EXIT_FAILED)


def _teller(tell: Any) -> Any:
    def notify(progress: Progress) -> None:
        tell(
            f"{progress.done:,} of {progress.total:,} answers, {progress.rate:.1f} a second, "
            f"{progress.calls:,} calls, {progress.retries} retries, {progress.failures} failures, "
            f"{progress.usd:.4f} US dollars, {progress.concurrency} at once"
        )

    return notify


def _print_dry(rows: list[dict[str, float | str]], as_json: bool) -> None:
    if as_json:
        print_json({"variants": rows})
        return
    for row in rows:
        say(
            f"{row['variant']}: {row['calls']:,} calls, {row['prompt_tokens']:,} tokens in, at "
            f"most {row['completion_tokens_at_most']:,} out and {row['usd_at_most']:.4f} US dollars"
        )
    total = sum(float(row["usd_at_most"]) for row in rows)
    say(f"At most {total:.4f} US dollars in all; nobody was called.")
