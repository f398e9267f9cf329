"""Forecasts in a file beside the index; it can always be made anew by ``palate fit``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from palate.domain import Action
from palate.retrieval.files import replace_file
from palate.retrieval.forecast.calibrate import Calibration, Linear
from palate.retrieval.forecast.leaning import Leaning
from palate.retrieval.forecast.model import Forecasts, Head, Target
from palate.retrieval.forecast.signals import ALONE, WITH_PAST
from palate.retrieval.strength import RatingScale

FILE = "forecasts.npz"
_PLAIN = ("meetings", "positives", "rate", "cases", "cause")


def save_forecasts(forecasts: Forecasts, folder: Path) -> None:
    """Writes ``forecasts.npz``, all or nothing."""
    scale = forecasts.scale
    note: dict[str, Any] = {
        "scale": [float(scale.low), float(scale.high), float(scale.mean)],
        # Weights are by place: other signals, other weights.
        "signals": list(WITH_PAST),
        "targets": {action: _note(target) for action, target in forecasts.targets.items()},
    }
    arrays: dict[str, NDArray[np.generic]] = {"note": np.array(json.dumps(note))}
    for action, target in forecasts.targets.items():
        if target.leaning is not None:
            arrays[f"{action}_item"] = target.leaning.item
            arrays[f"{action}_kind"] = target.leaning.kind
            arrays[f"{action}_count"] = target.leaning.count
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    replace_file(folder / FILE, buffer.getvalue())


def _note(target: Target) -> dict[str, Any]:
    note: dict[str, Any] = {name: getattr(target, name) for name in _PLAIN}
    note |= {name: _head_note(getattr(target, name)) for name in ("alone", "past")}
    return note | {"mean": target.leaning.mean if target.leaning else None}


def _head_note(head: Head | None) -> dict[str, Any] | None:
    if head is None:
        return None
    linear, fitted = head.linear, head.calibration
    return {
        "mean": linear.mean.tolist(),
        "scale": linear.scale.tolist(),
        "weights": linear.weights.tolist(),
        "intercept": linear.intercept,
        "calibration": fitted and [fitted.kind, fitted.x.tolist(), fitted.y.tolist()],
        "cases": head.cases,
        "loss": head.loss,
        "base_loss": head.base_loss,
    }


def load_forecasts(folder: Path, n_items: int) -> Forecasts:
    """Reads what ``save_forecasts`` wrote.

    Args:
        folder: Of the index.
        n_items: Size of the item table.

    Raises:
        OSError: The file is not there.
        ValueError: It is not what was written, or belongs to another catalogue or version.
        KeyError: A part is missing.
    """
    from zipfile import BadZipFile

    with (folder / FILE).open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as parts:
                found = {name: parts[name] for name in parts.files}
        except (BadZipFile, EOFError) as error:
            raise ValueError(f"{FILE} is damaged: {error}") from None
    note = json.loads(str(found.pop("note")))
    if note["signals"] != list(WITH_PAST) or any(len(a) != n_items for a in found.values()):
        raise ValueError(f"{FILE} belongs to another catalogue or version")
    targets = {Action(name): _target(name, one, found) for name, one in note["targets"].items()}
    return Forecasts(RatingScale(*note["scale"]), targets)


def _target(name: str, note: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Target:
    leaning = None
    if note["mean"] is not None:
        leaning = Leaning(
            note["mean"], *(arrays[f"{name}_{part}"] for part in ("item", "kind", "count"))
        )
    alone, past = _head(note["alone"], len(ALONE)), _head(note["past"], len(WITH_PAST))
    plain = {one: note[one] for one in _PLAIN}
    return Target(**plain, alone=alone, past=past, leaning=leaning)


def _head(note: dict[str, Any] | None, width: int) -> Head | None:
    if note is None:
        return None
    mean, scale, weights = (np.array(note[name]) for name in ("mean", "scale", "weights"))
    if not len(mean) == len(scale) == len(weights) == width:
        raise ValueError(f"{FILE} holds weights of another form")
    fitted = note["calibration"]
    calibration = fitted and Calibration(fitted[0], np.array(fitted[1]), np.array(fitted[2]))
    linear = Linear(mean, scale, weights, note["intercept"])
    return Head(linear, calibration, note["cases"], note["loss"], note["base_loss"])
