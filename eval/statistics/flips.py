"""The permutation test of paired differences, by flips of their signs.

If two recommenders are alike, each person's difference might as well have come out the other way
round. All cases of a person are turned together. The test is exact for that hypothesis at any
number of people and for any shape of the differences: no normality is assumed. Source: Fisher,
*The Design of Experiments* (1935), section 21; the p-value counts the outcome itself among the
draws, as in Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 2010.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from palate.errors import EvalError
from palate.eval.bootstrap import by_person

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Signs held at once.
_CELLS = 2**22
#: A draw this close to the outcome, relative to the largest sum there can be, equals it.
_ROUNDING = 1e-12


def p_values(
    differences: NDArray[np.float64],
    users: Sequence[Hashable] | None = None,
    *,
    seed: int = 0,
    n: int = 10_000,
) -> NDArray[np.float64]:
    """Returns the two-sided p-value of each column's mean being 0.

    Args:
        differences: Shape (cases, columns), finite.
        users: Whose case each is, shape (cases,); ``None``: each case its own person.
        seed: Of the signs; all columns share them.
        n: Number of draws: no p-value is below ``1 / (n + 1)``.

    Returns:
        Shape (columns,), above 0 and at most 1.

    Raises:
        EvalError: Values that are not finite, or fewer than 100 draws.
    """
    import numpy as np

    if n < 100 or not np.isfinite(differences).all():
        raise EvalError("A permutation test needs finite differences and at least 100 draws.")
    sums, _ = by_person(differences, users)
    # Sums of people, for their number of cases is the same under every flip.
    bound = np.abs(sums.sum(axis=0)) - _ROUNDING * np.abs(sums).sum(axis=0)
    rng = np.random.default_rng(seed)
    reached = np.zeros(sums.shape[1])
    size = max(1, _CELLS // max(len(sums), 1))
    for start in range(0, n, size):
        drawn = _signs(rng, min(size, n - start), len(sums)) @ sums
        reached += (np.abs(drawn) >= bound).sum(axis=0)
    found: NDArray[np.float64] = (reached + 1) / (n + 1)
    return found


def _signs(rng: np.random.Generator, rows: int, people: int) -> NDArray[np.float64]:
    """Returns -1 and 1, each as likely, shape (rows, people)."""
    import numpy as np

    width = -(-people // 8)
    bits = np.unpackbits(rng.integers(0, 256, (rows, width), np.uint8), axis=1, count=people)
    return bits.astype(np.float64) * 2 - 1
