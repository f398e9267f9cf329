"""A recording answers as the model did, holds nobody's id, and survives a kill."""

import asyncio
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.agent.models.recorded import RecordingModel, ReplayModel
from palate.agent.models.scripted import ScriptedModel
from palate.domain import Completion, Message, ModelCall, Usage
from palate.errors import ModelTimeout, PrerequisiteError, ReplyError
from palate.prompts.calls import call_key, completion_of, reply_record

CALL = ModelCall((Message("user", "A Alien\nB Heat"),), 10, template="rank/labels@1")


def ask(model, call=CALL, seconds=5.0):
    return asyncio.run(model.complete(call, deadline=time.monotonic() + seconds))


def recording(path, replies=("A B",), name="m"):
    return RecordingModel(ScriptedModel(replies, name), path)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "calls.jsonl"


def test_a_replay_says_what_the_model_said(path):
    said = ask(recording(path))
    assert ask(ReplayModel.load(path, "m")) == said
    assert ReplayModel.load(path).name == "m"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_others_could_read_is_made_private(path):
    path.write_text("")
    path.chmod(0o644)
    recording(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_prompt_is_not_in_it(path):
    ask(recording(path))
    assert "Alien" not in path.read_text()
    assert json.loads(path.read_text())["t"] == "rank/labels@1"


def test_a_missing_record_names_the_key_and_is_no_model_error(path):
    ask(recording(path))
    other = ModelCall((Message("user", "other"),), 10)
    with pytest.raises(PrerequisiteError, match=call_key(other, "m")):
        ask(ReplayModel.load(path), other)


def test_equal_calls_get_their_replies_in_order(path):
    model = recording(path, ["first", "second"])
    ask(model), ask(model)
    replay = ReplayModel.load(path)
    assert [ask(replay).text for _ in range(3)] == ["first", "second", "second"]


def test_failures_replay_as_failures(path):
    with pytest.raises(ReplyError):
        ask(recording(path, ()))
    with pytest.raises(ReplyError, match="no reply left"):
        ask(ReplayModel.load(path))


def test_a_replay_has_a_deadline_too(path):
    ask(recording(path))
    with pytest.raises(ModelTimeout):
        ask(ReplayModel.load(path), seconds=-1)


def test_a_torn_last_line_is_left_out_and_cut_off(path):
    ask(recording(path))
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole + whole[:size])
        assert ask(ReplayModel.load(path, "m")).text == "A B"
    path.write_bytes(whole + whole[:30])
    ask(recording(path, ["B A"]))
    assert [json.loads(line)["r"] for line in path.read_text().splitlines()] == ["A B", "B A"]


def test_damage_before_the_end_is_told(path):
    path.write_bytes(b'{"k": 1\n[]\n')
    with pytest.raises(PrerequisiteError, match="no whole recording"):
        ReplayModel.load(path)


def test_files_that_cannot_be_used(path, tmp_path):
    with pytest.raises(PrerequisiteError, match=r"model\.replay"):
        ReplayModel.load(path)
    with pytest.raises(PrerequisiteError, match=r"model\.record"):
        recording(tmp_path / "no folder" / "calls.jsonl")


def test_several_models_need_a_name(path):
    ask(recording(path, name="a")), ask(recording(path, name="b"))
    with pytest.raises(PrerequisiteError, match="a, b"):
        ReplayModel.load(path)
    assert ask(ReplayModel.load(path, "b")).model == "b"


@pytest.mark.parametrize(
    "changed",
    [
        {"messages": (Message("system", "A Alien\nB Heat"),)}, {"max_tokens": 11}, {"seed": 1},
        {"schema": {"type": "object"}}, {"top_logprobs": 20}, {"labels": ("A",)},
        {"template": "rank/labels@2"},
    ],
)  # fmt: skip
def test_the_key_knows_everything_that_is_sent(changed):
    from dataclasses import replace

    assert call_key(CALL, "m") != call_key(replace(CALL, **changed), "m")
    assert call_key(CALL, "m") != call_key(CALL, "n")


@given(
    st.text(min_size=1),
    st.lists(st.dictionaries(st.text(), st.floats(-9999, 0)), max_size=3),
    st.integers(0, 9),
)
def test_every_completion_comes_back(text, logprobs, tokens):
    said = Completion(text, "m", "stop", Usage(1, tokens, 1), tuple(logprobs))
    assert completion_of(json.loads(json.dumps(reply_record(said))), "m") == said
