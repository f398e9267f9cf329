"""What the command of this machine wants of the server that owns its workspace.

No part of the service's API: only who holds the server's own token (``data/server.token``, readable
by the workspace's owner alone) may name a file that this process reads, or have it write a copy.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from palate.server.callers import Caller
from palate.server.problems import Refused
from palate.server.sending import sent
from palate.server.service import Admin
from palate.workspace.copies import make_copy

router = APIRouter(prefix="/v1", include_in_schema=False)
Column = Annotated[str, Field(max_length=200)]


class FileIn(BaseModel):
    """Which file, and how its columns are read: the options of ``palate ingest``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["items", "users", "events"]
    file: str = Field(min_length=1, max_length=4096)
    mapping: dict[Column, Column] = Field(default={}, max_length=200)
    missing: dict[Column, Column] = Field(default={}, max_length=200)


@router.post("/ingest")
async def ingest(given: FileIn, caller: Admin) -> Response:
    """Takes a file of this machine: all of it, or nothing. Other requests wait meanwhile."""
    _local(caller)
    file = Path(given.file)
    if not file.is_absolute():
        raise Refused(422, "invalid-request", "Name the file by its whole path.")
    take = getattr(caller.tenant.palate, f"ingest_{given.kind}")
    work = partial(take, file, mapping=given.mapping, missing=given.missing)
    return sent(asdict(await caller.tenant.call_alone(work)))


@router.post("/copy")
async def copy(caller: Admin) -> Response:
    """Copies store and index to where an evaluation of this machine works on them."""
    _local(caller)
    await caller.tenant.call(make_copy, caller.tenant.palate)
    return sent({})


@router.post("/weights")
async def weights(caller: Admin) -> Response:
    """Lets what a tune has learnt beside this process count from now on."""
    _local(caller)
    await caller.tenant.call(caller.tenant.palate.use_learnt)
    return sent({})


def _local(caller: Caller) -> None:
    if caller.name != "local":
        raise Refused(403, "forbidden", "Only the palate command of this machine may do that.")
