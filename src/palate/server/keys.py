"""Keys: made once, shown once, kept as hashes in a file for its owner alone.

A key is ``pk_<id>_<secret>`` with 256 random bits, so that a plain SHA-256 cannot be turned back.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from palate.errors import PalateError, PrerequisiteError
from palate.workspace.folder import on_disk

_PREFIX = "pk"


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key.

    Attributes:
        id: Names it in lists and logs.
        sha256: Of the whole key.
        scopes: See `palate.server.callers`.
        user: The one person that it is bound to.
        note: What it is for, in its maker's words.
        made: When, ISO 8601.
    """

    id: str
    sha256: str
    scopes: tuple[str, ...]
    user: str | None = None
    note: str = ""
    made: str = ""


class KeyFile:
    """The keys of one workspace. Read again when the file has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, Key] = {}

    def all(self) -> list[Key]:
        """Returns the keys, the oldest first.

        Raises:
            PrerequisiteError: The file cannot be read.
        """
        with self._guard:
            return list(self._fresh().values())

    def add(self, scopes: tuple[str, ...], user: str | None = None, note: str = "") -> str:
        """Makes a key and returns it: it is not kept, and cannot be shown again."""
        name = secrets.token_hex(4)
        key = f"{_PREFIX}_{name}_{secrets.token_urlsafe(32)}"
        made = datetime.now(UTC).isoformat(timespec="seconds")
        with self._guard:
            keys = self._fresh() | {name: Key(name, _hashed(key), scopes, user, note, made)}
            self._write(keys)
        return key

    def remove(self, name: str) -> None:
        """Takes a key out of use.

        Raises:
            PalateError: There is none of this id.
        """
        with self._guard:
            keys = dict(self._fresh())
            if keys.pop(name, None) is None:
                raise PalateError(f"No key {name!r}: `palate keys list` shows them.")
            self._write(keys)

    def forget(self, user: str) -> int:
        """Takes the keys of a person out of use; returns how many there were."""
        with self._guard:
            keys = self._fresh()
            left = {name: key for name, key in keys.items() if key.user != user}
            if len(left) < len(keys):
                self._write(left)
            return len(keys) - len(left)

    def find(self, given: str) -> Key | None:
        """Returns the key that somebody gave, if it is one."""
        parts = given.split("_", 2)
        if len(parts) != 3 or parts[0] != _PREFIX:
            return None
        with self._guard:
            key = self._fresh().get(parts[1])
        known = key.sha256 if key else _hashed("")
        return key if hmac.compare_digest(known, _hashed(given)) else None

    def holds(self, name: str) -> bool:
        """Says whether a key of this id is in use."""
        with self._guard:
            return name in self._fresh()

    def _fresh(self) -> dict[str, Key]:
        with on_disk():
            try:
                stat = self._path.stat()
            except FileNotFoundError:
                self._keys, self._seen = {}, None
                return {}
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                self._keys, self._seen = self._read(), seen
            return self._keys

    def _read(self) -> dict[str, Key]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            keys = [Key(**{**one, "scopes": tuple(one["scopes"])}) for one in found]
        except (ValueError, TypeError, KeyError):
            raise PrerequisiteError(
                f"{self._path} is damaged: delete it, and make the keys anew."
            ) from None
        return {key.id: key for key in keys}

    def _write(self, keys: dict[str, Key]) -> None:
        with on_disk():
            text = json.dumps([asdict(key) for key in keys.values()], indent=1)
            write_private(self._path, text)


class LocalToken:
    """A key for commands of this machine and user: a file that lives as long as the server."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = ""

    def make(self) -> str:
        """Writes a new one and returns it."""
        token = "local_" + secrets.token_urlsafe(32)
        with on_disk():
            write_private(self._path, token)
        self._hash = _hashed(token)
        return token

    def is_it(self, given: str) -> bool:
        """Says whether this is it."""
        return bool(self._hash) and hmac.compare_digest(self._hash, _hashed(given))

    def remove(self) -> None:
        """Ends it; safe to call twice."""
        if self._hash:
            self._path.unlink(missing_ok=True)
        self._hash = ""


def write_private(path: Path, text: str) -> None:
    """Writes a file for its owner alone, whole or not at all."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
