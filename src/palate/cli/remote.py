"""Commands through a running server: one process owns a workspace, and the others ask it.

Who owns a workspace stands in ``data/owner.json``; where that is a server, its address does, too,
and ``data/server.token`` (for its owner alone) signs commands in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import typer

from palate.errors import (
    CatalogueError,
    ModelError,
    NoModel,
    NotReady,
    PalateError,
    PrerequisiteError,
    SettingsError,
    StorageError,
    WorkspaceInUse,
)

_SECONDS = 120
#: Kind of problem -> the error that the command would have met by itself.
_ERRORS: dict[str, type[PalateError]] = {
    "unknown-item": CatalogueError,
    "unknown-user": CatalogueError,
    "unusable-data": CatalogueError,
    "unknown-conversation": CatalogueError,
    "conversation-moved-on": CatalogueError,
    "invalid-request": CatalogueError,
    "prerequisite": PrerequisiteError,
    "not-ready": NotReady,
    "no-model": NoModel,
    "storage": StorageError,
    "storage-full": StorageError,
    "in-use": WorkspaceInUse,
    "busy": PrerequisiteError,
    "unusable-setting": SettingsError,
    "model": ModelError,
    "model-timeout": ModelError,
}


@dataclass(frozen=True)
class Remote:
    """A server that owns the workspace of this command."""

    url: str
    token: str

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        patience: int = _SECONDS,
    ) -> Any:
        """Returns the answer's JSON, for which it waits so many seconds.

        Raises:
            PalateError: The server refused, with its own words; or does not answer.
        """
        with self._asked(method, path, body, patience) as answer:
            return json.loads(answer.read())

    def stream(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[str, Any]]:
        """Yields name and data of the server's events; who stops listening ends the work.

        Raises:
            PalateError: The server refused, with its own words; or does not answer.
        """
        with self._asked(method, path, body) as answer:
            name = ""
            for line in map(bytes.decode, answer):
                if line.startswith("event: "):
                    name = line[7:].strip()
                elif line.startswith("data: "):
                    data = json.loads(line[6:])
                    if name == "problem":
                        raise _error_of(data)
                    yield name, data

    @contextmanager
    def _asked(
        self, method: str, path: str, body: Mapping[str, Any] | None, patience: int = _SECONDS
    ) -> Iterator[HTTPResponse]:
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=patience)
        headers = {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
            "Host": parts.netloc,
        }  # fmt: skip
        given = None if body is None else json.dumps(body)
        try:
            connection.request(method, path, given, headers)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise _error_of(json.loads(answer.read()))
            yield answer
        except ConnectionRefusedError:
            raise PrerequisiteError(
                f"The server at {self.url} is gone. Start it again with `palate serve`, or run the "
                "command once more: without a server it opens the workspace itself."
            ) from None
        except (OSError, HTTPException, ValueError) as error:
            raise PrerequisiteError(
                f"The server at {self.url} does not answer ({error}). Stop it, or wait."
            ) from None
        finally:
            connection.close()


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
        owner = json.loads(folder.owner.read_text(encoding="utf-8"))
        url = owner["url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    lock = FileLock(folder.lock, timeout=0, mode=0o600)
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
