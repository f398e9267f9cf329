"""From scores to an order without ties, in which neither position nor spelling can help.

Candidates of equal score are ordered by a hash of their id. So a recommender that knows nothing
about a list is at chance on it, whatever order the list came in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

from palate.domain import Ranked


def tie_key(text: str, salt: bytes = b"") -> int:
    """Returns 64 bits that depend on the text and the salt alone, the same on every machine."""
    return int.from_bytes(
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=salt).digest()
    )


#: The same few items stand in case after case.
_plain_key = lru_cache(maxsize=65_536)(tie_key)


def ranked(ids: Sequence[str], scores: Iterable[float]) -> Ranked:
    """Orders items by score, best first, ties by `tie_key`.

    Args:
        ids: Distinct item ids.
        scores: Finite, one an id.

    Returns:
        The order, with scores lowered by the least possible where they are tied, so that they
        decrease strictly.
    """
    rows = sorted((-score, _plain_key(item), item) for item, score in zip(ids, scores, strict=True))
    order = tuple(item for _, _, item in rows)
    return Ranked(order, strictly_decreasing(-row[0] for row in rows))


def strictly_decreasing(scores: Iterable[float]) -> tuple[float, ...]:
    """Lowers scores, given best first, by the least possible so that no two are equal."""
    lowered: list[float] = []
    last = math.inf
    for score in scores:
        last = float(score) if score < last else math.nextafter(last, -math.inf)
        lowered.append(last)
    return tuple(lowered)
