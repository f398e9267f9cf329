"""Which fields stand beside a title, in a catalogue that lacks the usual ones.

The default is what films have. A shop has prices and brands: where items hold fewer than two of the
default fields and nobody has set `catalogue.facts`, `fit` chooses three of the catalogue's own. It
keeps the choice, so that cards and prompts stay as they are until the next fit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from palate.agent.chat.lexicon import price_field
from palate.retrieval.files import replace_file

if TYPE_CHECKING:
    from palate.retrieval.items import Facet, ItemTable
    from palate.settings import Settings
    from palate.workspace.folder import Folder

SETTING, ORIGIN = "catalogue.facts", "chosen by fit"
#: Who made it, or from whom it comes: asked for right after the price.
_MAKERS = ("brand", "author", "artist", "creator", "maker", "manufacturer", "publisher", "writer")
_MOST = 3
#: So many of the default fields will do.
_ENOUGH = 2
#: Share of the items that must have a field, characters and values of it that fit beside a title.
_HELD, _LONGEST, _VALUES = 0.5, 24, 3.0


def with_facts(
    folder: Folder, settings: Settings, origins: Mapping[str, str]
) -> tuple[Settings, Mapping[str, str]]:
    """Returns settings with the facts that `fit` chose, where nobody has set any."""
    if origins.get(SETTING, ORIGIN) != ORIGIN or not folder.facts.is_file():
        return settings, origins
    facts = tuple(json.loads(folder.facts.read_text(encoding="utf-8")))
    catalogue = settings.catalogue.model_copy(update={"facts": facts})
    return settings.model_copy(update={"catalogue": catalogue}), {**origins, SETTING: ORIGIN}


def choose_facts(folder: Folder, table: ItemTable, default: tuple[str, ...]) -> None:
    """Writes the choice down; takes an older one back where the default will do.

    Args:
        folder: Of the workspace.
        table: Its items.
        default: Fields that are shown by default.
    """
    held = [name for name in default if name in table.numbers or name in table.facets]
    own = [name for name in _best(table) if name not in held]
    chosen = () if len(held) >= _ENOUGH else (*held, *own)[:_MOST]
    if chosen:
        replace_file(folder.facts, json.dumps(chosen).encode())
    else:
        folder.facts.unlink(missing_ok=True)


def _best(table: ItemTable) -> Iterator[str]:
    """Yields fields that fit beside a title: price, maker, what is short, other numbers."""
    price = price_field(table.numbers)
    facets = [name for name, one in table.facets.items() if name != "tags" and _fits(one)]
    facets.sort(key=lambda name: (name not in _MAKERS, -_share(table.facets[name])))
    numbers = [
        name for name, values in table.numbers.items()
        if name != price and np.isfinite(values).mean() >= _HELD
    ]  # fmt: skip
    yield from ([price] if price else [])
    yield from facets
    yield from numbers


def _fits(facet: Facet) -> bool:
    lengths = [len(name) for name in facet.names]
    values = len(facet.columns) / max(len(facet.starts) - 1, 1)
    short = bool(lengths) and float(np.mean(lengths)) <= _LONGEST
    return short and _share(facet) >= _HELD and values <= _VALUES


def _share(facet: Facet) -> float:
    """Returns the share of the items that have a value."""
    return float((np.diff(facet.starts) > 0).mean()) if len(facet.starts) > 1 else 0.0
