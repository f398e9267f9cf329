"""Stages of a request, told to whoever wants to time them: nobody, unless a server traces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

#: Opens what lasts as long as the stage of a name.
Opener = Callable[[str], AbstractContextManager[object]]
_OPENER: ContextVar[Opener | None] = ContextVar("opener", default=None)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Marks the work of one stage; ``name`` is one of ours, and says nothing of the request."""
    opener = _OPENER.get()
    if opener is None:
        yield
        return
    with opener(name):
        yield


@contextmanager
def told_to(opener: Opener) -> Iterator[None]:
    """Tells the stages of everything that is done meanwhile, here and in threads that it waits for.

    Args:
        opener: Called at the beginning of each stage.
    """
    before = _OPENER.set(opener)
    try:
        yield
    finally:
        _OPENER.reset(before)
