"""The opened indexes of a catalogue. How their files are made is in `palate.retrieval.build`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from palate.errors import NotReady
from palate.retrieval.build import (
    IndexReport,
    Progress,
    advance,
    generation,
    open_vectors,
    silent,
    stored_items,
    stored_manifest,
)
from palate.retrieval.build import rebuild as build_anew
from palate.retrieval.chroma import VectorIndex, wrong_embedder
from palate.retrieval.lexical import LexicalIndex
from palate.retrieval.manifest import IndexDamaged, Manifest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from palate.domain import Embedder
    from palate.retrieval.store import Store

#: Up to so many rows an exact scan is faster than Chroma's approximate search (measured: 0.4 ms
#: against 4 ms at 10,000 rows, 15 against 5 at 100,000), and nothing of Chroma need be loaded.
EXACT_ROWS = 25_000


class Index:
    """The opened indexes. Use `open`, and `close` at the end.

    Attributes:
        folder: Other derived files may live here, too.
        embedder: The embedder that built it.
        items: The item table.
        lexical: BM25.
        manifest: What was built.
        mended: Whether an unfinished or damaged build was found, and made anew.
    """

    def __init__(
        self, folder: Path, store: Store, embedder: Embedder, manifest: Manifest, *, mended: bool
    ) -> None:
        self.folder = folder
        self.embedder = embedder
        self.manifest = manifest
        self.mended = mended
        self._store = store
        self._vectors: VectorIndex | None = None
        self.items = stored_items(folder, manifest)
        self.lexical = LexicalIndex.open(generation(folder, manifest) / "words.db")
        if self.lexical.count() != len(self.items):
            self.lexical.close()
            raise IndexDamaged(
                f"The parts of the index in {folder} do not fit together. "
                "Run `palate fit --rebuild`."
            )

    @classmethod
    def open(cls, folder: Path, store: Store, embedder: Embedder) -> Index:
        """Opens the indexes of a folder; an unfinished or damaged build is made anew first.

        Raises:
            NotReady: There is no index yet, or another embedder built it.
        """
        if not (folder / "manifest.json").exists():
            raise _nothing(store)
        manifest = stored_manifest(folder)
        if manifest is not None and manifest.embedder != embedder.name:
            raise wrong_embedder(manifest.embedder, embedder.name)
        if manifest is not None and manifest.state == "ready":
            try:
                return cls(folder, store, embedder, manifest, mended=False)
            except IndexDamaged:
                pass  # made anew below
        if not store.item_count:
            raise _nothing(store)
        build_anew(folder, store, embedder, reuse=True)
        manifest = stored_manifest(folder)
        assert manifest is not None, "a finished build has a manifest"
        return cls(folder, store, embedder, manifest, mended=True)

    @classmethod
    def update(
        cls,
        folder: Path,
        store: Store,
        embedder: Embedder,
        *,
        rebuild: bool = False,
        progress: Progress | None = None,
    ) -> IndexReport:
        """Brings the indexes of a folder up to the store, and makes them if there are none.

        Close an `Index` of the folder first, and open it anew afterwards.

        Args:
            folder: ``data/index`` of the workspace.
            store: The system of record.
            embedder: The one that built the index, unless ``rebuild``.
            rebuild: Make everything anew, embeddings included.
            progress: Is told (done, total) steps.

        Raises:
            NotReady: The catalogue is empty, or another embedder built the index.
            ModelError: A remote embedder failed; the index is as it was, or is mended by the
                next `update` or `open`.
        """
        if not store.item_count:
            raise _nothing(store)
        tell = progress or silent
        manifest = stored_manifest(folder)
        if manifest is None or rebuild:
            return build_anew(folder, store, embedder, reuse=False, progress=tell)
        if manifest.embedder != embedder.name:
            raise wrong_embedder(manifest.embedder, embedder.name)
        if manifest.state == "building":
            return build_anew(folder, store, embedder, reuse=True, progress=tell)
        try:
            return advance(folder, store, embedder, manifest, tell)
        except IndexDamaged:
            return build_anew(folder, store, embedder, reuse=True, progress=tell)

    @property
    def vectors(self) -> VectorIndex:
        """Chroma, opened when first asked for; filled from the item table if it is damaged."""
        if self._vectors is None:
            home = generation(self.folder, self.manifest)
            self._vectors = open_vectors(home / "chroma", self.items, self.manifest)
        return self._vectors

    @property
    def behind(self) -> int:
        """How many items of the store were written or deleted since the build."""
        changes = self._store.item_changes(self.manifest.item_version)
        return len(changes.upserted) + len(changes.deleted)

    def nearest(
        self,
        vector: NDArray[np.float32],
        limit: int,
        allowed: NDArray[np.bool_] | None = None,
    ) -> list[tuple[str, float]]:
        """Finds the items nearest to a vector by cosine, best first.

        Exact on small catalogues and under a mask; else approximate, by Chroma.

        Args:
            vector: Shape (d,), of the index's embedder.
            limit: How many at most.
            allowed: Shape (n,): rows of the item table that may be returned.

        Raises:
            NotReady: The vector has another width: another model answers now.
        """
        if vector.shape != (self.manifest.dimensions,):
            raise wrong_embedder(
                f"{self.manifest.embedder} ({self.manifest.dimensions} wide)",
                f"one whose vectors are {vector.shape[-1]} wide",
            )
        if allowed is None and len(self.items) > EXACT_ROWS:
            return self.vectors.nearest(vector, limit)
        return self.items.nearest(vector, limit, allowed)

    def close(self) -> None:
        """Frees the files; safe to call twice."""
        self.lexical.close()
        if self._vectors is not None:
            self._vectors.close()
            self._vectors = None


def _nothing(store: Store) -> NotReady:
    if not store.item_count:
        return NotReady(
            "The catalogue is empty: ingest items first, with `palate ingest items FILE`."
        )
    return NotReady("There is no index yet. Run `palate fit`.")
