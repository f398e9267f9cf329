"""Embeddings by a sentence-transformers model on this machine: the extra of that name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.errors import PrerequisiteError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class SentenceTransformerEmbedder:
    """A local model, by its name or its folder.

    Args:
        model: Such as ``intfloat/multilingual-e5-small``, or a folder that holds one.
        batch: Texts a step.
    """

    def __init__(self, model: str, batch: int = 64) -> None:
        self._model_name, self._batch = model, batch

    @property
    def name(self) -> str:
        """Provider and model."""
        return f"sentence-transformers:{self._model_name}"

    @property
    def dimensions(self) -> int:
        """Width of the vectors."""
        return int(self._model.get_sentence_embedding_dimension())

    @cached_property
    def _model(self) -> Any:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise PrerequisiteError(
                "The embedder sentence-transformers is not installed. Run "
                "`pip install 'palate[sentence-transformers]'`, or set embedder.provider to "
                "wordllama."
            ) from None
        return SentenceTransformer(self._model_name)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns unit rows, shape (len(texts), dimensions); a zero row for text without words.

        Raises:
            PrerequisiteError: The extra is not installed.
        """
        vectors = self._model.encode(
            list(texts), batch_size=self._batch, normalize_embeddings=True, show_progress_bar=False
        )
        found = np.asarray(vectors, np.float32).reshape(len(texts), self.dimensions)
        found[[not text.strip() for text in texts]] = 0
        return found
