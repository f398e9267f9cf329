"""The report: complete, self-contained, and text from outside is never markup."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from palate.eval.report import write_report
from palate.eval.runs.answer import ItemFacts

if "harness" not in sys.modules:
    _spec = importlib.util.spec_from_file_location("harness", Path(__file__).parent / "harness.py")
    assert _spec is not None and _spec.loader is not None
    sys.modules["harness"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["harness"])
harness = sys.modules["harness"]

EVIL = '</script><img src=x onerror="alert(1)">'


class Attributes(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.names = set(), set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


def unpacked(text):
    return json.loads(zlib.decompress(base64.b64decode(text)))


@pytest.fixture
def page(tmp_path, arrays):
    class Strange(harness.World):
        def facts(self, ids):
            return {item: ItemFacts(f"{EVIL} {item};") for item in ids}

    world = Strange(arrays([("p", "i1")], tuple(harness.ITEMS)))
    models = [{"name": "simulated:skill=0.9", "id": f"good {EVIL}"}, "simulated:fault=garbage"]
    asked = harness.config(*models)
    folder, _ = harness.run(tmp_path, world, asked, harness.make_cases(300))
    return write_report(folder).read_text(encoding="utf-8")


def test_it_is_one_file_that_fetches_nothing(page):
    seen = Attributes()
    seen.feed(page)
    assert "svg" in seen.tags
    assert not seen.names & {"src", "href", "xlink:href", "action", "onerror", "srcset"}
    assert "url(" not in page
    assert "http" not in re.sub(r"http-equiv", "", page)
    assert "default-src 'none'" in page
    assert "prefers-color-scheme" in page


def test_text_from_outside_is_never_markup(page):
    assert "<img" not in page
    assert page.count("<script") == page.count("</script>") == 4
    assert "&lt;/script&gt;&lt;img" in page


def test_every_case_is_inside_with_prompt_reply_and_orders(page):
    index = unpacked(re.search(r'id="index">([^<]*)<', page)[1])
    pieces = [unpacked(one) for one in re.findall(r'class="piece">([^<]*)<', page)]
    cases = [case for piece in pieces for case in piece["cases"]]
    assert [len(piece["cases"]) for piece in pieces] == [250, 50]
    assert [case["id"] for case in cases] == index["cases"]
    first = cases[0]["a"]
    ((prompt, reply, finish, error),) = first[0]["calls"]
    text = pieces[0]["texts"][prompt[0][1]]
    assert text.startswith("Rank:")
    assert EVIL in text
    assert (finish, error) == ("stop", None)
    assert reply.startswith(tuple(harness.LETTERS))
    assert len(first[0]["w"]) == 10
    assert first[1]["w"] == []
    assert first[1]["cause"]
