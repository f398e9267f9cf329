"""Recommenders of one's own in a run: whatever has the `Recommender` protocol, made by a function.

``recommenders: [mine.py:make]`` names a function in a file beside ``eval.yaml``, and
``package.module:make`` one that can be imported. It is called with the run's snapshot, in which
what is held back does not exist, and returns a recommender or several.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from palate.domain import Recommender
from palate.errors import EvalError

if TYPE_CHECKING:
    from palate.eval.cases import Case
    from palate.workspace.palate import Palate


def make_own(palate: Palate, places: Sequence[str]) -> list[Recommender]:
    """Makes the recommenders that a configuration names.

    Args:
        palate: The snapshot.
        places: Such as ``mine.py:make`` or ``package.module:make``.

    Raises:
        EvalError: There is no such function, it failed, or what it made is no recommender.
    """
    return [one for place in places for one in _made(palate, place)]


def _made(palate: Palate, place: str) -> Iterator[Recommender]:
    where, _, name = place.rpartition(":")
    make = getattr(_module(where, place), name, None)
    if not callable(make):
        raise EvalError(f"recommenders: {where} has no function {name!r}. Write FILE.py:FUNCTION.")
    try:
        found = make(palate)
    except Exception as error:
        raise EvalError(f"recommenders: {place} failed: {error!r}. Mend that function.") from error
    for one in found if isinstance(found, list | tuple) else [found]:
        if not isinstance(getattr(one, "name", None), str) or not callable(
            getattr(one, "rank", None)
        ):
            raise EvalError(
                f"recommenders: {place} made {type(one).__name__}, which has no name and rank(). "
                "See palate.domain.Recommender."
            )
        yield one


def _module(where: str, place: str) -> ModuleType:
    try:
        if not where.endswith(".py"):
            return importlib.import_module(where)
        spec = importlib.util.spec_from_file_location(Path(where).stem, where)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    except Exception as error:
        raise EvalError(
            f"recommenders: {place} cannot be loaded: {error!r}. Write FILE.py:FUNCTION, or a "
            "module that can be imported."
        ) from error


def try_own(own: Sequence[Recommender], cases: Sequence[Case], taken: Sequence[str]) -> None:
    """Asks each recommender one case, so that what fails does so before a call is paid for.

    Raises:
        EvalError: One fails, gives something else than one order, or has a name that is taken.
    """
    names: list[Any] = list(taken)
    for one in own:
        if one.name in names:
            raise EvalError(f"recommenders: two lines would be called {one.name!r}. Rename one.")
        names.append(one.name)
        try:
            found = [ranked.order for ranked in one.rank([case.request(10) for case in cases[:1]])]
        except Exception as error:
            raise EvalError(f"{one.name} failed on case {cases[0].id!r}: {error!r}.") from error
        if len(found) != len(cases[:1]):
            raise EvalError(f"{one.name} gave {len(found)} rankings for 1 request.")
