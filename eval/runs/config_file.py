"""Reads an ``eval.yaml``: unknown keys are refused with the nearest known one."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from palate.errors import EvalError
from palate.eval.runs.config import (
    Axes,
    Data,
    EvalConfig,
    Gate,
    JudgeSpec,
    Limits,
    ModelSpec,
    Removal,
    Retrieval,
    Split,
    Statistics,
)


def read_config(path: Path) -> EvalConfig:
    """Reads and checks an ``eval.yaml`` (or JSON, which is YAML).

    Paths in it are taken from the file's own folder.

    Raises:
        EvalError: The first thing that is wrong, with its place.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise EvalError(f"{path} cannot be read: {error}. Check the path.") from None
    except yaml.YAMLError as error:
        raise EvalError(f"{path.name} is not YAML: {_flat(str(error))}. Mend that line.") from None
    if not isinstance(data, dict):
        raise EvalError(f"{path.name} is no mapping. Write keys such as `name: first`.")
    config = config_from(data, path.name)
    if config.data.cases is not None and not config.data.cases.is_absolute():
        cases = Data(cases=(path.parent / config.data.cases).resolve())
        config = config.model_copy(update={"data": cases})
    beside = tuple(_beside(path.parent, one) for one in config.recommenders)
    return config.model_copy(update={"recommenders": beside})


def _beside(folder: Path, place: str) -> str:
    where, _, name = place.rpartition(":")
    return f"{(folder / where).resolve()}:{name}" if where.endswith(".py") else place


def config_from(data: Mapping[str, Any], source: str = "eval.yaml") -> EvalConfig:
    """Makes a configuration of parsed YAML.

    Raises:
        EvalError: An unknown key, with the nearest known one, or a value that cannot be.
    """
    try:
        return EvalConfig.model_validate(data)
    except ValidationError as error:
        # A key that is not known often is the one that something else seems to lack.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        place = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise EvalError(f"{source}: unknown key {place!r}. {_nearest(first['loc'])}") from None
        message = first["msg"].removeprefix("Value error, ")
        raise EvalError(
            f"{source}: {place or 'the whole'}: {_flat(message)}. `palate eval schema` tells what "
            "can stand there."
        ) from None


def schema() -> dict[str, Any]:
    """Returns the JSON schema of an ``eval.yaml``."""
    return EvalConfig.model_json_schema()


def dump(config: EvalConfig) -> str:
    """Returns a configuration as JSON text, the same for equal ones."""
    return json.dumps(config.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, indent=1)


def _nearest(place: tuple[int | str, ...]) -> str:
    known = list(_keys_at(place[:-1]))
    near = difflib.get_close_matches(str(place[-1]), known, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known there: {', '.join(known)}."


def _keys_at(place: tuple[int | str, ...]) -> Iterator[str]:
    """Yields the keys that may stand at a place of the configuration."""
    part: type[BaseModel] = EvalConfig
    kinds: dict[str, type[BaseModel]] = {
        "data": Data, "split": Split, "retrieval": Retrieval, "models": ModelSpec,
        "model": ModelSpec, "axes": Axes,
        "statistics": Statistics, "gates": Gate, "limits": Limits, "judge": JudgeSpec,
        "evidence_removed": Removal,
    }  # fmt: skip
    for key in place:
        part = kinds.get(str(key), part)
    yield from part.model_fields


def _flat(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
