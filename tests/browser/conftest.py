"""A browser, and the page over a real server. Run by ``make test-browser``."""

import os
import shutil
from pathlib import Path

import pytest
from serving import pointing, scripted, served

from palate import Event, Item, Palate
from palate.server.callers import Caller

SIZES = {"desktop": (1280, 860), "phone": (390, 844)}
CHROMIUM = os.environ.get("PALATE_CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    if not Path(CHROMIUM).exists():
        pytest.fail(f"There is no {CHROMIUM}: apt-get install chromium, or set PALATE_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe():
    """The text of axe-core, from the wheel that brings it."""
    import axe_playwright_python

    found = list(Path(axe_playwright_python.__file__).parent.rglob("axe*.js"))
    return found[0].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def films(example_once, tmp_path_factory):
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("page") / "films")
    with served(folder) as server:
        server.caller = Caller("page", server.tenants[0], frozenset({"admin"}))
        yield server


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A small workspace whose titles, texts and people try to be markup."""
    bad = (
        "<script>window.owned=1</script>",
        "![x](https://evil.example/x.png)",
        "<img src=x onerror=window.owned=1>",
        "[click](javascript:window.owned=1)",
        "\u202egnitrats eht fo dne",
        "long " * 100,
        "W" * 300,
        "🎬🍿👩‍👩‍👧‍👦 &amp; فيلم 平凡的世界",
    )
    folder = tmp_path_factory.mktemp("hostile") / "shop"
    with Palate.init(folder) as palate:
        palate.ingest_items(
            Item(f"h{n}", f"{bad[n % 8]} story {n}", f"A story {bad[(n + 1) % 8]}",
                 (bad[n % 8][:60],), {"year": 1990 + n, "director": bad[n % 8]} if n % 3 else {})
            for n in range(11)
        )  # fmt: skip
        palate.ingest_events(
            Event(f"u{user}", f"h{(user + step) % 11}", "like")
            for user in range(8)
            for step in range(2)
        )
        palate.fit()
    with served(folder) as server:
        yield server


@pytest.fixture(scope="module")
def modelled(example_once, tmp_path_factory):
    """The example, answered by a scripted model, which is ``server.model``."""
    folder = shutil.copytree(example_once, tmp_path_factory.mktemp("modelled") / "films")
    with scripted() as model, pytest.MonkeyPatch.context() as patch:
        pointing(patch, model)
        with served(folder) as server:
            server.model = model
            yield server


@pytest.fixture(params=SIZES)
def size(request):
    return SIZES[request.param]


@pytest.fixture
def visit(chromium):
    """Opens the signed-in page of a server; any error in its console fails the test.

    With ``bound`` the session is that person's alone; ``expected`` is part of an error that may be.
    """
    contexts, faults = [], []

    def open_page(server, size, *, scheme="light", who="ada", bound=None, expected=None, **media):
        scopes = frozenset({"user"}) if bound else frozenset({"admin"})
        caller = Caller("page", server.tenants[0], scopes, bound)
        code = server.service.sessions.link(caller)
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, **media
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.add_init_script(path=Path(__file__).parent / "probes.js")
        page.on(
            "console",
            lambda line: (
                line.type != "error"
                or (expected is not None and expected in line.text)
                or faults.append(line.text)
            ),
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                asked.url.startswith((server.url, "blob:", "data:"))
                or faults.append(f"asked elsewhere: {asked.url}")
            ),
        )
        page.goto(f"{server.url}/signin?code={code}")
        if not bound:
            page.fill("#who", who)
            page.press("#who", "Tab")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
