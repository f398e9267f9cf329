"""Every error in one shape: ``application/problem+json`` (RFC 9457), with a request id.

``type`` is a stable name that a program may look at; ``detail`` says what to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from palate.errors import (
    CatalogueError,
    ConversationMovedOn,
    EvalError,
    ModelError,
    ModelTimeout,
    NoModel,
    NotReady,
    PalateError,
    PrerequisiteError,
    PromptError,
    SettingsError,
    StorageError,
    UnknownConversation,
    UnknownItem,
    UnknownUser,
    WorkspaceInUse,
)

MEDIA_TYPE = "application/problem+json"
_PREFIX = "urn:palate:problem:"
_OPENAI = ("/v1/chat/completions", "/v1/models")
_LONGEST = 600
#: How the validator names a way of reading a value that may be one of several.
_OURS = re.compile(r"(?:function-(?:after|before|plain|wrap)|list|constrained-\w+)\[.*|DocumentIn")
#: What the log calls a request whose caller went away, as nginx does.
GONE = 499


class Fault(BaseModel):
    """One thing that is wrong with a body or a parameter."""

    where: str = Field(description="path into the request, such as body.events.3.item")
    message: str


class Problem(BaseModel):
    """Why a request was not answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{
                "type": _PREFIX + "unknown-item", "title": "Unknown item", "status": 404,
                "detail": "No item has the id 'haet-1995'.", "request": "0f5c9b21a4e7",
                "faults": [],
            }]
        }
    )  # fmt: skip
    type: str = Field(description="a stable name: urn:palate:problem:...")
    title: str
    status: int
    detail: str = Field(description="what is wrong, and what to do")
    request: str = Field(description="id of the request, as in the header X-Request-Id")
    faults: list[Fault] = Field(default_factory=list)


class Refused(Exception):
    """A request that is not answered, and why."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        self.status, self.kind, self.detail = status, kind, detail
        self.headers, self.faults = dict(headers or {}), list(faults)
        super().__init__(detail)


#: What the framework says in a word.
_SENTENCES = {
    400: "The body cannot be read: send valid JSON in UTF-8.",
    404: "Nothing is at this path: /openapi.json lists what there is.",
    405: "This path does not take that method: /openapi.json lists what it takes.",
}
#: The first that fits, from the special to the general. What a caller cannot mend is no 4xx.
_KINDS: tuple[tuple[type[PalateError], int, str], ...] = (
    (UnknownItem, 404, "unknown-item"),
    (UnknownUser, 404, "unknown-user"),
    (UnknownConversation, 404, "unknown-conversation"),
    (ConversationMovedOn, 409, "conversation-moved-on"),
    (CatalogueError, 422, "unusable-data"),
    (StorageError, 503, "storage"),
    (NotReady, 503, "not-ready"),
    (NoModel, 422, "no-model"),
    (WorkspaceInUse, 409, "in-use"),
    (PrerequisiteError, 503, "prerequisite"),
    (SettingsError, 422, "unusable-setting"),
    (PromptError, 500, "template"),
    (ModelTimeout, 504, "model-timeout"),
    (ModelError, 502, "model"),
    (EvalError, 422, "evaluation"),
    (PalateError, 404, "not-found"),
)


def refusal_of(error: PalateError) -> Refused:
    """Returns what a Palate error is over HTTP."""
    status, kind = next((s, k) for cls, s, k in _KINDS if isinstance(error, cls))
    if isinstance(error, StorageError) and error.full:
        status, kind = HTTPStatus.INSUFFICIENT_STORAGE.value, "storage-full"
    return Refused(status, kind, str(error))


def request_id(scope: Mapping[str, Any]) -> str:
    """Returns the id that the watch gave a request."""
    return str(scope.get("state", {}).get("request_id", ""))


def problem_body(scope: Mapping[str, Any], refused: Refused) -> dict[str, Any]:
    """Returns the problem; for clients of OpenAI's API, with the member that they look for."""
    problem: dict[str, Any] = {
        "type": _PREFIX + refused.kind,
        "title": refused.kind.replace("-", " ").capitalize(),
        "status": refused.status,
        "detail": refused.detail[:_LONGEST],
        "request": request_id(scope),
        "faults": [fault.model_dump() for fault in refused.faults],
    }
    scope.get("state", {})["problem"] = refused.kind  # for the log
    if str(scope["path"]).startswith(_OPENAI):
        told = {"message": problem["detail"], "type": refused.kind, "code": refused.kind}
        problem["error"] = told | {"param": None}
    return problem


def problem_response(scope: Mapping[str, Any], refused: Refused) -> Response:
    """Returns the answer that says why there is none."""
    # ASCII: what a caller sent may be no valid Unicode, and is named in the detail.
    return Response(
        json.dumps(problem_body(scope, refused)), refused.status, headers=refused.headers,
        media_type=MEDIA_TYPE,
    )  # fmt: skip


def _faults(error: RequestValidationError) -> list[Fault]:
    return [
        Fault(where=_where(one["loc"])[:200], message=one["msg"][:200])
        for one in error.errors()[:20]
    ]


def _where(place: Sequence[str | int]) -> str:
    """Returns a path into the request, without the names of our own types."""
    return ".".join(str(part) for part in place if not _OURS.fullmatch(str(part)))


def add_handlers(app: FastAPI) -> None:
    """Has an app say every error in the one shape."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return problem_response(request.scope, error)

    async def palate(request: Request, error: Exception) -> Response:
        assert isinstance(error, PalateError)
        return problem_response(request.scope, refusal_of(error))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        detail = "The request is not as it must be: see faults."
        return problem_response(
            request.scope, Refused(422, "invalid-request", detail, faults=_faults(error))
        )

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        detail = _SENTENCES.get(error.status_code, f"{error.detail}.")
        return problem_response(
            request.scope, Refused(error.status_code, kind, detail, headers=error.headers)
        )

    async def gone(_: Request, __: Exception) -> Response:
        return Response(status_code=GONE)  # nobody reads it; the log and the metrics do

    async def failed(request: Request, _: Exception) -> Response:
        told = "Something failed on this side; the log names it by the request's id."
        return problem_response(request.scope, Refused(500, "failure", told))

    app.add_exception_handler(ConnectionError, gone)
    app.add_exception_handler(Exception, failed)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(PalateError, palate)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


#: For the OpenAPI of every route.
RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Why the request was not answered",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
    "5XX": {
        "description": "What failed on this side",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}
