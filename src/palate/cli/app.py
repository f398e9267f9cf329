"""The commands, by name. Each lives with its kin; heavy imports wait until a command runs."""

from __future__ import annotations

import typer

from palate.cli import chat, data, evaluate, people, predict, prompts, recommend, serve, setup, tune

HELP = """A prompt-based generative recommender.

Start with `palate demo`, or make a workspace of your own:

  palate init shop
  palate -w shop ingest items items.csv
  palate -w shop ingest events events.csv
  palate -w shop fit
  palate -w shop recommend --user ann

Exit codes: 0 done, 1 error, 2 usage, 3 prerequisite or setting, 4 workspace in use,
5 data, 6 template, 7 model, 8 evaluation, 130 interrupted.
"""

app = typer.Typer(
    help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


@app.callback()
def _root(
    context: typer.Context,
    workspace: str = typer.Option(
        ".", "-w", "--workspace", envvar="PALATE_WORKSPACE", help="Folder of the workspace."
    ),
) -> None:
    context.obj = workspace


for _room in (setup, data, recommend, chat, predict, people, prompts, tune, evaluate, serve):
    _room.register(app)
