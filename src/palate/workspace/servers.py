"""What is known of the servers that a workspace asks, kept beside its data."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from palate.agent.models.capabilities import (
    Capabilities,
    capabilities_of,
    keep_capabilities,
    key_of,
    read_capabilities,
)
from palate.agent.models.refusals import shown_url

if TYPE_CHECKING:
    from palate.domain import Model
    from palate.settings import ModelSettings
    from palate.workspace.opened import Opened

#: Seconds that looking at a server may take.
PATIENCE = 30.0


def servers_file(palate: Opened) -> Path:
    """Returns where a workspace keeps what is known of servers."""
    return palate.folder.data / "servers.json"


def known_of(palate: Opened, settings: ModelSettings) -> Capabilities | None:
    """Returns what was found out of the server that the settings name; ``None`` where nothing was.

    What a later reply contradicted is known as that reply showed it.
    """
    key = _key(settings)
    return read_capabilities(servers_file(palate)).get(key)


def keep_known(palate: Opened, model: Model | None) -> None:
    """Keeps what a model's replies showed to be otherwise than was known."""
    found = capabilities_of(model)
    if (
        found is not None
        and found.contradicted
        and found != known_of(palate, palate.settings.model)
    ):
        keep_capabilities(servers_file(palate), _key(palate.settings.model), found)


async def look_at(palate: Opened) -> Capabilities | None:
    """Finds out what the server of the settings does, and keeps it.

    Returns:
        ``None`` where the model has no server, such as a scripted one.

    Raises:
        ModelError: The server does not answer.
    """
    from palate.agent.models import make_model
    from palate.agent.models.openai import OpenAIModel
    from palate.agent.models.probe import probe

    model = make_model(palate.settings.model, os.environ)
    if not isinstance(model, OpenAIModel):
        return None
    try:
        found = await probe(model, deadline=time.monotonic() + PATIENCE)
    finally:
        await model.aclose()
    keep_capabilities(servers_file(palate), _key(palate.settings.model), found)
    return found


def _key(settings: ModelSettings) -> str:
    return key_of(shown_url(settings.base_url) if settings.base_url else "", settings.name)
