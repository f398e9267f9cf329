"""The values of a run in a file, so that runs can be compared case by case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from palate.errors import EvalError
from palate.eval.runs.values import Column, Questions


def save_values(path: Path, columns: Sequence[Column], asked: Questions) -> None:
    """Writes the values of all lines, so that runs can be compared case by case."""
    import io

    import numpy as np

    from palate.retrieval.files import replace_file

    arrays: dict[str, Any] = {
        "cases": np.array([case.id for case in asked.cases]),
        "users": np.array([repr(case.cluster) for case in asked.cases]),
        "metrics": np.array([str(metric) for metric in asked.metrics]),
        "lines": np.array([column.name for column in columns]),
        "product": np.stack([column.product for column in columns]),
        "rank": np.stack([column.rank for column in columns]),
    }
    models = [column for column in columns if column.own is not None]
    if models:
        arrays["own"] = np.stack([column.own for column in models])  # type: ignore[misc]
        arrays["answered"] = np.stack([column.answered for column in models])  # type: ignore[misc]
        arrays["models"] = np.array([column.name for column in models])
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    replace_file(path, buffer.getbuffer())


def load_values(path: Path) -> dict[str, Any]:
    """Reads what `save_values` wrote.

    Raises:
        EvalError: The run is not complete.
    """
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError):
        raise EvalError(
            f"The run {path.parent.name!r} is not complete. Finish it with --resume."
        ) from None
