"""Evaluation runs and snapshots name people and show their histories: forgetting reaches them."""

from __future__ import annotations

import shutil
from pathlib import Path

from palate.errors import EvalError
from palate.eval.cases import read_cases


def forget_in_runs(runs: Path, user: str) -> int:
    """Deletes every snapshot, and every run that asked a case of a person or cannot be read.

    Snapshots are made anew by the next run. Reports that were copied elsewhere stay as they are.

    Args:
        runs: The folder of a workspace's runs; need not exist.
        user: The person's id.

    Returns:
        How many runs were deleted.
    """
    shutil.rmtree(runs / "snapshots", ignore_errors=True)
    deleted = 0
    for folder in sorted(runs.iterdir()) if runs.is_dir() else ():
        if folder.is_dir() and _names(folder, user):
            shutil.rmtree(folder)
            deleted += 1
    return deleted


def _names(folder: Path, user: str) -> bool:
    try:
        return any(case.user == user for case in read_cases(folder / "cases.jsonl.gz"))
    except EvalError:
        return True
