"""The folder of a workspace: what is where, how it is made, and who owns it right now."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from palate.errors import PrerequisiteError, StorageError, WorkspaceInUse
from palate.settings import FILE_NAME

if TYPE_CHECKING:
    from filelock import BaseFileLock

DEFAULT_TOML = """\
# Settings of this workspace. The environment (PALATE_<SECTION>_<KEY>) and flags override them;
# `palate doctor` lists every setting, its value, and where it came from.

[catalogue]
noun = {noun}
nouns = {nouns}
# facts = ["price", "brand"]   # the fields beside a title; without it `palate fit` chooses

# A language model, if there is one: see "Connecting a model" in the README.
# [model]
# base_url = "http://localhost:8000/v1"
# name = "Qwen/Qwen3-8B"
"""


@contextmanager
def on_disk() -> Iterator[None]:
    """Says in a sentence what the operating system says about files.

    Raises:
        StorageError: A file cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        raise StorageError.of(error) from None


@dataclass(frozen=True)
class Folder:
    """Paths inside a workspace.

    Attributes:
        copied: Whether store and index are those of the copy that another process made, which
            owns the workspace; all else is the workspace's own.
    """

    root: Path
    copied: bool = False

    @property
    def data(self) -> Path:
        """Everything that Palate writes."""
        return self.root / "data"

    @property
    def home(self) -> Path:
        """Where store and index are."""
        return self.data / "copy" if self.copied else self.data

    @property
    def lock(self) -> Path:
        """Who holds it may open what is at `home`; with the copy's, also write into `runs`."""
        return self.data / ("copy.lock" if self.copied else "lock")

    @property
    def owner(self) -> Path:
        """Says who holds the lock."""
        return self.data / ("copy.json" if self.copied else "owner.json")

    @property
    def copy(self) -> Folder:
        """This workspace, with the store and the index of the copy."""
        return Folder(self.root, copied=True)

    @property
    def store(self) -> Path:
        """The system of record."""
        return self.home / "palate.db"

    @property
    def index(self) -> Path:
        """Everything that can be rebuilt."""
        return self.home / "index"

    @property
    def runs(self) -> Path:
        """Evaluation runs, what a tune has paid for, and their snapshots."""
        return self.data / "runs"

    @property
    def fitting(self) -> Path:
        """Stands while the prior is being fitted."""
        return self.index / "fitting"

    @property
    def facts(self) -> Path:
        """The fields beside a title, where `fit` chose them."""
        return self.data / "facts.json"

    @property
    def typed(self) -> Path:
        """What was typed into `palate chat`; anybody's words, so that any forgetting deletes it."""
        return self.data / "chat_history"

    @property
    def prompts(self) -> Path:
        """The user's own templates."""
        return self.root / "prompts"

    @property
    def rejects(self) -> Path:
        """Rows that ingest refused."""
        return self.data / "rejects"

    def require(self) -> Folder:
        """Returns itself.

        Raises:
            PrerequisiteError: There is no workspace here.
        """
        with on_disk():
            there = (self.root / FILE_NAME).is_file()
        if not there:
            raise PrerequisiteError(
                f"{self.root} is not a workspace. `palate init {self.root}` makes one; "
                "-w/--workspace or PALATE_WORKSPACE names another."
            )
        return self


def create_folder(root: Path, noun: str = "item", nouns: str = "items") -> Folder:
    """Makes a new workspace folder, readable by its owner only.

    Raises:
        PrerequisiteError: The folder exists and holds something.
    """
    with on_disk():
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise PrerequisiteError(f"{root} exists and is not empty. Choose a new folder.")
        folder = Folder(root)
        for path in (root, folder.data, folder.prompts):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.chmod(0o700)
        settings = root / FILE_NAME
        # A string of JSON is one of TOML.
        made = DEFAULT_TOML.format(noun=json.dumps(noun), nouns=json.dumps(nouns))
        settings.write_text(made, encoding="utf-8")
        settings.chmod(0o600)
    return folder


class Ownership:
    """The lock of a workspace: one process at a time, named so that others can say whose."""

    def __init__(self, folder: Folder) -> None:
        self._owner, self._path = folder.owner, folder.lock
        self._what = f"The workspace {folder.root} is in use by"
        if folder.copied:
            self._what = f"An evaluation of the workspace {folder.root} is under way in"
        self._lock: BaseFileLock | None = None

    def take(self) -> None:
        """Takes the workspace.

        Raises:
            WorkspaceInUse: Another process has it; the message names that process.
            PrerequisiteError: The folder cannot be written.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self._path, timeout=0, mode=0o600)
        with on_disk():
            self._path.parent.mkdir(exist_ok=True, mode=0o700)
            try:
                lock.acquire()
            except Timeout:
                raise WorkspaceInUse(
                    f"{self._what} {self._named()}. Wait until it is done, or stop it."
                ) from None
            self._lock = lock
            self._name_owner()

    def serve_at(self, url: str) -> None:
        """Writes down where the owner answers, so that commands can ask it."""
        with on_disk():
            self._name_owner(url=url)

    def _name_owner(self, **more: str) -> None:
        try:
            self._owner.touch(mode=0o600)
            self._owner.write_text(json.dumps({"pid": os.getpid(), **more}), encoding="utf-8")
        except OSError:
            self.release()
            raise

    def _named(self) -> str:
        try:
            owner = json.loads(self._owner.read_text(encoding="utf-8"))
            served = f", which serves it at {owner['url']}" if "url" in owner else ""
            return f"process {owner['pid']}{served}"
        except (OSError, ValueError, KeyError):
            return "another process"

    def release(self) -> None:
        """Gives the workspace back; safe to call twice."""
        if self._lock is not None:
            self._owner.unlink(missing_ok=True)
            self._lock.release()
            self._lock = None
