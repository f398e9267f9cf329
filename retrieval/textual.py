"""Text search: BM25 and the embedder, merged by rank.

Reciprocal rank fusion (G. Cormack, C. Clarke and S. Buettcher, SIGIR 2009): an item scores
``sum(w / (60 + rank))`` over the lists that have it. The embedder's list counts as far as it can
be trusted with the script of the request: WordLlama sees Chinese as loose bytes, so there BM25
decides and the embedder only fills up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from palate.retrieval.embedders import understands
from palate.retrieval.texts import LONGEST_FIELD

if TYPE_CHECKING:
    from palate.retrieval.index import Index

#: The constant of the paper: how slowly ranks lose weight.
SLOWNESS = 60
#: What the embedder's list counts against BM25's at full trust; and without any, where it is too
#: little to overturn the difference of two ranks.
TRUSTED = 1.0
UNTRUSTED = 0.02


def search(index: Index, text: str, limit: int) -> list[tuple[str, float]]:
    """Finds the items that answer a text.

    Args:
        index: The opened indexes.
        text: A request or a wish in any language; its first 4,000 characters are read.
        limit: How many at most.

    Returns:
        Ids with a score in (0, 1], best first; 1 is first place in both lists.

    Raises:
        ModelError: A remote embedder failed. ``index.lexical.search`` needs none.
    """
    text = text[:LONGEST_FIELD]
    if limit <= 0 or not text.strip():
        return []
    trust = understands(index.embedder.name, text)
    weight = UNTRUSTED + (TRUSTED - UNTRUSTED) * trust
    vector = index.embedder.embed([text])[0]
    lists = [
        (1.0, index.lexical.search(text, limit)),
        (weight, index.nearest(vector, limit) if vector.any() else []),
    ]
    scores: dict[str, float] = {}
    for share, found in lists:
        for rank, (item, _) in enumerate(found):
            scores[item] = scores.get(item, 0.0) + share / (SLOWNESS + 1 + rank)
    best = (1.0 + weight) / (SLOWNESS + 1)
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(item, score / best) for item, score in ranked[:limit]]
