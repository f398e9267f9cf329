"""Which model the settings name, and what a scripted one says."""

import asyncio
import json
import time

import pytest

from palate.agent.models import make_model, parse_model_flag
from palate.agent.models.scripted import ScriptedModel
from palate.domain import Message, ModelCall
from palate.errors import ReplyError, SettingsError
from palate.settings import ModelSettings

KEY = "sk-secret-0123456789abcdef"
CALL = ModelCall((Message("user", "hello"),), max_tokens=10)


def say(model):
    return asyncio.run(model.complete(CALL, deadline=time.monotonic() + 1)).text


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x/v1", "http://", "http://h:x/v1"])
def test_a_url_that_is_none(url):
    with pytest.raises(SettingsError, match="base_url"):
        make_model(ModelSettings(name="m", base_url=url), {})


def test_a_key_alone_is_no_model():
    assert make_model(ModelSettings(), {"OPENAI_API_KEY": KEY}) is None


def test_the_end_of_a_line_is_no_part_of_a_key():
    model = make_model(ModelSettings(name="m"), {"OPENAI_API_KEY": f" {KEY}\r\n"})
    assert model._sdk._key == KEY
    assert model.wire._headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", ["sk-钥匙-钥匙", "sk-one\nsk-two"])
def test_a_key_that_is_none(key):
    with pytest.raises(SettingsError, match="OPENAI_API_KEY") as caught:
        make_model(ModelSettings(name="m"), {"OPENAI_API_KEY": key})
    assert "sk-" not in str(caught.value)


def test_the_flag():
    assert parse_model_flag("http://h/v1#Qwen/Qwen3-8B") == ("http://h/v1", "Qwen/Qwen3-8B")
    assert parse_model_flag("Qwen/Qwen3-8B") == (None, "Qwen/Qwen3-8B")
    with pytest.raises(SettingsError, match="URL#NAME"):
        parse_model_flag("http://h/v1")


def test_a_script_from_a_file(tmp_path):
    path = tmp_path / "replies.jsonl"
    path.write_text(json.dumps("first") + "\n\n" + json.dumps({"text": "second"}) + "\n")
    model = make_model(ModelSettings(name=f"scripted:{path}"), {})
    assert [say(model), say(model)] == ["first", "second"]
    with pytest.raises(ReplyError, match="no reply left"):
        say(model)


@pytest.mark.parametrize("content", ["not json", "[1]", '{"other": 1}', None])
def test_a_script_that_cannot_be_read(tmp_path, content):
    path = tmp_path / "replies.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match="JSON string a line"):
        ScriptedModel.load(path)
