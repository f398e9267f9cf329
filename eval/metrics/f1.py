"""F1@k: 2 P R / (P + R), the harmonic mean of Precision@k and Recall@k (van Rijsbergen, 1979)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def f1(precision: NDArray[np.float64], recall: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns F1 of each case, shape (n,); 0 where nothing relevant was found."""
    import numpy as np

    both = precision + recall
    return np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)
