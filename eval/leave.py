"""Takes what is to be guessed out of what is learnt from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from palate.errors import EvalError
from palate.eval.cases import Case

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Arrays(Protocol):
    """Interactions as arrays, such as `palate.retrieval.store.EventArrays`.

    Whatever else a dataclass of this form holds in columns of shape (n,) is cut along with these.
    """

    @property
    def users(self) -> tuple[str, ...]:
        """User ids by code."""
        ...

    @property
    def items(self) -> tuple[str, ...]:
        """Item ids by code."""
        ...

    @property
    def user(self) -> NDArray[np.int32]:
        """User codes, shape (n,)."""
        ...

    @property
    def item(self) -> NDArray[np.int32]:
        """Item codes, shape (n,)."""
        ...


A = TypeVar("A", bound=Arrays)


def truth_pairs(cases: Iterable[Case]) -> set[tuple[str, str]]:
    """Returns the (user, item) pairs that the cases ask for."""
    return {(case.user, item) for case in cases if case.user is not None for item in case.truth}


def remove_pairs(arrays: A, pairs: Collection[tuple[str, str]]) -> A:
    """Returns the arrays without any interaction of the given (user, item) pairs.

    Ids and codes stay as they are, and so does the order. Pairs that do not occur are ignored.

    Raises:
        EvalError: A pair was found afterwards; nothing computed from the arrays could be trusted.
    """
    keep = ~_found(arrays, pairs)
    changed: dict[str, Any] = {}
    for one in fields(arrays):  # type: ignore[arg-type]  # every Arrays is a dataclass
        column = getattr(arrays, one.name)
        if getattr(column, "shape", None) == keep.shape:
            changed[one.name] = column[keep]
    left = replace(arrays, **changed)  # type: ignore[type-var]
    assert_absent(left, pairs)
    return left


def assert_absent(arrays: Arrays, pairs: Collection[tuple[str, str]]) -> None:
    """Checks that no interaction is one of the pairs.

    Raises:
        EvalError: Names the first one that is.
    """
    leaks = _found(arrays, pairs).nonzero()[0]
    if len(leaks):
        user = arrays.users[arrays.user[leaks[0]]]
        item = arrays.items[arrays.item[leaks[0]]]
        raise EvalError(
            f"Leak: the training data holds {len(leaks)} interactions that the cases ask for, "
            f"such as user {user!r} with item {item!r}. Take them out with remove_pairs."
        )


def _found(arrays: Arrays, pairs: Collection[tuple[str, str]]) -> NDArray[np.bool_]:
    import numpy as np

    users = {one: code for code, one in enumerate(arrays.users)}
    items = {one: code for code, one in enumerate(arrays.items)}
    width = max(len(items), 1)
    wanted = [users[u] * width + items[i] for u, i in pairs if u in users and i in items]
    keys = arrays.user.astype(np.int64) * width + arrays.item
    return np.isin(keys, np.array(wanted, dtype=np.int64))
