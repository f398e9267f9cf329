"""``/``: the page, from a folder of the package and nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

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


#: What a file of the page is, by the end of its name.
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
#: Files that are asked for by another name than their own.
_PATHS = {"index.html": "/", "icon.svg": "/favicon.ico"}


def _folder() -> Traversable:
    return files("palate.server") / "page"


@cache
def _file(name: str) -> bytes:
    return (_folder() / name).read_bytes()


#: Path -> file of the package, and what it is.
FILES = {
    _PATHS.get(name, f"/{name}"): (name, _TYPES[name.rpartition(".")[2]])
    for name in sorted(one.name for one in _folder().iterdir())
}


def _route(path: str, name: str, media_type: str) -> None:
    async def page() -> Response:
        return Response(_file(name), media_type=media_type, headers=_HEADERS)

    router.add_api_route(path, page, name=name)


for _path, _what in FILES.items():
    _route(_path, *_what)
