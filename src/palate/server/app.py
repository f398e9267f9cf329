"""The application: routes inside, and around them bounds, the door and the watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from palate import __version__
from palate.server.bounds import Bounds
from palate.server.door import Door
from palate.server.examples import add_examples
from palate.server.problems import RESPONSES, Problem, add_handlers
from palate.server.routes import (
    asking,
    chatting,
    completions,
    health,
    page,
    people,
    reasons,
    records,
    signing,
    taking,
    telling,
)
from palate.server.service import Service
from palate.server.watch import Watch

_ABOUT = """Recommendations over HTTP: a strong prior, a language model's opinion, checked reasons.

Give a key as `Authorization: Bearer KEY`; it belongs to one workspace. Every error has one shape,
`application/problem+json`; every answer has a request id."""


class Application:
    """The whole service as one ASGI application.

    Attributes:
        api: The routes, for tests and for the OpenAPI.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.api = _api(service)
        bounds = Bounds(self.api, service.serving)
        door = Door(bounds, service.serving, service.tenants, service.sessions)
        self.api.state.door = door.sign_in
        self._front: ASGIApp = Watch(door, service.metrics, service.telemetry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        await self._front(scope, receive, send)


def _api(service: Service) -> FastAPI:
    api = FastAPI(
        title="Palate", version=__version__, description=_ABOUT, docs_url=None, redoc_url=None,
        lifespan=_lifespan, responses=RESPONSES, redirect_slashes=False,
    )  # fmt: skip
    api.state.service = service
    add_handlers(api)
    for room in (
        asking,
        reasons,
        telling,
        records,
        people,
        chatting,
        completions,
        signing,
        health,
        page,
        taking,
    ):
        api.include_router(room.router)
    _describe(api)
    return api


def _reckoners(service: Service) -> int:
    """Returns how many threads make pools: one, as they would only wait for each other.

    The interpreter's lock is handed over every 5 ms, and each of a request's many small steps waits
    for it. Where texts go to another server to be embedded, a thread may wait for that.
    """
    remote = any(one.palate.settings.embedder.provider == "openai" for one in service.tenants)
    return 8 if remote else 1


@asynccontextmanager
async def _lifespan(api: FastAPI) -> AsyncIterator[None]:
    service: Service = api.state.service
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(_reckoners(service), "palate")
    )
    try:
        for tenant in service.tenants:
            await asyncio.to_thread(lambda t=tenant: t.palate.store)  # type: ignore[misc]
            await tenant.warm()
        await asyncio.to_thread(api.openapi)
        yield
    finally:
        for tenant in service.tenants:
            await tenant.close()
        service.telemetry.close()


def _describe(api: FastAPI) -> None:
    """Adds to the OpenAPI what FastAPI does not know: the shape of errors, and the key."""
    made = api.openapi

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            schema = made()
            parts = schema.setdefault("components", {})
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            shapes = parts.setdefault("schemas", {})
            shapes |= problem.pop("$defs", {})
            shapes["Problem"] = problem
            parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    # Ours says 422 as every other error: in the one shape.
                    operation["responses"].pop("422", None)
                    if path not in ("/healthz", "/readyz"):
                        operation["security"] = [{"key": []}]
            shapes.pop("HTTPValidationError", None)
            shapes.pop("ValidationError", None)
            add_examples(schema)
            api.openapi_schema = schema
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]
