"""What the controls learn from: who has which item, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from palate.domain import Ranked, Request
from palate.eval.ordering import ranked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from palate.eval.leave import Arrays


class PairTable:
    """Distinct (user, item) pairs, and each person's items in the order of the arrays.

    Attributes:
        items: Item ids by code.
        code: Item id -> code.
        matrix: people x items, CSR, ones.
    """

    def __init__(self, arrays: Arrays) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        self.items = arrays.items
        self.code = {one: code for code, one in enumerate(arrays.items)}
        self._users = {one: code for code, one in enumerate(arrays.users)}
        shape = (len(arrays.users), len(arrays.items))
        self.matrix: csr_array = csr_array(
            (np.ones(len(arrays.user)), (arrays.user, arrays.item)), shape=shape
        )
        self.matrix.sum_duplicates()
        self.matrix.data[:] = 1.0
        self._sequence = arrays.item[np.argsort(arrays.user, kind="stable")]
        lengths = np.bincount(arrays.user, minlength=len(arrays.users))
        self._start = np.concatenate([[0], np.cumsum(lengths)])

    def counts(self) -> NDArray[np.float64]:
        """Returns the number of people who have each item, shape (n_items,)."""
        import numpy as np

        return np.bincount(self.matrix.indices, minlength=len(self.items)).astype(np.float64)

    def history(self, request: Request) -> list[int]:
        """Returns codes of the person's items, the newest first, each once, at its newest place.

        What the request brings is newer than what is known.
        """
        stored: Sequence[int] = ()
        user = self._users.get(request.user) if request.user is not None else None
        if user is not None:
            stored = self._sequence[self._start[user] : self._start[user + 1]].tolist()
        given = [self.code[one] for one in request.history or () if one in self.code]
        return list(dict.fromkeys([*reversed(given), *reversed(stored)]))

    def ordered(self, scores: NDArray[np.float64], request: Request) -> Ranked:
        """Orders the request's candidates, or else retrieves; an item without a code scores 0.

        Args:
            scores: One an item, shape (n_items,), finite.
            request: Says which candidates or how many, and whose history.
        """
        if request.candidates is None:
            return self.best(scores, request)
        codes = (self.code.get(one) for one in request.candidates)
        return ranked(request.candidates, (0.0 if c is None else float(scores[c]) for c in codes))

    def best(self, scores: NDArray[np.float64], request: Request) -> Ranked:
        """Returns the ``n`` items of the highest score that are not in the person's history.

        Args:
            scores: One an item, shape (n_items,), finite.
            request: Says how many, and whose history.
        """
        import numpy as np

        left = np.array(scores, np.float64)
        seen = self.history(request)
        left[seen] = -np.inf
        n = min(request.n, len(left) - len(seen))
        if n <= 0:
            return Ranked((), ())
        # Everything tied with the n-th must be looked at, or the cut would fall by position.
        floor = np.partition(left, len(left) - n)[len(left) - n]
        found = np.flatnonzero(left >= floor)
        whole = ranked([self.items[code] for code in found], left[found].tolist())
        return Ranked(whole.order[:n], whole.scores[:n])
