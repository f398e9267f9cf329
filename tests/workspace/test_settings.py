"""Where a setting comes from, and what happens to a wrong one."""

import pytest

from palate import Palate
from palate.errors import SettingsError
from palate.settings import load_settings, setting_names


@pytest.fixture
def toml(tmp_path):
    """Writes palate.toml and returns its folder."""

    def write(text):
        (tmp_path / "palate.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_the_file_yields_to_the_environment_and_that_to_flags(toml):
    folder = toml('[model]\nname = "file"\ntimeout = 1\nretries = 1\n')
    environ = {"PALATE_MODEL_NAME": "environment", "PALATE_MODEL_TIMEOUT": "2"}
    loaded = load_settings(folder, environ=environ, flags={"model.name": "flag"})
    model = loaded.settings.model
    assert (model.name, model.timeout, model.retries) == ("flag", 2.0, 1)
    assert loaded.origins == {
        "model.name": "flag",
        "model.timeout": "environment PALATE_MODEL_TIMEOUT",
        "model.retries": "palate.toml",
    }


@pytest.mark.parametrize(
    ("environ", "flags", "expected"),
    [
        ({}, {}, "http://file/v1"),
        ({"OPENAI_BASE_URL": "http://openai/v1"}, {}, "http://openai/v1"),
        (
            {"OPENAI_BASE_URL": "http://openai/v1", "PALATE_MODEL_BASE_URL": "http://ours/v1"},
            {},
            "http://ours/v1",
        ),
        (
            {"OPENAI_BASE_URL": "http://openai/v1", "PALATE_MODEL_BASE_URL": "http://ours/v1"},
            {"model.base_url": "http://flag/v1"},
            "http://flag/v1",
        ),
        ({"OPENAI_BASE_URL": "http://openai/v1"}, {"model.base_url": None}, "http://openai/v1"),
    ],
)
def test_every_way_to_name_a_server_has_its_place(toml, environ, flags, expected):
    folder = toml('[model]\nbase_url = "http://file/v1"\n')
    assert load_settings(folder, environ=environ, flags=flags).settings.model.base_url == expected


def test_every_setting_can_come_from_the_environment():
    for name in setting_names():
        variable = "PALATE_" + name.replace(".", "_").upper()
        defaults = load_settings(None, environ={}).settings
        section, key = name.split(".", 1)
        holder = getattr(defaults, section)
        value = holder[key] if section == "strengths" else getattr(holder, key)
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        if text:
            loaded = load_settings(None, environ={variable: text})
            assert loaded.settings == defaults
            assert loaded.origins == {name: f"environment {variable}"}


def test_a_key_and_a_url_in_the_environment_turn_no_model_on(example, monkeypatch, listener):
    url, visits = listener
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-to-be-used")
    with Palate.open(example) as palate:
        assert palate.settings.model.name == ""
        slate = palate.recommend("ada", n=3)
        assert palate.engine.model is None
    assert (slate.ranked_by, slate.model, slate.cause) == ("prior", None, None)
    assert slate.usage.calls == 0
    assert visits == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[model]\nnmae = "x"\n', "'model.name'"),
        ('[modle]\nname = "x"\n', "'model.name'"),
        ("[privacy]\nkeep_trace = 1\n", "'privacy.keep_traces'"),
        ("[strengths]\nlikes = 1\n", "'strengths.like'"),
        ("[zzz]\nqqqqqqqqqq = 1\n", "palate doctor"),
        ('name = "x"\n', "outside a [section]"),
        ("[model\n", "not valid TOML"),
        ("[model]\nname = 'a'\nname = 'b'\n", "not valid TOML"),
        ("[model]\ntimeout = -1\n", "model.timeout = -1 (palate.toml)"),
        ('[model]\ntimeout = "soon"\n', "model.timeout = 'soon' (palate.toml)"),
        ("[ranking]\nrank_by = 'magic'\n", "ranking.rank_by = 'magic'"),
        ("[ranking]\nweight = nan\n", "ranking.weight"),
        ("[retrieval]\npool = 1e9\n", "retrieval.pool"),
        ("[strengths]\nlike = 50\n", "strengths.like"),
        ("[strengths]\nlike = nan\n", "strengths.like"),
        ("[model.extra]\nx = 1\n", "Unknown setting"),
    ],
)
def test_a_wrong_file_is_an_instruction(toml, text, expected):
    with pytest.raises(SettingsError) as caught:
        load_settings(toml(text), environ={})
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_text_is_an_instruction(toml):
    folder = toml("")
    (folder / "palate.toml").write_bytes(b"\xff\xfe[\x00m\x00")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings(folder, environ={})


def test_a_wrong_variable_is_named(toml):
    with pytest.raises(SettingsError, match="environment PALATE_RETRIEVAL_POOL"):
        load_settings(toml(""), environ={"PALATE_RETRIEVAL_POOL": "many"})


def test_a_wrong_flag_of_the_sdk_is_an_instruction(example):
    with pytest.raises(SettingsError, match=r"Did you mean 'model\.name'"):
        Palate.open(example, model__nmae="x")
    with pytest.raises(SettingsError, match=r"retrieval\.pool = 0 \(flag\)"):
        Palate.open(example, retrieval__pool=0)
    Palate.open(example).close()  # the failed tries hold no lock


def test_the_lift_cap_is_on_where_strangers_can_write(toml):
    assert load_settings(None, environ={}).settings.lift_cap is None
    environ = {"PALATE_CATALOGUE_UNTRUSTED": "title, text", "PALATE_RANKING_LIFT_CAP": "2"}
    loaded = load_settings(None, environ=environ).settings
    assert loaded.catalogue.untrusted == ("title", "text")
    assert loaded.lift_cap == 2
    text = '[catalogue]\nuntrusted = ["tags"]\n'
    assert load_settings(toml(text), environ={}).settings.lift_cap == 3
