"""What may stand in no error and no trace: the key, in every form that servers repeat it in."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

#: Shorter keys are placeholders for servers that ask for none: "x" is no secret, but a word.
_LEAST = 8
_HIDDEN = b"***"


class Secrets:
    """The secrets of one server.

    Args:
        key: Its key, if it has one.
        url: Its base URL, which may hold a user and a password.
    """

    def __init__(self, key: str | None, url: str) -> None:
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        known = [key or "", password, f"{user}:{password}" if password else ""]
        forms = {form for one in known if len(one) >= _LEAST for form in _forms(one.encode())}
        # The longest first: what is inside another must not cut it in two.
        self._forms = sorted(forms, key=lambda one: (-len(one), one))

    def scrubbed(self, text: bytes) -> bytes:
        """Returns text without any of them."""
        for form in self._forms:
            text = text.replace(form, _HIDDEN)
        return text

    def scrubbed_text(self, text: str) -> str:
        """Returns text without any of them."""
        return self.scrubbed(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")


def _forms(secret: bytes) -> Iterator[bytes]:
    yield secret
    yield quote(secret, safe="").encode()
    yield quote(secret).encode()
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for before in range(3):
        yield from _base64(secret, before)


def _base64(secret: bytes, before: int) -> Iterator[bytes]:
    """Returns what the secret alone decides in base64, after so many bytes of something else."""
    padded = b"\0" * before + secret
    whole = padded[: len(padded) // 3 * 3]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(whole)[(0, 2, 3)[before] :]
