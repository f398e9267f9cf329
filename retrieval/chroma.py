"""The only door to chromadb: an approximate vector index over item ids.

Only ids and vectors go in. Chroma keeps the text of deleted documents until a VACUUM, and
metadata costs more to fetch than the search itself; both are in the store and the item table.
It is also not safe for several processes: the workspace's lock makes one process its owner.
"""

from __future__ import annotations

import math
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.errors import NotReady, StorageError
from palate.retrieval.files import make_private, private_folder, private_umask
from palate.retrieval.manifest import IndexDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAME = "items"
#: How Chroma's own parts say that there is no room left.
_FULL = ("disk is full", "No space left", "os error 28")
#: Vectors a call: about the cheapest in CPU (5,461 is the most that Chroma takes).
BATCH = 1_000
#: Vectors between two syncs of a first build, where every sync but the last is a waste.
_PART = 25_000
# Measured on 100,000 items in 256 dimensions: half of the default effort to build halves the
# build and costs 2 points of recall at 200; a search effort of 200 costs nothing where 200
# neighbours are asked for, and gives recall .98 at 20. A sync writes the whole graph; what is not
# yet synced is added to it again at the first search of each process, at some 0.4 ms a vector.
_HNSW = {
    "space": "cosine",
    "ef_construction": 64,
    "max_neighbors": 16,
    "ef_search": 200,
}


class VectorIndex:
    """Nearest items by cosine, in a folder. Use `open`, and `close` at the end."""

    def __init__(self, folder: Path, client: Any, collection: Any, dimensions: int) -> None:
        self.folder = folder
        self.dimensions = dimensions
        self._client = client
        self._collection = collection

    @classmethod
    def build(
        cls,
        folder: Path,
        ids: Sequence[str],
        vectors: NDArray[np.float32],
        *,
        embedder: str,
        progress: Callable[[int], None] | None = None,
    ) -> VectorIndex:
        """Makes the index of a folder anew; much faster than `upsert` into an empty one.

        Args:
            folder: Its own folder; what it holds is deleted.
            ids: Item ids, each once.
            vectors: Shape (len(ids), dimensions), no zero rows.
            embedder: Name of the embedder whose vectors these are.
            progress: Is told how many are in.
        """
        shutil.rmtree(folder, ignore_errors=True)
        batch, threshold = _plan(len(ids))
        index = cls.open(
            folder, embedder=embedder, dimensions=vectors.shape[1], threshold=threshold
        )
        with _chroma_errors(folder):
            for start in range(0, len(ids), batch):
                part = slice(start, start + batch)
                index._collection.upsert(ids=list(ids[part]), embeddings=vectors[part])
                if progress:
                    progress(min(start + batch, len(ids)))
            with _chromas_warnings():
                index._collection.modify(configuration={"hnsw": {"sync_threshold": BATCH}})
        make_private(folder)
        return index

    @classmethod
    def open(
        cls, folder: Path, *, embedder: str, dimensions: int, threshold: int = BATCH
    ) -> VectorIndex:
        """Opens the index of a folder, or makes an empty one.

        Args:
            folder: Its own folder; made if missing.
            embedder: Name of the embedder whose vectors it holds.
            dimensions: Their width.
            threshold: Vectors between two syncs, of a new index.

        Raises:
            NotReady: Another embedder built it.
            IndexDamaged: Chroma cannot read its files.
        """
        private_folder(folder)
        with _chroma_errors(folder), private_umask():
            client = _client(folder)
            try:
                collection = client.get_or_create_collection(
                    _NAME,
                    configuration={"hnsw": _HNSW | {"sync_threshold": threshold}},
                    metadata={"embedder": embedder, "dimensions": dimensions},
                    embedding_function=None,
                )
                _check(collection.metadata or {}, embedder, dimensions)
            except BaseException:
                client.close()
                raise
        make_private(folder)
        return cls(folder, client, collection, dimensions)

    def close(self) -> None:
        """Frees the files; safe to call twice."""
        if self._client is None:
            return
        with _chroma_errors(self.folder):
            # Chroma shares one system among the clients of a folder and stops it with the last.
            self._client.close()
        self._client = self._collection = None
        make_private(self.folder)

    def count(self) -> int:
        """Returns how many items have a vector; some 20 ms at 100,000."""
        with _chroma_errors(self.folder):
            return int(self._collection.count())

    def upsert(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Adds vectors, or replaces those of known ids.

        Args:
            ids: Item ids, each once.
            vectors: Shape (len(ids), dimensions), no zero rows: they have no direction.
        """
        if not vectors.size:
            return
        with _chroma_errors(self.folder):
            for start in range(0, len(ids), BATCH):
                part = slice(start, start + BATCH)
                self._collection.upsert(
                    ids=list(ids[part]), embeddings=np.asarray(vectors[part], dtype=np.float32)
                )
        make_private(self.folder)

    def delete(self, ids: Sequence[str]) -> None:
        """Removes items; unknown ids are no error."""
        with _chroma_errors(self.folder):
            for start in range(0, len(ids), BATCH):
                self._collection.delete(ids=list(ids[start : start + BATCH]))
        make_private(self.folder)

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Finds the items nearest to a vector, approximately.

        Args:
            vector: Shape (dimensions,); need not be a unit vector.
            limit: How many at most.

        Returns:
            Ids with their cosine similarity, best first; nothing for a zero vector.
        """
        if limit <= 0 or not vector.any():
            return []
        with _chroma_errors(self.folder):
            found = self._collection.query(
                query_embeddings=[np.asarray(vector, dtype=np.float32)],
                n_results=limit,
                include=["distances"],
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(item, 1.0 - distance) for item, distance in pairs]

    def ids(self) -> Iterator[str]:
        """Yields every id, in no particular order."""
        with _chroma_errors(self.folder):
            total = int(self._collection.count())
            for offset in range(0, total, BATCH):
                page = self._collection.get(limit=BATCH, offset=offset, include=[])
                yield from islice(page["ids"], BATCH)


def _plan(count: int) -> tuple[int, int]:
    """Returns batch size and sync threshold such that the last batch ends with a sync.

    A sync comes with the batch that fills the threshold. All parts but the last are equal, the
    last is at most a batch smaller, and the threshold is the last one's size.
    """
    parts = max(1, math.ceil(count / _PART))
    batches = max(1, math.ceil(count / parts / BATCH))
    batch = max(1, math.ceil(count / parts / batches))
    return batch, max(2, count - (parts - 1) * batches * batch)


def _client(folder: Path) -> Any:
    with _chromas_warnings():
        import chromadb
        from chromadb.config import Settings

    # Resolved: Chroma tells folders apart by the spelling of their path.
    path = str(folder.resolve())
    try:
        return chromadb.PersistentClient(path, settings=Settings(anonymized_telemetry=False))
    except BaseException:
        # Chroma leaves a half-started system in its registry, where the next client of the
        # folder would find it, broken.
        from chromadb.api.shared_system_client import SharedSystemClient as systems  # noqa: N813

        systems._identifier_to_system.pop(path, None)
        systems._identifier_to_refcount.pop(path, None)
        raise


@contextmanager
def _chromas_warnings() -> Iterator[None]:
    """Silences deprecations between Chroma and itself or its dependencies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _check(metadata: dict[str, Any], embedder: str, dimensions: int) -> None:
    built_by, width = metadata.get("embedder"), metadata.get("dimensions")
    if built_by != embedder or width != dimensions:
        raise wrong_embedder(f"{built_by} ({width} wide)", f"{embedder} ({dimensions} wide)")


def wrong_embedder(built_by: str, wanted: str) -> NotReady:
    """Returns the error for an index whose vectors come from another embedder."""
    return NotReady(
        f"The index was built by the embedder {built_by}, and the settings name {wanted}. "
        "Set the embedder back, or run `palate fit --rebuild`."
    )


@contextmanager
def _chroma_errors(folder: Path) -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except ChromaError as error:
        if any(told in str(error) for told in _FULL):
            raise StorageError(
                f"The disk is full: {folder} cannot grow. Make room.", full=True
            ) from None
        raise IndexDamaged(
            f"The vector index in {folder} cannot be used ({error}). "
            "Run `palate fit --rebuild` to make it anew."
        ) from error
