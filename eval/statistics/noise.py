"""What of a mean's uncertainty comes from the sample of people, and what from the model."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from palate.errors import EvalError
from palate.eval.statistics.spread import standard_errors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard errors of a mean over cases and repeats, in units of the metric.

    Attributes:
        repeats: How often every case was asked.
        sampling: Falls with more people only.
        model: Falls with more repeats too.
    """

    repeats: int
    sampling: float
    model: float

    @property
    def share(self) -> float:
        """Share of the variance that is the model's; 0 where there is none."""
        whole = self.sampling**2 + self.model**2
        return self.model**2 / whole if whole > 0 else 0.0


def components(values: NDArray[np.float64], users: Sequence[Hashable] | None = None) -> Noise:
    """Parts the variance of the mean into its two components.

    The model's part is the variance between repeats of one case, averaged over the cases; what is
    left of the whole (over people, of the means of the repeats) is the sample's, and 0 where the
    estimate falls below it. A one-way random-effects analysis of variance: Searle, Casella and
    McCulloch, *Variance Components* (1992), chapter 3.

    Args:
        values: Shape (repeats, cases).
        users: Whose case each is, shape (cases,); ``None``: each case its own person.

    Raises:
        EvalError: Fewer than two repeats or two people.
    """
    if values.ndim != 2 or len(values) < 2:
        raise EvalError("Noise of a model needs at least two repeats. Run with --repeat 3.")
    repeats, cases = values.shape
    errors, _ = standard_errors(values.mean(axis=0).reshape(-1, 1), users)
    model = float(values.var(axis=0, ddof=1).mean()) / repeats / cases
    whole = float(errors[0]) ** 2
    return Noise(repeats, max(0.0, whole - model) ** 0.5, model**0.5)
