"""Recordings of a workspace: which files they are, and how forgetting reaches them.

A recording holds replies that speak of a person's history, and no id to find them by. So which
files a workspace has recorded to is kept beside its data, and forgetting anybody deletes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from palate.errors import SettingsError
from palate.retrieval.files import replace_file

if TYPE_CHECKING:
    from palate.domain import Model
    from palate.settings import ModelSettings

#: Under the workspace's ``data``: a JSON list of paths.
LIST = "recordings.json"


def recorded(model: Model | None, settings: ModelSettings, data: Path) -> Model | None:
    """Returns the model as the settings want it: recorded, or as it is.

    Args:
        model: ``None`` stays ``None``.
        settings: With ``record``; a relative path is that of the current folder.
        data: Where the workspace notes what it recorded to.

    Raises:
        PrerequisiteError: The recording cannot be written.
    """
    if model is None or not settings.record:
        return model
    from palate.agent.models.recorded import RecordingModel

    path = Path(settings.record).absolute()
    recording = RecordingModel(model, path)
    paths = _listed(data)
    if str(path) not in paths:
        replace_file(data / LIST, json.dumps([*paths, str(path)]).encode())
    return recording


def replayed(settings: ModelSettings) -> Model | None:
    """Returns the recording that answers instead of a model; ``None`` where none is set.

    Raises:
        SettingsError: The settings record and replay at once.
        PrerequisiteError: The recording cannot be read.
    """
    if not settings.replay:
        return None
    if settings.record:
        raise SettingsError("model.record and model.replay are both set: keep one of them.")
    from palate.agent.models import SCRIPTED
    from palate.agent.models.recorded import ReplayModel

    name = settings.name
    if name.startswith(SCRIPTED):
        name = SCRIPTED + Path(name.removeprefix(SCRIPTED)).name
    return ReplayModel.load(Path(settings.replay), name)


def forget_recordings(data: Path) -> int:
    """Deletes every file that this workspace recorded to; copies elsewhere stay.

    The list of files stays: a workspace that is open goes on recording.

    Returns:
        How many there were.
    """
    deleted = 0
    for path in map(Path, _listed(data)):
        if path.is_file():
            path.unlink()
            deleted += 1
    return deleted


def _listed(data: Path) -> list[str]:
    path = data / LIST
    return [str(one) for one in json.loads(path.read_text("utf-8"))] if path.exists() else []
