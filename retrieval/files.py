"""Private, durable files: 0600 in folders of 0700, replaced whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def private_folder(folder: Path) -> Path:
    """Makes a folder that only its owner can enter, and returns it."""
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    folder.chmod(FOLDER_MODE)
    return folder


def make_private(folder: Path) -> None:
    """Takes everybody else's rights off a folder and all that is in it."""
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(FOLDER_MODE)
        for name in files:
            path = Path(parent, name)
            try:
                if path.stat().st_mode & 0o777 != FILE_MODE:
                    path.chmod(FILE_MODE)
            except FileNotFoundError:  # a journal that came and went
                continue


@contextmanager
def private_umask() -> Iterator[None]:
    """Files that other libraries create meanwhile are private. The mask is the process's own."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def replace_file(path: Path, content: bytes | memoryview) -> None:
    """Writes a file so that after a crash it holds either the old content or the new."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)  # half a file would only fill a full disk
        raise
    sync_folder(path.parent)


@contextmanager
def drafted(folder: Path, last: str) -> Iterator[Path]:
    """Gives a folder to write files in, and puts them in place together if that succeeds.

    Args:
        folder: Where they belong.
        last: The file without which the others do not count: gone first, and back last.
    """
    draft = folder / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        yield private_folder(draft)
        made = sorted(draft.iterdir(), key=lambda path: path.name == last)
        (folder / last).unlink(missing_ok=True)
        for path in made:
            path.replace(folder / path.name)
        sync_folder(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Makes new and renamed entries of a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_files(folder: Path) -> None:
    """Makes every file of a folder (not of its subfolders), and their names, durable."""
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)
