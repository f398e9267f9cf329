"""The report: complete, self-contained, and text from outside is never markup."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import sys
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from palate.eval.report import plots, write_report
from palate.eval.report.write import _rival
from palate.eval.runs.answer import ItemFacts
from palate.eval.runs.summary import Line
from palate.eval.statistics.noise import Noise

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
    assert first[0]["n"] == [10, 10]
    assert first[0]["r"] == 1 + first[0]["w"].index(cases[0]["truth"][0])
    assert first[1]["w"] == []
    assert (first[1]["r"], first[1]["n"]) == (0, [10, 0])
    assert first[1]["cause"]
    assert index["lines"][index["base"]] == "prior"
    assert [index["lines"][row] for row in index["rows"]][1] == "simulated:fault=garbage · listwise"
    assert index["answered"] == ["1" * 300, "0" * 300]
    assert len(index["values"]) == len(index["ranks"]) == len(index["lines"])


def test_every_column_with_numbers_of_the_run_is_explained_and_named_in_its_cells(page):
    tables = re.findall(r"<table>.*?</table>", page, re.DOTALL)
    main = tables[0]
    heads = re.findall(r"<th[^>]*>([^<]+)(<small>[^<]+</small>)?</th>", main)
    assert [name for name, told in heads if not told] == ["line"]
    # On a phone rows are stacked: each cell but the first says which column it is of.
    for table in tables:
        names = re.findall(r"<th[^>]*>([^<]+)<", table)
        for row in re.findall(r"<tr class=\"(?!head)[^>]*>(.*?)</tr>", table, re.DOTALL):
            assert re.findall(r'data-h="([^"]*)"', row) == names[1:]


def test_the_verdict_and_the_warnings_stand_before_any_table(page):
    assert page.index('class="card verdict better"') < page.index("<table>")
    assert page.index("garbage model.</b>") < page.index("<table>")
    assert "All models are simulated" in page


def test_repeats_have_their_noise_drawn_and_told(tmp_path, arrays):
    world = harness.World(arrays([("p", "i1")], tuple(harness.ITEMS)))
    asked = harness.config("simulated:skill=0.5")
    folder, summary = harness.run(tmp_path, world, asked, harness.make_cases(40))
    assert "Noise of repeats" not in write_report(folder).read_text(encoding="utf-8")
    noisy = replace(summary, noise=(("one", Noise(3, 0.03, 0.04)),))
    folder.summary.write_text(noisy.to_json())
    text = write_report(folder).read_text(encoding="utf-8")
    assert "Noise of repeats" in text
    assert re.findall(r'class="rest" x="[\d.]+" y="\d+" width="([\d.]+)"', text)[0] == "409.6"
    assert '<td data-h="share" class="">64%</td>' in text


def test_long_names_are_wrapped_and_never_cut():
    name = " · ".join(["a model with a long name", "rank/of-my-own", "listwise", "shuffled", "#1"])
    for width in (plots.WIDE, plots.NARROW):
        drawn = plots.shares([(name, Noise(2, 0.1, 0.1))], width)
        lines = re.findall(r'<text x="4"[^>]*>([^<]*)</text>', drawn)
        assert " ".join(lines) == name
        assert all(len(line) <= (150 if width == plots.WIDE else 48) for line in lines)


def test_the_second_variant_held_against_the_first_differs_in_its_prompt_where_one_does():
    def lines(*parts):
        return [Line("x", "model", {}, parts={"prompt": p, "model": m, "repeat": r})
                for p, m, r in parts]  # fmt: skip

    one, again, model, prompt = ("p", "m", "1"), ("p", "m", "2"), ("p", "n", "1"), ("q", "m", "1")
    assert _rival(lines(one, again, model, prompt)) == 3
    assert _rival(lines(one, again, model)) == 2
    assert _rival(lines(one, again)) == 1
    assert _rival(lines(one)) == 0
