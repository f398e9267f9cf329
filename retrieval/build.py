"""Making and updating the files of an index, so that a crash at any moment can be mended.

Layout of the folder (``data/index`` of a workspace)::

    manifest.json        which generation counts, what it was built from and by what
    g3/chroma/           vectors (Chroma)
    g3/words.db          BM25 (SQLite FTS5)
    g3/items-812/        the item table at version 812 of the store's items

A rebuild makes a new generation beside the one in use and then names it in the manifest: a crash
before that leaves the old one in use. An incremental update changes Chroma and BM25 in place, so
the manifest says ``building`` meanwhile, and a crash is mended by a rebuild that takes the vectors
of unchanged texts from the old table.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from palate import __version__
from palate.retrieval.chroma import VectorIndex
from palate.retrieval.files import private_folder
from palate.retrieval.gather import Gathered, gather
from palate.retrieval.items import ItemTable, load_table, save_table
from palate.retrieval.lexical import LexicalIndex
from palate.retrieval.manifest import IndexDamaged, Manifest, read_manifest, write_manifest

if TYPE_CHECKING:
    from palate.domain import Embedder
    from palate.retrieval.store import Store

#: Beyond this share of changed items, a new graph is cheaper and better than a mended one.
REBUILD_SHARE = 0.3

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an update did.

    Attributes:
        items: Indexed now.
        added: New ids.
        changed: Known ids whose item was written anew.
        deleted: Ids that are gone.
        embedded: Texts that went to the embedder; the others were known to it.
        rebuilt: Whether everything was made anew.
    """

    items: int
    added: int
    changed: int
    deleted: int
    embedded: int
    rebuilt: bool


def generation(folder: Path, manifest: Manifest) -> Path:
    """Returns the subfolder that holds the files of a build."""
    return folder / f"g{manifest.generation}"


def silent(done: int, total: int | None) -> None:
    """Tells nobody of the progress."""


def stored_manifest(folder: Path) -> Manifest | None:
    """Returns the manifest; ``None`` if there is none or it cannot be read."""
    try:
        return read_manifest(folder)
    except IndexDamaged:
        return None


def stored_items(folder: Path, manifest: Manifest) -> ItemTable:
    """Loads the item table of a build.

    Raises:
        IndexDamaged: Its files are missing or broken.
    """
    path = generation(folder, manifest) / f"items-{manifest.item_version}"
    try:
        table = load_table(path)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(
            f"The item table {path} cannot be read ({error}). Run `palate fit --rebuild`."
        ) from None
    if (len(table), table.vectors.shape[1]) != (manifest.items, manifest.dimensions):
        raise IndexDamaged(
            f"The item table {path} is of another build. Run `palate fit --rebuild`."
        )
    return table


def rebuild(
    folder: Path, store: Store, embedder: Embedder, *, reuse: bool, progress: Progress = silent
) -> IndexReport:
    """Makes a new generation, then drops the old one.

    Args:
        folder: Of the index.
        store: Holds at least one item.
        embedder: Any: a rebuild may change it.
        reuse: Take vectors of unchanged texts from the last build, if the embedder is the same.
        progress: Is told (done, total) steps.
    """
    before = stored_manifest(folder)
    old = _old_table(folder, before, embedder)
    version = store.item_changes(0).version
    manifest = Manifest(
        "building", _free_number(folder), embedder.name, 0, version, 0, 0, __version__
    )
    if before is None:  # else the old generation stays in use until the new one is complete
        write_manifest(folder, manifest)
    home = private_folder(generation(folder, manifest))
    found = _gather(
        home, store, embedder, old=old if reuse else None, changed=None, progress=progress
    )
    save_table(found.table, home / f"items-{version}")
    fill_vectors(home / "chroma", found.table, embedder.name, progress).close()
    _finish(folder, manifest, found.table)
    return _report(found, old, rebuilt=True)


def advance(
    folder: Path, store: Store, embedder: Embedder, manifest: Manifest, progress: Progress = silent
) -> IndexReport:
    """Applies what changed since a build that is ready.

    Raises:
        IndexDamaged: The build cannot be read: rebuild.
    """
    old = stored_items(folder, manifest)
    changes = store.item_changes(manifest.item_version)
    touched = len(changes.upserted) + len(changes.deleted)
    if not touched:
        return IndexReport(len(old), 0, 0, 0, 0, rebuilt=False)
    if touched > REBUILD_SHARE * len(old):
        return rebuild(folder, store, embedder, reuse=True, progress=progress)
    write_manifest(folder, replace(manifest, state="building"))
    home = generation(folder, manifest)
    found = _gather(
        home,
        store,
        embedder,
        old=old,
        changed=frozenset(changes.upserted),
        progress=progress,
    )
    save_table(found.table, home / f"items-{changes.version}")
    _advance_vectors(home / "chroma", old, found, manifest)
    _finish(folder, replace(manifest, item_version=changes.version), found.table)
    return _report(found, old, rebuilt=False)


def open_vectors(folder: Path, table: ItemTable, manifest: Manifest) -> VectorIndex:
    """Opens Chroma; where it does not hold what it should, fills it from the table."""
    try:
        vectors = VectorIndex.open(
            folder, embedder=manifest.embedder, dimensions=manifest.dimensions
        )
        if vectors.count() == manifest.vectors:
            return vectors
        vectors.close()
    except IndexDamaged:
        pass
    return fill_vectors(folder, table, manifest.embedder)


def fill_vectors(
    folder: Path, table: ItemTable, embedder: str, progress: Progress = silent
) -> VectorIndex:
    """Makes Chroma anew from the table's vectors."""
    rows = table.worded.nonzero()[0]
    count = len(table)
    return VectorIndex.build(
        folder,
        [table.ids[row] for row in rows],
        table.vectors[rows],
        embedder=embedder,
        progress=lambda done: progress(count + done, count + len(rows)),
    )


def _gather(
    home: Path,
    store: Store,
    embedder: Embedder,
    *,
    old: ItemTable | None,
    changed: frozenset[str] | None,
    progress: Progress,
) -> Gathered:
    total = 2 * store.item_count
    words = LexicalIndex.open(home / "words.db")
    try:
        found = gather(
            store.all_items(),
            embedder,
            old=old,
            changed=changed,
            write=words.upsert,
            progress=lambda done: progress(done, total),
        )
        if changed is not None and old is not None:
            words.delete(_gone(old, found.table))
        words.optimise()
    finally:
        words.close()
    return found


def _advance_vectors(folder: Path, old: ItemTable, found: Gathered, manifest: Manifest) -> None:
    table = found.table
    rows = [row for row in found.fresh if table.worded[row]]
    wordless = [table.ids[row] for row in found.fresh if not table.worded[row]]
    vectors = open_vectors(folder, old, manifest)
    try:
        vectors.delete(_gone(old, table) + [item for item in wordless if item in old.position])
        vectors.upsert([table.ids[row] for row in rows], table.vectors[rows])
    finally:
        vectors.close()


def _finish(folder: Path, manifest: Manifest, table: ItemTable) -> None:
    """Names the build in the manifest and deletes every other."""
    ready = replace(
        manifest,
        state="ready",
        items=len(table),
        vectors=int(table.worded.sum()),
        dimensions=table.vectors.shape[1],
        palate=__version__,
    )
    write_manifest(folder, ready)
    home = generation(folder, ready)
    keep = home / f"items-{ready.item_version}"
    others = [path for path in _generations(folder) if path != home]
    for path in others + [path for path in home.glob("items-*") if path != keep]:
        shutil.rmtree(path, ignore_errors=True)


def _old_table(folder: Path, manifest: Manifest | None, embedder: Embedder) -> ItemTable | None:
    if manifest is None or manifest.embedder != embedder.name:
        return None
    try:
        return stored_items(folder, manifest)
    except IndexDamaged:
        return None


def _gone(old: ItemTable, new: ItemTable) -> list[str]:
    return [item for item in old.ids if item not in new.position]


def _generations(folder: Path) -> list[Path]:
    return [path for path in folder.glob("g*") if re.fullmatch(r"g\d+", path.name)]


def _free_number(folder: Path) -> int:
    return max((int(path.name[1:]) for path in _generations(folder)), default=0) + 1


def _report(found: Gathered, old: ItemTable | None, *, rebuilt: bool) -> IndexReport:
    known = old.position if old is not None else {}
    added = sum(item not in known for item in found.table.ids)
    touched = sum(found.table.ids[row] in known for row in found.touched)
    gone = len(_gone(old, found.table)) if old is not None else 0
    return IndexReport(len(found.table), added, touched, gone, len(found.fresh), rebuilt)
