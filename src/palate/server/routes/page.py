"""``/``: the page, three files of the package and nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

router = APIRouter(include_in_schema=False)

#: No inline script or style, nothing from another origin, no frame around it, no form elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}


@cache
def _file(name: str) -> bytes:
    return (files("palate.server") / "page" / name).read_bytes()


#: Path -> file of the package, and what it is.
FILES = {
    "/": ("index.html", "text/html"),
    "/app.css": ("app.css", "text/css"),
    "/app.js": ("app.js", "text/javascript"),
    "/page.js": ("page.js", "text/javascript"),
    "/cards.js": ("cards.js", "text/javascript"),
    "/profile.js": ("profile.js", "text/javascript"),
    "/favicon.ico": ("icon.svg", "image/svg+xml"),
}


def _route(path: str, name: str, media_type: str) -> None:
    async def page() -> Response:
        return Response(_file(name), media_type=media_type, headers=_HEADERS)

    router.add_api_route(path, page, name=name)


for _path, _what in FILES.items():
    _route(_path, *_what)
