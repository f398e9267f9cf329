"""What was learnt of models, kept in a file: rows by key, private to their owner.

Each row is a key and a value, both dataclasses; ``stale`` is worked out when the file is read and
is never written.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from palate.errors import PrerequisiteError
from palate.retrieval.files import replace_file

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_K = TypeVar("_K", bound="DataclassInstance")
_V = TypeVar("_V", bound="DataclassInstance")


def read_rows(
    path: Path, name: str, entry: Callable[[Mapping[str, object]], tuple[_K, _V]], again: str
) -> dict[_K, _V]:
    """Reads what `write_rows` wrote; nothing where there is no file yet.

    Args:
        path: Of the file.
        name: Of its rows.
        entry: Makes key and value of a row.
        again: What learns the rows anew, for the error.

    Raises:
        PrerequisiteError: The file is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path, str(error), again) from None
    try:
        return dict(entry(row) for row in json.loads(text)[name])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}", again) from None


def write_rows(path: Path, name: str, entries: Mapping[_K, _V]) -> None:
    """Writes the file, private to its owner, whole or not at all."""
    rows = [asdict(key) | asdict(value) for key, value in entries.items()]
    for row in rows:
        del row["stale"]
    text = json.dumps({name: rows}, ensure_ascii=False, indent=1)
    replace_file(path, text.encode("utf-8", "surrogatepass"))


def parts_of(people: Sequence[str], seed: int, folds: int) -> dict[str, int]:
    """Returns person -> part, from 0, dealt evenly: what is learnt on some is tried on others."""
    names = sorted(set(people))
    random.Random(seed).shuffle(names)
    return {name: place % folds for place, name in enumerate(names)}


def _damaged(path: Path, why: str, again: str) -> PrerequisiteError:
    return PrerequisiteError(f"{path} cannot be read ({why}). Delete it: {again}.")
