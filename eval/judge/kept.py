"""The agreement of judges with people, kept by rubric and model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from palate.errors import EvalError
from palate.eval.judge.bench import Bench
from palate.eval.judge.values import Calibration, calibration_from
from palate.retrieval.files import replace_file

_FILE = "judges.json"


def keep_calibration(folder: Path, made: Calibration) -> Path:
    """Keeps a calibration in a folder, in the place of the same judge's former one.

    Raises:
        EvalError: The file is damaged.
    """
    kept = [asdict(one) for one in _read(folder / _FILE) if _key(one) != _key(made)]
    text = json.dumps([*kept, asdict(made)], ensure_ascii=False, indent=1, allow_nan=False)
    replace_file(folder / _FILE, text.encode("utf-8", "replace"))
    return folder / _FILE


def find_calibration(folder: Path, bench: Bench) -> Calibration | None:
    """Returns the calibration of a judge with its rubric as it reads now; ``None`` for none.

    Raises:
        EvalError: The file is damaged.
    """
    wanted = (bench.rubric, bench.questions.reason.sha256, bench.spec.model.name)
    return next((one for one in _read(folder / _FILE) if _key(one) == wanted), None)


def _key(one: Calibration) -> tuple[str, str, str]:
    return one.rubric, one.sha256, one.model


def _read(path: Path) -> Iterator[Calibration]:
    try:
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        made = [calibration_from(row) for row in rows]
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise EvalError(
            f"{path} cannot be read. Delete it, and measure with `palate eval calibrate-judge`."
        ) from None
    yield from made
