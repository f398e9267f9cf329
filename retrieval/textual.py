"""Text search: BM25 and the embedder, added up.

    score = bm25 / (best bm25) + weight * min(1, max(0, cosine - FLOOR) / SPAN)

divided by the most there is. Sums of scores, unlike sums of ranks, let one telling word outweigh
ten vague likenesses. The embedder counts as far as it can be trusted with the script of the
request: WordLlama sees Chinese as loose bytes, so there BM25 decides almost alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from palate.retrieval.embedders import understands
from palate.retrieval.filler import telling
from palate.retrieval.texts import LONGEST_FIELD

if TYPE_CHECKING:
    from palate.retrieval.index import Index

#: Cosines below FLOOR are likeness by chance; FLOOR + SPAN is as like as a request gets.
FLOOR, SPAN = 0.15, 0.4
#: What the embedder counts against BM25, at full trust, and without any.
TRUSTED, UNTRUSTED = 0.6, 0.1


def search(index: Index, text: str, limit: int) -> list[tuple[str, float]]:
    """Finds the items that answer a text.

    Args:
        index: The opened indexes.
        text: A request or a wish in any language; its first 4,000 characters are read.
        limit: How many at most.

    Returns:
        Ids with a score in (0, 1], best first; 1 is best by words and as like as can be.

    Raises:
        ModelError: A remote embedder failed. ``index.lexical.search`` needs none.
    """
    text = text[:LONGEST_FIELD]
    if limit <= 0 or not text.strip():
        return []
    trust = understands(index.embedder.name, text)
    weight = UNTRUSTED + (TRUSTED - UNTRUSTED) * trust
    lexical = index.lexical.search(telling(text), limit)
    best = lexical[0][1] if lexical else 1.0
    scores = {item: score / best for item, score in lexical}
    vector = index.embedder.embed([text])[0]
    for item, cosine in index.nearest(vector, limit) if vector.any() else []:
        alike = min(1.0, max(0.0, cosine - FLOOR) / SPAN)
        scores[item] = scores.get(item, 0.0) + weight * alike
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(item, score / (1 + weight)) for item, score in ranked[:limit] if score > 0]
