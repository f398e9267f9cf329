"""Checks of prompts that need no model and no workspace."""

from __future__ import annotations

from pathlib import Path

from palate.domain import Action, Candidate, Evidence, HistoryEntry, Item, Profile, Request, Start
from palate.errors import PromptError
from palate.eval.judge.exhibit import Exhibit
from palate.prompts.library import Library, Template, read_lock
from palate.prompts.render import Brief, render
from palate.prompts.rubric import rubric_of
from palate.prompts.tokens import make_counter
from palate.settings import load_settings


def check_prompts(user_folder: Path | None) -> dict[str, str]:
    """Reads, locks and renders every template.

    Returns:
        ``name@version`` -> ``"ok"`` or what is wrong.

    Raises:
        PromptError: A file cannot be read as a template at all.
    """
    library = Library.open(user_folder)
    return {
        f"{template.name}@{template.version}": _state(template)
        for versions in library.templates.values()
        for template in versions
    }


def _state(template: Template) -> str:
    locked = read_lock().get(f"{template.name}@{template.version}")
    if template.origin == "built-in" and locked != template.sha256:
        return "not in the LOCK"
    try:
        if template.header["task"] == "judge":
            _render_judging(template)
        else:
            render(template, _sample(), make_counter("estimate"))
    except PromptError as error:
        return str(error)
    return "ok"


def _render_judging(template: Template) -> None:
    shown = Exhibit("item", "Title (2000); tag", liked=("Title 3",), request="something")
    template.messages(shown.values() | {"reason": "It fits.", "a": "It fits.", "b": "It is new."})
    if template.header["reply"] != "preference":
        rubric_of(template)


def _sample() -> Brief:
    items = [Item(str(n), f"Title {n}", "About it.", ("tag",), {"year": 2000}) for n in range(4)]
    evidence = (Evidence("neighbours", 1.0, items=("3",)),)
    candidates = [Candidate(item, -float(n), {}, evidence) for n, item in enumerate(items[:3])]
    history = (HistoryEntry("3", 1.0, Action.LIKE),)
    settings = load_settings(None, environ={}).settings
    return Brief(
        candidates, Profile(None, Start.WARM, history), Request(text="something"),
        {"3": items[3]}, settings,
    )  # fmt: skip
