"""Keys and passwords stay out of whatever is shown, wherever somebody put them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from palate.settings import Settings

_HIDDEN = "***"
#: A shorter value hides nothing worth hiding, and may be an ordinary word.
_SHORTEST = 6


def is_variable_name(text: str) -> bool:
    """Returns whether a text is likely the name of a variable, and not a key put in its place."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        return False
    return text.isupper() or len(text) < 20


def secrets_of(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Returns everything in settings and environment that nobody else should read.

    That is: the keys, what stands where a key's name belongs but looks like a key, and names,
    passwords and queries inside URLs. The longest comes first.
    """
    names = {settings.model.api_key_env, settings.embedder.api_key_env, "OPENAI_API_KEY"}
    found = {environ.get(name, "") for name in names}
    found |= {name for name in names if not is_variable_name(name)}
    for url in (settings.store.url, settings.model.base_url, settings.embedder.base_url):
        found |= _inside(url)
    found |= {unquote(one) for one in found}
    return tuple(sorted((one for one in found if len(one) >= _SHORTEST), key=len, reverse=True))


def _inside(url: str) -> set[str]:
    address, _, query = url.partition("?")
    person, at, _ = address.partition("://")[2].rpartition("@")
    values = {part.partition("=")[2] for part in query.split("&")}
    return {person, person.partition(":")[2], *values} if at else values


def veiled(text: str, secrets: tuple[str, ...]) -> str:
    """Returns the text with every secret in it replaced."""
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text
