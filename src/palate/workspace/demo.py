"""``palate demo``: the main job on the example workspace, for three people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.errors import ModelError
from palate.workspace.example import fill
from palate.workspace.folder import Folder
from palate.workspace.palate import Palate
from palate.workspace.show import prompt_view

if TYPE_CHECKING:
    from rich.console import Console

    from palate.domain import Request

RICH = "ada"
COLD = "newcomer"
WISH = "a warm, funny story about a small town"
ASKED = "a tense submarine thriller"
CONSTRAINTS = ("runtime <= 140", "-horror", "year >= 1980")
CONNECT = (
    "Connect a model: palate -w {folder} recommend --user {user} "
    "--model http://localhost:8000/v1#Qwen/Qwen3-8B"
)
_PATIENCE = 3.0


def run_demo(folder: Path, out: Console, flags: Mapping[str, Any]) -> None:
    """Builds the workspace if it is not there, then shows three slates and a prompt.

    Args:
        folder: Where the workspace is, or will be.
        out: Where to print.
        flags: Settings that override the rest, such as a model.
    """
    started = time.perf_counter()
    palate = _workspace(folder, out, flags)
    with palate:
        _choose_model(palate, out)
        third = _slates(palate, out)
        _heading(out, "The prompt that a model would be sent for the third")
        out.print(prompt_view(palate.render(third)))
        out.print()
        out.print(CONNECT.format(folder=folder, user=RICH), style="bold")
    out.print(f"{time.perf_counter() - started:.1f} s in all", style="dim")


def _heading(out: Console, text: str) -> None:
    from rich.text import Text

    out.rule(Text(text, style="bold"), align="left")


def _workspace(folder: Path, out: Console, flags: Mapping[str, Any]) -> Palate:
    if Folder(folder).index.joinpath("fit.json").is_file():
        return Palate.open(folder, **flags)
    if not Folder(folder).root.joinpath("palate.toml").is_file():
        out.print(f"Building the example workspace in {folder} ...", style="dim")
        Palate.init(folder, example="movies").close()
    palate = Palate.open(folder, **flags)
    if not palate.store.item_count:  # an earlier run was cut off
        fill(palate, "movies")
    report = palate.fit()
    out.print(
        f"{report.items} films, {report.people} simulated people, {report.events:,} events; "
        f"fitted in {report.seconds:.1f} s.",
        style="dim",
    )
    return palate


def _choose_model(palate: Palate, out: Console) -> None:
    """Uses the model of the settings if it answers; otherwise says why not, and goes on."""
    from palate.workspace.doctor import greet

    name = palate.settings.model.name
    if not name:
        out.print("No model is configured: the prior ranks, the evidence writes the reasons.")
        return
    try:
        asyncio.run(asyncio.wait_for(greet(palate), _PATIENCE))
        out.print(f"Model: {name}")
    except (ModelError, TimeoutError) as error:
        out.print(
            f"The model {name} does not answer ({error or 'too late'}); the prior ranks alone."
        )
        palate.use_model(None)


def _slates(palate: Palate, out: Console) -> Request:
    if not any(wish.text == WISH for wish in palate.store.wishes(COLD)):
        palate.wish(COLD, WISH)
    _heading(out, f"1. {RICH}: a rich history")
    out.print(palate.profile(RICH))
    out.print(palate.recommend(RICH, n=5))
    _heading(out, f"2. {COLD}: nothing but one wish")
    out.print(f"wish: {WISH}", style="italic")
    out.print(palate.recommend(COLD, n=5))
    _heading(out, "3. anybody: a request in words, with constraints")
    out.print(f"asks: {ASKED}; {'; '.join(CONSTRAINTS)}", style="italic")
    out.print(palate.recommend(None, text=ASKED, constraints=CONSTRAINTS, n=5))
    return palate.request(None, text=ASKED, constraints=CONSTRAINTS, n=5)
