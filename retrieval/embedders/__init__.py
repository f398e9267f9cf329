"""What turns text into vectors: the embedded default, or a server behind ``/v1/embeddings``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from palate.domain import Embedder
    from palate.settings import EmbedderSettings

#: Names that start so belong to embedders that understand Latin, Greek and Cyrillic script only.
WORDLLAMA = "wordllama:"
#: A small model for many languages.
DEFAULT_LOCAL = "intfloat/multilingual-e5-small"


def make_embedder(settings: EmbedderSettings, environ: Mapping[str, str]) -> Embedder:
    """Makes the embedder that the settings name. Nothing is loaded or called yet.

    Args:
        settings: The section ``[embedder]``.
        environ: Where the variable ``settings.api_key_env`` is looked up.

    Raises:
        PrerequisiteError: A remote embedder lacks its model name, or its key.
    """
    if settings.provider == "wordllama":
        from palate.retrieval.embedders.wordllama import WordLlamaEmbedder

        return WordLlamaEmbedder()
    if settings.provider == "sentence-transformers":
        from palate.retrieval.embedders.sentence_transformers import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(settings.model or DEFAULT_LOCAL, settings.batch)
    from palate.retrieval.embedders.openai import remote_embedder

    return remote_embedder(settings, environ)


def understands(embedder: str, text: str) -> float:
    """Returns how far an embedder can be trusted with a text, in [0, 1].

    Args:
        embedder: Its name. WordLlama's vocabulary is Llama 2's: outside Latin, Greek and
            Cyrillic script most characters are loose bytes to it. Remote models are taken to
            read every script.
        text: A request.
    """
    from palate.retrieval.words import latin_share

    return latin_share(text) if embedder.startswith(WORDLLAMA) else 1.0
