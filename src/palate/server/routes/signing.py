"""``/signin`` and ``/v1/session``: how the page shows who it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from palate.server.answers import HealthOut, LinkOut, SessionOut
from palate.server.callers import Caller
from palate.server.problems import Refused
from palate.server.sending import sent
from palate.server.service import Admin, Anyone, InService, Service
from palate.server.sessions import SESSION_SECONDS
from palate.server.shapes import LinkIn, SignInIn

router = APIRouter(tags=["signing in"])


def _with_cookie(service: Service, response: Response, caller: Caller, *, secure: bool) -> Response:
    response.set_cookie(
        service.sessions.cookie, service.sessions.start(caller), max_age=int(SESSION_SECONDS),
        httponly=True, samesite="strict", secure=secure, path="/",
    )  # fmt: skip
    return response


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


@router.get("/signin", include_in_schema=False)
async def by_link(
    request: Request, service: InService, code: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Signs a page in by a one-time link."""
    caller = service.sessions.redeem(code)
    if caller is None or not caller.valid:
        return RedirectResponse("/?link=used", 303)
    answer = RedirectResponse("/", 303)
    return _with_cookie(service, answer, caller, secure=_secure(request))


@router.post("/signin", include_in_schema=False)
async def by_key(request: Request, given: SignInIn, service: InService) -> Response:
    """Signs a page in by a key."""
    caller = request.app.state.door(given.key)
    if caller is None:
        raise Refused(401, "unauthorized", "This is no key of this server.")
    return _with_cookie(service, sent({"status": "ok"}), caller, secure=_secure(request))


@router.get("/v1/session", response_model=SessionOut)
async def session(caller: Anyone) -> Response:
    """Says who asks, what they may do, and what the workspace calls its things."""
    palate = caller.tenant.palate
    settings = palate.settings
    return sent({
        "tenant": caller.tenant.name, "user": caller.user, "scopes": sorted(caller.scopes),
        "noun": settings.catalogue.noun, "nouns": settings.catalogue.nouns,
        "facts": list(settings.catalogue.facts),
        "model": settings.model.name or None, "rank_by": settings.ranking.rank_by,
        "price_in": settings.model.price_in, "price_out": settings.model.price_out,
    })  # fmt: skip


@router.delete("/v1/session", response_model=HealthOut)
async def sign_out(request: Request, service: InService, caller: Anyone) -> Response:
    """Ends the session of a page."""
    service.sessions.end(request.cookies.get(service.sessions.cookie, ""))
    answer = sent({"status": f"signed out of {caller.tenant.name}"})
    answer.delete_cookie(service.sessions.cookie, path="/")
    return answer


@router.post("/v1/links", response_model=LinkOut)
async def link(given: LinkIn, caller: Admin, service: InService, request: Request) -> Response:
    """Makes a link that signs a page in once, within ten minutes; for one person, if named."""
    scopes = frozenset({"user"}) if given.user is not None else caller.scopes
    bound = Caller(f"page-{caller.name}", caller.tenant, scopes, given.user)
    code = service.sessions.link(bound)
    return sent({"url": f"{request.url.scheme}://{request.url.netloc}/signin?code={code}"})
