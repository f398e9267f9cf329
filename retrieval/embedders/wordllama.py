"""The embedded default: WordLlama's static word vectors, offline, some 9,000 texts a second.

A text's vector is the mean of its tokens' vectors. WordLlama's own ``embed`` pads each batch to
its longest text and pools with a mask, which takes three times as long as the sparse product
used here and gives the same numbers (a test compares them).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from palate.errors import PrerequisiteError
from palate.retrieval.embedders import WORDLLAMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIMENSIONS = 256
#: Characters of a text that are read; some 1,000 tokens, far beyond a description.
LONGEST_TEXT = 4_000
_BATCH = 1_024
_FEW = 16
_LOADING = threading.Lock()


class WordLlamaEmbedder:
    """Implements `palate.domain.Embedder`. Safe to share between threads."""

    #: The vectors, which never change: loaded once for all workspaces of a process.
    _shared: ClassVar[Any] = None

    def __init__(self) -> None:
        self.name = f"{WORDLLAMA}l2_supercat:{DIMENSIONS}"
        self.dimensions = DIMENSIONS

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns unit rows, shape (len(texts), 256); a zero row for text without words.

        Raises:
            PrerequisiteError: WordLlama's own files are missing from its installation.
        """
        rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        worded = [row for row, text in enumerate(texts) if has_words(text[:LONGEST_TEXT])]
        for start in range(0, len(worded), _BATCH):
            part = worded[start : start + _BATCH]
            rows[part] = self._pool([texts[row][:LONGEST_TEXT] for row in part])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(np.divide(rows, lengths, out=rows, where=lengths > 0))

    def _pool(self, texts: list[str]) -> NDArray[np.float32]:
        """Returns the sum of the tokens' vectors of each text (the length is scaled later)."""
        model = self._loaded()
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        encodings = model.tokenizer.encode_batch(clean, add_special_tokens=False)
        tokens = [encoding.ids for encoding in encodings]
        table: NDArray[np.float32] = model.embedding
        if len(tokens) <= _FEW:  # SciPy takes longer to import than these take to add
            return np.stack([table[ids].sum(axis=0) for ids in tokens])
        from scipy.sparse import csr_array

        counts = np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens))
        flat = np.fromiter(chain.from_iterable(tokens), dtype=np.int32, count=counts.sum())
        ends = np.concatenate(([0], np.cumsum(counts)))
        ones = np.ones(len(flat), dtype=np.float32)
        return np.asarray(csr_array((ones, flat, ends), shape=(len(texts), len(table))) @ table)

    @classmethod
    def _loaded(cls) -> Any:
        with _LOADING:
            if cls._shared is None:
                cls._shared = _load()
            return cls._shared


def has_words(text: str) -> bool:
    """Returns whether there is a letter or a digit in the text."""
    return any(map(str.isalnum, text))


def _load() -> Any:
    with _quiet_root_logger():
        import wordllama
    # Without its own folder as the cache it looks for its tokenizer under ~/.cache and then
    # goes to the network.
    home = Path(wordllama.__file__).parent
    try:
        model = wordllama.WordLlama.load(
            "l2_supercat", cache_dir=home, dim=DIMENSIONS, disable_download=True
        )
    except FileNotFoundError as error:
        raise PrerequisiteError(
            f"WordLlama's files are not where its package puts them ({error}). "
            "Reinstall it: `pip install --force-reinstall wordllama`."
        ) from None
    model.tokenizer.no_padding()
    return model


@contextmanager
def _quiet_root_logger() -> Iterator[None]:
    """Undoes ``logging.basicConfig``, which WordLlama calls when it is imported."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.setLevel(level)
        for handler in [h for h in root.handlers if h not in handlers]:
            root.removeHandler(handler)
