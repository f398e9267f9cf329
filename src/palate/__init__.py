"""Palate: recommendations that a language model ranks and explains, over a prior that stands alone.

Importing this package loads nothing heavy; names arrive when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from palate.agent.langchain import PalateRetriever, PalateTool
    from palate.domain import Action, Budget, Constraint, Event, Item, Op, Request, User, Wish
    from palate.errors import PalateError
    from palate.workspace.palate import Palate
    from palate.workspace.slate import Slate

__version__ = "0.1.0"
_HOMES = {
    "Action": "palate.domain",
    "Budget": "palate.domain",
    "Constraint": "palate.domain",
    "Event": "palate.domain",
    "Item": "palate.domain",
    "Op": "palate.domain",
    "Palate": "palate.workspace.palate",
    "PalateError": "palate.errors",
    "PalateRetriever": "palate.agent.langchain",
    "PalateTool": "palate.agent.langchain",
    "Request": "palate.domain",
    "Slate": "palate.workspace.slate",
    "User": "palate.domain",
    "Wish": "palate.domain",
}
__all__ = [
    "Action",
    "Budget",
    "Constraint",
    "Event",
    "Item",
    "Op",
    "Palate",
    "PalateError",
    "PalateRetriever",
    "PalateTool",
    "Request",
    "Slate",
    "User",
    "Wish",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Loads a public name from its home the first time that it is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'palate' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
