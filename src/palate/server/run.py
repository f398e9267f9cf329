"""Runs a server until it is told to stop, and lets it finish what it has begun."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from palate.errors import PrerequisiteError
from palate.server.app import Application
from palate.server.callers import Caller
from palate.server.line import Line
from palate.server.logs import log_to_stderr
from palate.server.service import Service
from palate.server.serving import Serving, check_address
from palate.server.telemetry import Telemetry
from palate.server.tenants import Tenant, open_tenants

#: Seconds that a stopping server gives to answers under way, beyond the model's own timeout.
_GRACE = 5
#: Connections that wait to be accepted, at most.
_BACKLOG = 1024
#: Open files, where the system allows so many.
_FILES = 65_536


def serve(
    folders: dict[str, Path], serving: Serving, *, ready: Callable[[str, dict[str, str]], None],
    **flags: Any,
) -> None:  # fmt: skip
    """Serves workspaces; returns when a signal has ended it and everything is written.

    Args:
        folders: Name of a tenant -> its workspace.
        serving: Where and how.
        ready: Told the address and the sign-in link of each tenant, as soon as the port is taken.
        flags: Settings over those of the workspaces.

    Raises:
        PrerequisiteError: The address is taken, or would let strangers in.
        WorkspaceInUse: Another process has a workspace open.
    """
    telemetry = Telemetry.of(os.environ)
    tenants = open_tenants(folders, **flags)
    try:
        check_address(serving, sum(len(tenant.keys.all()) for tenant in tenants))
        listener = _listen(serving)
    except BaseException:
        for tenant in tenants:
            tenant.palate.close()
        raise
    with listener:
        host, port = listener.getsockname()[:2]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        service = Service(serving, tenants, telemetry=telemetry)
        links = {tenant.name: _announce(service, tenant, url) for tenant in tenants}
        ready(url, links)
        _run(Application(service), listener, tenants)


def _announce(service: Service, tenant: Tenant, url: str) -> str:
    """Writes down who serves a workspace and how commands sign in; returns a link for the page."""
    tenant.token.make()
    tenant.palate.served_at(url)
    code = service.sessions.link(Caller("page", tenant, frozenset({"admin"})))
    return f"{url}/signin?code={code}"


def _listen(serving: Serving) -> socket.socket:
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((serving.host.strip("[]"), serving.port))
        listener.listen(_BACKLOG)  # who follows the link at once waits, and is not refused
    except OSError as error:
        listener.close()
        raise PrerequisiteError(
            f"Cannot listen on {serving.host}:{serving.port} ({error.strerror or error}): "
            "choose another with --port."
        ) from None
    return listener


def _run(app: Application, listener: socket.socket, tenants: list[Tenant]) -> None:
    log_to_stderr()
    _many_files()
    longest = max(tenant.palate.settings.model.timeout for tenant in tenants)
    _Server(config_of(app, grace=int(longest) + _GRACE)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Sets aside what was loaded before the first request.

    It stays for as long as the process does. Looking through all of it for garbage took 60 ms each
    time, amid a request.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Loads everything, and begins to answer."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()


def config_of(app: Application, *, grace: int) -> uvicorn.Config:
    """Returns how uvicorn is to run the service.

    Args:
        app: The service.
        grace: Seconds that a stopping server gives to answers under way.
    """
    service = app.service
    return uvicorn.Config(
        app, http=partial(Line, serving=service.serving, metrics=service.metrics),  # type: ignore[arg-type]
        ws="none", log_config=None, access_log=False, lifespan="on", server_header=False,
        timeout_graceful_shutdown=grace, timeout_keep_alive=15, backlog=_BACKLOG,
        proxy_headers=False,
    )  # fmt: skip


def _many_files() -> None:
    """Allows as many open files as this user may have: each connection is one."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
