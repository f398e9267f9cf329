"""JSON objects, one a line, from a file that is plain or gzip."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from palate.errors import EvalError

_GZIP = b"\x1f\x8b"


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields line number (from 1) and object; empty lines are skipped.

    Raises:
        EvalError: The file cannot be read, or a line is not a JSON object.
    """
    for number, line in open_lines(path):
        if line.strip():
            yield number, _object(path, number, line)


def open_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yields line number (from 1) and line, empty ones too.

    Raises:
        EvalError: The file cannot be read.
    """
    try:
        with _open(path) as file:
            yield from enumerate(file, start=1)
    except FileNotFoundError:
        raise EvalError(f"There is no file {path}. Check the path.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise EvalError(f"{path} cannot be read: {error}. Check the file.") from None


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise EvalError(
            f"{path.name}, line {number}: not valid JSON in UTF-8 ({error}). Mend that line."
        ) from None
    if not isinstance(record, dict):
        raise EvalError(f"{path.name}, line {number}: not an object. Write {{...}} on each line.")
    return record


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not a number")
