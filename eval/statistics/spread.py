"""Standard errors over people: cases of one person are not independent."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from palate.errors import EvalError
from palate.eval.bootstrap import by_person

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def standard_errors(
    values: NDArray[np.float64], users: Sequence[Hashable] | None = None
) -> tuple[NDArray[np.float64], int]:
    """Returns the standard error of each column's mean, and the number of people.

    ``s = sqrt(m / (m - 1) * sum over people of (their sum - mean * their cases)^2) / cases``, the
    sandwich estimator with one cluster a person and the usual correction for m people (Liang and
    Zeger, Biometrika 1986; Cameron and Miller, Journal of Human Resources 2015). With one case a
    person it is the sample's deviation over the root of its size.

    Args:
        values: Shape (cases, columns).
        users: Whose case each is, shape (cases,); ``None``: each case its own person.

    Returns:
        Shape (columns,), in units of the values.

    Raises:
        EvalError: Fewer than two people.
    """
    import numpy as np

    sums, sizes = by_person(values, users)
    people = len(sizes)
    if people < 2:
        raise EvalError("A standard error needs cases of at least two people. Add cases.")
    cases = sizes.sum()
    apart = sums - sums.sum(axis=0) / cases * sizes[:, None]
    square = people / (people - 1) * (apart**2).sum(axis=0)
    errors: NDArray[np.float64] = np.sqrt(square) / cases
    return errors, people
