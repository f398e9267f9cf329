"""A snapshot of a workspace for an evaluation: without what the guard holds back.

The snapshot is a workspace of its own, in which the held-back events do not exist: index, profiles,
popularity and prior cannot see them. It is built once for each state of the catalogue, the events
and the guard, and kept for the next run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from palate.domain import Event, Wish
from palate.errors import PrerequisiteError
from palate.settings import Settings, StoreSettings
from palate.workspace.folder import Folder
from palate.workspace.palate import Palate

if TYPE_CHECKING:
    from palate.eval.guard import Guard

#: Stands in a snapshot that is complete.
_READY = "ready"
#: Kept for further runs, the newest ones.
KEPT = 4


def open_snapshot(
    palate: Palate,
    guard: Guard,
    settings: Settings,
    progress: Callable[[str], None],
    *,
    foretelling: bool = False,
) -> Palate:
    """Opens the snapshot that a guard leaves of a workspace, and builds it if need be.

    Args:
        palate: The workspace; nothing in it is changed.
        guard: What is held back.
        settings: Of the snapshot.
        progress: Told the name of each step.
        foretelling: Learn predictions, too; ranking needs none of them.

    Raises:
        Leak: The snapshot holds what it must not.
        PrerequisiteError: There are no items.
    """
    if not palate.store.item_count:
        raise PrerequisiteError(
            "The catalogue is empty: ingest items first, with `palate ingest items FILE`."
        )
    folder = Folder(snapshots(palate) / _name(palate, guard, settings, foretelling))
    own = settings.model_copy(update={"store": StoreSettings()})
    if not (folder.root / _READY).is_file():
        shutil.rmtree(folder.root, ignore_errors=True)
        _prune(snapshots(palate))
        progress("copying the workspace without what is held back")
        folder.data.mkdir(parents=True, mode=0o700)
        folder.root.chmod(0o700)
        if palate.folder.prompts.is_dir():
            shutil.copytree(palate.folder.prompts, folder.prompts)
        with Palate(folder, own, palate.origins) as made:
            _copy(palate, made, guard)
            made.fit(foretelling=foretelling, progress=progress)
        (folder.root / _READY).touch(mode=0o600)
    opened = Palate(folder, own, palate.origins)
    opened.use_model(None)
    try:
        progress("checking the snapshot for leaks")
        _check(opened, guard)
    except BaseException:
        opened.close()
        raise
    return opened


def snapshots(palate: Palate) -> Path:
    """Returns the folder of a workspace's snapshots."""
    return palate.folder.runs / "snapshots"


def events_of(palate: Palate) -> Iterator[tuple[str, list[Event]]]:
    """Yields every person and their events, oldest first."""
    with palate.store.reading():
        for user in palate.store.users():
            yield user.id, palate.store.user_events(user.id)


def _name(palate: Palate, guard: Guard, settings: Settings, foretelling: bool) -> str:
    state = [
        foretelling,
        palate.store.event_version,
        palate.store.item_changes(0).version,
        sorted(
            (user.id, user.language or "", sorted((k, str(v)) for k, v in user.fields.items()))
            for user in palate.store.users()
        ),
        guard.digest,
        settings.embedder.model_dump_json(),
        sorted(settings.strengths.items()),
        sorted((p.name, p.read_text("utf-8")) for p in palate.folder.prompts.rglob("*.j2")),
    ]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


def _copy(source: Palate, target: Palate, guard: Guard) -> None:
    with target.store.transaction():
        target.store.upsert_items(source.store.all_items())
        target.store.upsert_users(source.store.users())
        for user, events in events_of(source):
            target.store.add_events(guard.allowed(user, events))
            for wish in _allowed_wishes(source.store.wishes(user), user, guard):
                target.store.add_wish(wish)


def _allowed_wishes(wishes: Sequence[Wish], user: str, guard: Guard) -> Iterator[Wish]:
    """Yields what a person had stated before their case: a later wish may tell its truth."""
    moments = [case.at for case in guard.cases if case.user == user and case.at is not None]
    first = min([*moments, *([guard.at] if guard.at else [])], default=None)
    for wish in wishes:
        if first is None or (wish.at is not None and wish.at < first):
            yield wish


def _check(opened: Palate, guard: Guard) -> None:
    """Asserts that nothing which is held back was learnt from.

    Raises:
        Leak: With the name of the leak.
    """
    guard.check_events(events_of(opened))
    popularity = opened.retriever.behaviour.popularity.people.tolist()
    learnt = {
        item: int(count)
        for item, count in zip(opened.index.items.ids, popularity, strict=True)
        if count
    }
    allowed: dict[str, set[str]] = {}
    for user, events in events_of(opened):
        for event in events:
            allowed.setdefault(event.item, set()).add(user)
    guard.check_counts(learnt, {item: len(people) for item, people in allowed.items()})


def _prune(folder: Path) -> None:
    """Deletes the oldest snapshots: each is as large as the workspace."""
    if not folder.is_dir():
        return
    known = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in known[: max(0, len(known) - KEPT + 1)]:
        shutil.rmtree(path, ignore_errors=True)
