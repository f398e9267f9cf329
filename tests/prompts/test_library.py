"""Templates: headers, shadows, the lock, and missing variables."""

import json

import pytest

from palate.errors import PromptError
from palate.prompts.library import BUILT_IN, Library, parse_template, read_lock

GOOD = """---
name = "rank/mine"
version = "1"
task = "rank"
reply = "listwise"
description = "Mine."
max_tokens_per_label = 3
max_tokens_per_reason = 0
---
=== system
Rank {{ nouns }}.
=== user
{{ request }} {{ candidates }}
"""


def test_every_built_in_template_is_locked_and_unchanged():
    library = Library.open()
    shipped = {f"{t.name}@{t.version}": t.sha256 for ts in library.templates.values() for t in ts}
    assert shipped == read_lock()


def test_a_changed_release_is_refused(monkeypatch, tmp_path):
    lock = tmp_path / "LOCK"
    lock.write_text(json.dumps({"explain@1": "0" * 64}))
    monkeypatch.setattr("palate.prompts.library.LOCK", lock)
    with pytest.raises(PromptError, match="next version number"):
        Library.open()


def test_the_users_own_template_shadows_the_built_in_one(tmp_path):
    own = (BUILT_IN / "explain.1.j2").read_text().replace('version = "1"', 'version = "2"')
    (tmp_path / "explain.2.j2").write_text(own.replace("You explain", "Please explain"))
    library = Library.open(tmp_path)
    assert library.get("explain").version == "2"
    assert library.get("explain@1").origin == "built-in"


def test_all_missing_variables_are_named_at_once():
    template = parse_template(GOOD, "test")
    with pytest.raises(PromptError, match=r"candidates, nouns, request"):
        template.messages({"other": 1})


def test_the_sandbox_refuses_internals():
    template = parse_template(GOOD.replace("{{ nouns }}", "{{ nouns.__class__.mro() }}"), "test")
    with pytest.raises(PromptError):
        template.messages({"nouns": "x", "request": "", "candidates": ""})


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (("---\nname", "name"), "header"),
        (('task = "rank"\n', ""), "lacks"),
        (('task = "rank"', 'tusk = "rank"'), "unknown keys"),
        (("=== system\n", ""), "=== system"),
        (("{{ nouns }}", "{{ nouns "), "line"),
    ],
)
def test_a_broken_template_says_what_is_wrong(change, match):
    with pytest.raises(PromptError, match=match):
        parse_template(GOOD.replace(*change), "test")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(PromptError, match="rank/listwise@1"):
        Library.open().get("rank/nothing")
