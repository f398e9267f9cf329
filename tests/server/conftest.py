"""Fixtures of the server's tests; what they are made of stands in ``tests/serving.py``."""

import shutil
from contextlib import ExitStack

import pytest
from serving import client, served

from palate.server.callers import Caller


@pytest.fixture(scope="module")
def films(example_once, tmp_path_factory):
    """The example, served once for a file of tests; each test keeps to people of its own."""
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("served") / "films")
    with served(folder) as server:
        yield server


@pytest.fixture
def key(films):
    """Makes a caller with some scopes, bound to a person or not."""
    with ExitStack() as stack:

        def make(*scopes, user=None, **headers):
            made = films.tenants[0].keys.add(scopes, user)
            return stack.enter_context(client(films.url, made, **headers))

        yield make


@pytest.fixture
def signed_in(films):
    """Makes a page that has signed in by a one-time link."""
    with ExitStack() as stack:

        def make(user=None):
            scopes = frozenset({"user"} if user else {"admin"})
            code = films.service.sessions.link(Caller("page", films.tenants[0], scopes, user))
            page = stack.enter_context(client(films.url))
            assert page.get(f"/signin?code={code}").status_code == 303
            return page

        yield make
