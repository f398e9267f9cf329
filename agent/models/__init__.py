"""Models by settings. Without a configured name there is no model, whatever keys exist."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from palate.errors import SettingsError

if TYPE_CHECKING:
    from palate.agent.models.capabilities import Capabilities
    from palate.domain import Model
    from palate.settings import ModelSettings

SCRIPTED = "scripted:"


def make_model(
    settings: ModelSettings, environ: Mapping[str, str], known: Capabilities | None = None
) -> Model | None:
    """Makes the model that the settings name.

    Args:
        settings: A name such as ``Qwen/Qwen3-8B``, or ``scripted:FILE`` for replies from a file.
        environ: Holds the key, under the name that the settings give.
        known: What was found out of the server before.

    Returns:
        ``None`` where no name is configured.

    Raises:
        SettingsError: The base URL, the key or the file cannot be used.
    """
    if not settings.name:
        return None
    if settings.name.startswith(SCRIPTED):
        from palate.agent.models.scripted import ScriptedModel

        return ScriptedModel.load(Path(settings.name.removeprefix(SCRIPTED)))
    if settings.base_url and not _is_url(settings.base_url):
        raise SettingsError(
            f"model.base_url is {settings.base_url!r}; it starts with http:// or https:// and "
            "names a host, such as http://localhost:8000/v1."
        )
    from palate.agent.models.openai import OpenAIModel

    return OpenAIModel(
        settings.name,
        base_url=settings.base_url or None,
        api_key=read_key(settings.api_key_env, environ),
        retries=settings.retries,
        preset=settings.preset,
        known=known,
        breaker=settings.breaker,
        concurrency=settings.concurrency,
        transport=settings.transport,
    )


def read_key(name: str, environ: Mapping[str, str]) -> str | None:
    """Returns the key that a variable holds; ``None`` where it is not set.

    Raises:
        SettingsError: It cannot be a key.
    """
    # A line's end comes along easily, and no header may hold one.
    key = environ.get(name, "").strip()
    if not key.isascii() or not key.isprintable():
        raise SettingsError(f"The key in {name} holds characters that no key has. Set it anew.")
    return key or None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and named


def parse_model_flag(text: str) -> tuple[str | None, str]:
    """Splits ``URL#NAME`` or ``NAME``.

    Returns:
        Base URL (``None`` if not given) and name.

    Raises:
        SettingsError: A URL without a name.
    """
    if "://" not in text:
        return None, text
    url, _, name = text.partition("#")
    if not name:
        raise SettingsError(f"--model {text!r} lacks the name: write URL#NAME.")
    return url, name
