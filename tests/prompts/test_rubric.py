"""Rubrics: what a judge is asked, and that no reply but a whole one is a verdict."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import PromptError
from palate.prompts.library import Library, parse_template
from palate.prompts.rubric import preference_schema, read_preference, rubric_of

UPDATE = os.environ.get("PALATE_UPDATE_SNAPSHOTS")
SNAPSHOTS = Path(__file__).parent / "snapshots"
LIBRARY = Library.open()
RUBRIC = rubric_of(LIBRARY.get("judge/reason@1"))
GOOD = {"why": "because", "faithful": "yes", "specific": 4, "useful": 3, "plain": 5}
VALUES = {
    "noun": "film", "item": "Heat (1995); crime", "evidence": "text like Alien",
    "liked": ["Alien", "Big"], "disliked": ["Cube"], "seen": [], "wishes": ["no gore"],
    "request": "something tense", "reason": "You liked Alien.", "a": "You liked Alien.",
    "b": "It is a crime film.",
}  # fmt: skip


@pytest.mark.parametrize("name", ["judge/reason", "judge/pair"])
def test_the_prompt_is_the_one_that_was_read_and_approved(name):
    messages = LIBRARY.get(name).messages(VALUES)
    shown = "\n".join(f"--- {one.role}\n{one.content}" for one in messages) + "\n"
    path = SNAPSHOTS / f"{name.replace('/', '-')}.txt"
    if UPDATE:
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "reply",
    [
        json.dumps(GOOD),
        f"```json\n{json.dumps(GOOD)}\n```",
        f'<think>{{"faithful": "no"}}</think>Here: {json.dumps(GOOD)}',
        json.dumps(GOOD | {"faithful": True, "specific": "4", "useful": 3.0}),
        json.dumps(GOOD | {"faithful": "Yes."}),
    ],
)
def test_a_whole_reply_is_a_verdict(reply):
    found = RUBRIC.read(reply)
    assert found is not None
    assert dict(found.scores) == {"faithful": 1, "specific": 4, "useful": 3, "plain": 5}
    assert found.why == "because"


@pytest.mark.parametrize(
    "change",
    [
        {"specific": 0}, {"specific": 6}, {"specific": 3.5}, {"specific": True}, {"specific": None},
        {"specific": "four"}, {"faithful": "maybe"}, {"faithful": 2}, {"plain": "5/5"},
        {"useful": float("nan")}, {"useful": float("inf")}, {"useful": [3]},
    ],
)  # fmt: skip
def test_one_answer_that_is_none_makes_no_verdict(change):
    assert RUBRIC.read(json.dumps(GOOD | change)) is None


@given(st.text(max_size=200))
def test_any_text_is_read_without_a_verdict_or_an_error(text):
    found = RUBRIC.read(text)
    assert found is None or set(found.scores) == {"faithful", "specific", "useful", "plain"}
    assert read_preference(text) in (None, "A", "B", "tie")


def test_a_missing_answer_makes_no_verdict():
    for name in ("faithful", "specific", "useful", "plain"):
        assert RUBRIC.read(json.dumps({k: v for k, v in GOOD.items() if k != name})) is None


def test_preferences():
    assert read_preference('{"why": "x", "better": "A"}') == "A"
    assert read_preference('{"better": "Sentence B."}') == "B"
    assert read_preference('{"better": "Tie"}') == "tie"
    for none in ("", "A", '{"better": "both"}', '{"why": "A"}', '["A"]'):
        assert read_preference(none) is None
    assert preference_schema()["required"] == ["why", "better"]


def test_the_schema_asks_for_every_answer():
    schema = RUBRIC.schema()
    assert schema["required"] == ["why", "faithful", "specific", "useful", "plain"]
    assert schema["properties"]["faithful"] == {"enum": ["yes", "no"]}
    assert schema["properties"]["plain"] == {"type": "integer", "minimum": 1, "maximum": 5}


@pytest.mark.parametrize(
    "form", ["listwise", "rubric", "rubric x:1-", "rubric x:5-1", "rubric x:1-5 x:1-5"]
)
def test_a_rubric_that_cannot_be_read_is_refused(form):
    text = LIBRARY.get("judge/reason@1").source
    ours = "rubric faithful:yes-no specific:1-5 useful:1-5 plain:1-5"
    with pytest.raises(PromptError):
        rubric_of(parse_template(text.replace(ours, form), "test"))


def test_a_rubric_of_ones_own_asks_what_it_names():
    text = LIBRARY.get("judge/reason@1").source
    ours = "rubric faithful:yes-no specific:1-5 useful:1-5 plain:1-5"
    own = rubric_of(parse_template(text.replace(ours, "rubric kind:0-3"), "test"))
    assert own.read('{"kind": 0}').scores == {"kind": 0}
    assert own.read('{"kind": 4}') is None
