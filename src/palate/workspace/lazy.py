"""Parts of a workspace that are loaded when they are first needed, once, by whichever thread."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any, Self, TypeVar, overload

from palate.errors import PrerequisiteError
from palate.workspace.folder import on_disk

_T = TypeVar("_T")


class Parts:
    """Something with `part` properties. After `shut` none of them is loaded any more."""

    def __init__(self) -> None:
        self._loading = threading.RLock()
        self._shut = False

    def shut(self) -> None:
        """From now on, whoever asks for a part that is not loaded gets an error."""
        self._shut = True


class part(cached_property[_T]):  # noqa: N801 - used as a decorator
    """A cached property that two threads do not load twice, and a closed owner does not load."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> _T: ...

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        """Loads the part.

        Raises:
            PrerequisiteError: The owner is closed, or a file cannot be read or written.
        """
        if instance is None:
            return self
        with instance._loading:
            if instance._shut:
                raise PrerequisiteError("This workspace was closed. Open it with Palate.open.")
            with on_disk():
                return super().__get__(instance, owner)
