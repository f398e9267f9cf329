from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray


@dataclass(frozen=True)
class Arrays:
    users: tuple[str, ...]
    items: tuple[str, ...]
    user: NDArray[np.int32]
    item: NDArray[np.int32]
    value: NDArray[np.float32]


@pytest.fixture(scope="session")
def arrays() -> Callable[..., Arrays]:
    """Makes arrays of (user, item) pairs, each user's oldest first."""

    def make(pairs: Iterable[tuple[str, str]], items: tuple[str, ...] = ()) -> Arrays:
        rows = list(pairs)
        users = tuple(dict.fromkeys(user for user, _ in rows))
        known = tuple(dict.fromkeys([*(item for _, item in rows), *items]))
        return Arrays(
            users,
            known,
            np.array([users.index(user) for user, _ in rows], np.int32),
            np.array([known.index(item) for _, item in rows], np.int32),
            np.arange(len(rows), dtype=np.float32),
        )

    return make
