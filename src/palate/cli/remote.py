"""Commands through a running server: one process owns a workspace, and the others ask it.

Who owns a workspace stands in ``data/owner.json``; where that is a server, its address does, too,
and ``data/server.token`` (for its owner alone) signs commands in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import typer

from palate.errors import (
    CatalogueError,
    ModelError,
    PalateError,
    PrerequisiteError,
    SettingsError,
    WorkspaceInUse,
)

_SECONDS = 120
#: Kind of problem -> the error that the command would have met by itself.
_ERRORS: dict[str, type[PalateError]] = {
    "unknown-item": CatalogueError,
    "unknown-user": CatalogueError,
    "unusable-data": CatalogueError,
    "unknown-conversation": CatalogueError,
    "invalid-request": CatalogueError,
    "prerequisite": PrerequisiteError,
    "unusable-setting": SettingsError,
    "model": ModelError,
    "model-timeout": ModelError,
}


@dataclass(frozen=True)
class Remote:
    """A server that owns the workspace of this command."""

    url: str
    token: str

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Returns the answer's JSON.

        Raises:
            PalateError: The server refused, with its own words; or does not answer.
        """
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
        headers = {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
            "Host": parts.netloc,
        }  # fmt: skip
        given = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, given, headers)
            answer = connection.getresponse()
            data = json.loads(answer.read())
        except (OSError, HTTPException, ValueError) as error:
            raise PrerequisiteError(
                f"The server at {self.url} does not answer ({error}). Stop it, or wait."
            ) from None
        finally:
            connection.close()
        if answer.status >= 400:
            raise _error_of(data)
        return data


def _error_of(problem: Mapping[str, Any]) -> PalateError:
    faults = "; ".join(f"{one['where']}: {one['message']}" for one in problem.get("faults", ()))
    kind = _ERRORS.get(str(problem.get("type", "")).rpartition(":")[2], PalateError)
    detail = str(problem.get("detail", "The server refused."))
    return kind(f"{detail} {faults}.".strip() if faults else detail)


def remote_of(context: typer.Context) -> Remote | None:
    """Returns the server that owns the workspace; ``None`` where nobody serves it.

    Raises:
        WorkspaceInUse: It is served, and its token cannot be read by this user.
        PrerequisiteError: There is no workspace.
    """
    from filelock import FileLock, Timeout

    from palate.workspace.folder import Folder  # loads the settings, which --help can do without

    folder = Folder(Path(context.obj)).require()
    try:
        owner = json.loads((folder.data / "owner.json").read_text(encoding="utf-8"))
        url = owner["url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    lock = FileLock(folder.data / "lock", timeout=0, mode=0o600)
    try:
        with lock:
            return None  # a server that was killed left its name behind
    except Timeout:
        pass
    try:
        token = (folder.data / "server.token").read_text(encoding="utf-8")
    except OSError:
        raise WorkspaceInUse(
            f"{url} serves this workspace, and its token cannot be read: are you its owner?"
        ) from None
    return Remote(_reachable(url), token)


def _reachable(url: str) -> str:
    """A server that listens everywhere is asked on loopback."""
    return url.replace("//0.0.0.0", "//127.0.0.1").replace("//[::]", "//[::1]")


def refuse(remote: Remote, flags: Mapping[str, object]) -> None:
    """Says which flags a server does not take: its model and files are its own.

    Raises:
        WorkspaceInUse: One of them was given.
    """
    given = [name for name, value in flags.items() if value is not None]
    if given:
        raise WorkspaceInUse(
            f"{remote.url} serves this workspace with its own settings: leave {', '.join(given)} "
            "out, or stop the server."
        )


def path(*parts: str, **query: str | None) -> str:
    """Returns a path of the API with its parts quoted."""
    given = {name: value for name, value in query.items() if value is not None}
    tail = "?" + urlencode(given) if given else ""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts) + tail
