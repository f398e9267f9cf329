"""The report of a run in a browser: nothing is cut, and a case shows what each variant did."""

import importlib.util
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from palate.eval.report import write_report
from palate.eval.runs.answer import ItemFacts

pytestmark = pytest.mark.browser

_PATH = Path(__file__).parents[1] / "eval" / "harness.py"
_SPEC = importlib.util.spec_from_file_location("harness_of_report", _PATH)
harness = importlib.util.module_from_spec(_SPEC)
sys.modules["harness_of_report"] = harness
_SPEC.loader.exec_module(harness)

EVIL = "<img src=x onerror=window.owned=1>"
#: What stands outside the window, and what would have to be scrolled sideways.
CUT = """() => [...document.querySelectorAll("main *")].filter(e => {
  const box = e.getBoundingClientRect(), wide = document.documentElement.clientWidth;
  return box.width && (box.right > wide + 1 || box.left < -1
    || (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible"));
}).map(e => e.tagName + " " + e.textContent.slice(0, 60))"""


class World(harness.World):
    def facts(self, ids):
        return {item: ItemFacts(f"{EVIL} {item};") for item in ids}


class Arrays:
    users, items = ("p",), tuple(harness.ITEMS)

    def __init__(self):
        import numpy as np

        self.user, self.item = np.zeros(1, np.int32), np.ones(1, np.int32)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    models = [
        {"name": "simulated:skill=0.9,seed=1", "id": f"good {EVIL} " + 3 * "with a long name "},
        "simulated:fault=garbage", "simulated:skill=0.5,fault=flaky",
    ]  # fmt: skip
    asked = harness.config(*models, metrics=["NDCG@10", "Recall@5"])
    root = tmp_path_factory.mktemp("report")
    # In a thread of its own: Playwright keeps an event loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(harness.run, root, World(Arrays()), asked, harness.make_cases(60))
        folder, _ = made.result()
    return write_report(folder)


@pytest.fixture
def visit(chromium, report):
    contexts, faults = [], []

    def open_report(size, scheme="light"):
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: asked.url == report.as_uri() or faults.append(asked.url))
        page.goto(report.as_uri())
        page.wait_for_selector("#cases .case")
        return page

    yield open_report
    for context in contexts:
        context.close()
    assert faults == []


def test_nothing_is_cut_and_nothing_scrolls_sideways(visit, size):
    page = visit(size)
    page.locator("#cases .case > button").first.click()
    page.wait_for_selector("#cases .body")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate(CUT) == []
    assert page.evaluate("window.owned") is None


def test_a_case_shows_what_each_variant_did(visit, size):
    page = visit(size)
    row = page.locator("#cases .case").first
    assert "prior puts the truth at" in row.inner_text()
    row.locator("button").first.click()
    page.wait_for_selector("#cases .body")
    good, garbage = (row.locator("details.variant").nth(place) for place in (0, 1))
    # Letters without the JSON that was asked for are read, and the repair is told.
    assert "repaired" in good.locator("summary").first.inner_text()
    assert "unread" in garbage.locator("summary").first.inner_text()
    good.get_by_text("Prompt as sent").click()
    assert "Rank:\nA " in good.locator("pre").first.inner_text()
    # Three variants; random, identity, popularity, prior and oracle.
    assert row.locator("tbody tr").count() == 3 + 5


def test_cases_are_found_by_what_happened(visit):
    page = visit((1280, 860))
    page.select_option("#kind", "failed")
    assert page.locator("#where").inner_text().startswith("60 cases")
    page.fill("#find", "c59")
    assert page.locator("#cases .case").count() == 1


def test_two_variants_are_held_against_each_other(visit, size):
    page = visit(size)
    page.select_option("#b", "1")
    page.wait_for_selector("#versus .pick")
    told = page.locator("#versus > p").inner_text()
    assert told.startswith("The first won")
    page.locator("#versus .pick").nth(1).click()
    assert page.locator("#versus .pick[aria-pressed=true]").count() == 1
    assert "are the same, word for word" in page.locator("#versus").inner_text()


def test_colours_are_readable_in_both_schemes(visit, axe):
    for scheme in ("light", "dark"):
        page = visit((1280, 860), scheme)
        page.locator("#cases .case > button").first.click()
        page.wait_for_selector("#cases .body")
        page.add_script_tag(content=axe)
        found = page.evaluate("async () => (await axe.run(document)).violations.map("
                              "v => v.id + ': ' + v.nodes[0].html.slice(0, 200))")  # fmt: skip
        assert found == []
