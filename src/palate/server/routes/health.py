"""``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import PlainTextResponse, Response

from palate.server.answers import HealthOut
from palate.server.sending import sent
from palate.server.service import Anyone, InService

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=HealthOut)
async def healthz() -> Response:
    """Says that the process is there."""
    return sent({"status": "ok"})


@router.get("/readyz", response_model=HealthOut, responses={503: {"model": HealthOut}})
async def readyz(service: InService) -> Response:
    """Says whether every workspace can recommend: 503 while one is being fitted, or cannot.

    Why it cannot stands in the log: an index that is missing, a store that cannot be read.
    """
    ready = [await tenant.ready() for tenant in service.tenants]
    if not all(ready):
        return sent({"status": f"{ready.count(False)} of {len(ready)} are not ready"}, 503)
    return sent({"status": "ready"})


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(service: InService, caller: Anyone) -> Response:
    """Tells Prometheus what was done; any key will do."""
    caller.must("read") if caller.user is None else caller.must("admin")
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)
