"""A copy of a workspace, for work that takes long while a server owns it.

Evaluating and tuning read everything, for minutes or hours, and write runs and weights alone. So
where a process owns the workspace, it is asked for a copy of store and index as they are at that
moment, and the work is done on that, in a process of its own: requests are not slowed down, and
what the owner learns or forgets meanwhile waits for nobody's open file.

The copy holds what people did, so it is private, is deleted with the work, and has a lock: one
process works on it at a time, and nobody is forgotten while one does. Runs and their snapshots are
written under the same lock, also without a copy.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.errors import WorkspaceInUse
from palate.retrieval.files import make_private, private_folder
from palate.workspace.folder import Folder, Ownership, on_disk

if TYPE_CHECKING:
    from palate.workspace.opened import Opened
    from palate.workspace.palate import Palate


def make_copy(palate: Opened) -> None:
    """Copies store and index, as they are now, to where `opened_copy` looks for them.

    A store in PostgreSQL is not copied: several processes may use it.

    Args:
        palate: Open, and not being fitted.

    Raises:
        StorageError: The copy cannot be written; what was written of it is gone.
    """
    copy = palate.folder.copy
    with on_disk():
        delete_copy(copy)
        try:
            private_folder(copy.home)
            if not palate.settings.store.url:
                palate.store.copy_to(copy.store)
            if palate.folder.index.is_dir():
                shutil.copytree(palate.folder.index, copy.index)
            make_private(copy.home)
        except BaseException:
            delete_copy(copy)
            raise


@contextmanager
def opened_copy(root: str | Path, ask: Callable[[], object], **flags: Any) -> Iterator[Palate]:
    """Opens a copy of a workspace that another process owns, and deletes it afterwards.

    What is learnt and what runs leave behind is written into the workspace itself.

    Args:
        root: Folder of the workspace.
        ask: Has the owner call `make_copy`.
        flags: As of `Palate.open`.

    Raises:
        WorkspaceInUse: Another process works on a copy.
        PalateError: As of `Palate.open` and of ``ask``.
    """
    from palate.workspace.palate import Palate

    with Palate.open_folder(Folder(Path(root)).require().copy, **flags) as palate:
        try:
            ask()
            yield palate
        finally:
            delete_copy(palate.folder)


@contextmanager
def alone_in_runs(palate: Opened) -> Iterator[None]:
    """Keeps other processes out of runs and snapshots: who works on a copy is alone already.

    Raises:
        WorkspaceInUse: An evaluation or a tune of the workspace is under way.
    """
    if palate.folder.copied:
        yield
        return
    lock = Ownership(palate.folder.copy)
    lock.take()
    try:
        yield
    finally:
        lock.release()


def delete_copy(folder: Folder) -> None:
    """Deletes the copy of a workspace, if there is one; its lock must be held."""
    shutil.rmtree(folder.copy.home, ignore_errors=True)


def delete_left_copy(palate: Opened) -> None:
    """Deletes a copy that a killed process left behind; one that is in use stays."""
    if palate.folder.copied or not palate.folder.copy.home.exists():
        return
    with suppress(WorkspaceInUse), alone_in_runs(palate):
        delete_copy(palate.folder)
