"""The example workspaces that ship with the package."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from palate.errors import CatalogueError

if TYPE_CHECKING:
    from palate.workspace.palate import Palate

_NOUNS = {"movies": ("film", "films")}


def nouns_of(example: str) -> tuple[str, str]:
    """Returns what one thing and several things of an example are called.

    Raises:
        CatalogueError: There is no such example.
    """
    if example not in _NOUNS:
        raise CatalogueError(f"No example {example!r}. There is: {', '.join(_NOUNS)}.")
    return _NOUNS[example]


def fill(palate: Palate, example: str) -> None:
    """Ingests an example's items, users and events, the way anybody's are: all, or nothing."""
    folder = resources.files("palate.examples").joinpath(example)
    files = (("items", "items.jsonl"), ("users", "users.csv"), ("events", "events.csv"))
    with palate.store.transaction():
        for kind, name in files:
            with resources.as_file(folder.joinpath(name)) as path:
                getattr(palate, f"ingest_{kind}")(path)
