"""Doctor: every setting with its origin, nothing secret, and advice for whatever is wrong."""

import json
import shutil

import pytest

from palate import Palate
from palate.settings import setting_names
from palate.workspace.doctor import examine

KEY = "sk-proj-4242-not-for-anybodys-eyes"


def report(folder, **flags):
    with Palate.open(folder, **flags) as palate:
        return examine(palate)


def of(found, part):
    return [check for check in found.checks if check.part == part]


def wrong(found):
    return [check for check in found.checks if check.state == "wrong"]


def test_every_setting_is_there_with_its_origin(example, monkeypatch):
    monkeypatch.setenv("PALATE_RETRIEVAL_POOL", "100")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    found = report(example, ranking__seed=3)
    shown = {one.name: one for one in found.settings}
    expected = {name for name in setting_names() if not name.startswith("strengths.")}
    assert set(shown) >= expected
    origins = {one.origin for one in found.settings}
    assert origins == {
        "palate.toml", "default", "flag",
        "environment PALATE_RETRIEVAL_POOL", "environment OPENAI_BASE_URL",
    }  # fmt: skip
    assert (shown["ranking.seed"].value, shown["ranking.seed"].origin) == ("3", "flag")
    assert shown["retrieval.pool"].value == "100"


def test_strengths_are_there_too(small):
    (small / "palate.toml").write_text("[strengths]\nview = 0.05\n")
    shown = {one.name: one for one in report(small).settings}
    assert (shown["strengths.view"].value, shown["strengths.view"].origin) == (
        "0.05",
        "palate.toml",
    )
    assert "strengths.like" in shown


def test_a_healthy_workspace_is_healthy(example):
    found = report(example)
    assert found.healthy
    assert {check.part for check in found.checks} >= {
        "store", "embedder", "index", "prior", "prompts", "model",
    }  # fmt: skip
    assert "480 items, 252 users" in of(found, "store")[0].finding
    json.dumps(found.to_dict())


def break_index(folder):
    shutil.rmtree(folder / "data" / "index")
    return {}


def break_prior(folder):
    (folder / "data" / "index" / "prior.json").write_text("{")
    return {}


def break_behaviour(folder):
    path = folder / "data" / "index" / "behaviour.npz"
    path.write_bytes(path.read_bytes()[:1000])
    return {}


def break_embedder(folder):
    return {
        "embedder__provider": "openai",
        "embedder__model": "e",
        "embedder__base_url": "http://127.0.0.1:9/v1",
    }


def break_embedder_name(folder):
    return {"embedder__provider": "openai"}


def break_store(folder):
    (folder / "data" / "palate.db").write_bytes(b"garbage, " * 1000)
    return {}


def break_template(folder):
    (folder / "prompts" / "rank").mkdir()
    (folder / "prompts" / "rank" / "mine.md.j2").write_text("no header {{ at all")
    return {}


def break_template_name(folder):
    return {"prompts__rank": "rank/litswise"}


def break_ranker(folder):
    return {"ranking__ranker": "litswise"}


def break_model(folder):
    return {"model__name": "m", "model__base_url": "http://127.0.0.1:9/v1", "model__retries": 0}


def break_model_url(folder):
    return {"model__name": "m", "model__base_url": "127.0.0.1:9"}


def break_script(folder):
    return {"model__name": "scripted:/nowhere/at/all"}


def break_tokenizer(folder):
    return {"prompts__tokenizer": "no_such_encoding"}


@pytest.mark.parametrize(
    ("spoil", "part", "advice"),
    [
        (break_index, "index", "palate fit"),
        (break_prior, "prior", "palate fit"),
        (break_behaviour, "prior", "palate fit"),
        (break_embedder, "index", "palate fit --rebuild"),
        (break_embedder_name, "embedder", "embedder.model"),
        (break_store, "store", "move it away"),
        (break_template, "prompts", "header"),
        (break_template_name, "prompts", "rank/listwise"),
        (break_tokenizer, "prompts", "prompts.tokenizer"),
        (break_ranker, "model", "listwise"),
        (break_model, "model", "start the server"),
        (break_model_url, "model", "http://"),
        (break_script, "model", "scripted replies"),
    ],
)
def test_whatever_is_wrong_comes_with_what_to_do(small, spoil, part, advice):
    found = report(small, **spoil(small))
    assert not found.healthy
    words = [f"{check.finding} {check.advice}" for check in wrong(found) if check.part == part]
    assert any(advice in line for line in words), wrong(found)
    assert len(found.settings) >= 28, "the settings are shown all the same"
    assert {check.part for check in found.checks} >= {"store", "prompts", "model"}


def test_an_empty_workspace_is_told_where_to_begin(tmp_path):
    Palate.init(tmp_path / "shop").close()
    found = report(tmp_path / "shop")
    assert not found.healthy
    assert "palate ingest items" in of(found, "store")[0].advice


def test_others_in_the_folder_are_noted(small):
    small.chmod(0o755)
    (note,) = of(report(small), "privacy")
    assert note.advice == f"chmod 700 {small}"


def test_what_came_since_the_fit_is_noted(shop):
    shop.feedback("ada", "toy-story-1995", "like")
    first = next(iter(shop.store.all_items()))
    shop.delete_items([first.id])
    found = examine(shop)
    assert any("1 items changed since" in check.finding for check in of(found, "index"))
    assert any("events came since" in check.finding for check in of(found, "prior"))
    assert found.healthy


def test_a_misspelt_variable_is_noted(small, monkeypatch):
    monkeypatch.setenv("PALATE_MODEL_NMAE", KEY)
    monkeypatch.setenv("PALATE_WORKSPACE", "x")
    monkeypatch.setenv("PALATE_DATA", "x")
    (note,) = of(report(small), "environment")
    assert "PALATE_MODEL_NMAE" in note.finding
    assert "PALATE_MODEL_NAME" in note.advice


@pytest.mark.parametrize(
    "flags",
    [
        {"model__name": "m", "model__base_url": f"http://me:{KEY}@127.0.0.1:9/v1"},
        {
            "model__name": "m",
            "model__base_url": f"http://127.0.0.1:9/v1?api_key={KEY}",
            "model__api_key_env": KEY,
            "embedder__api_key_env": KEY,
        },
        {
            "embedder__provider": "openai",
            "embedder__model": "e",
            "embedder__base_url": f"http://me:{KEY}@127.0.0.1:9/v1",
        },
        {"store__url": f"postgresql+nothing://me:{KEY}@127.0.0.1:9/shop"},
        {"store__url": f"postgresql://127.0.0.1:9/shop?user=me&password={KEY}"},
    ],
)
def test_no_key_is_shown_wherever_somebody_puts_it(small, monkeypatch, flags):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    found = report(small, model__retries=0, **flags)
    assert KEY not in json.dumps(found.to_dict())
    assert "4242" not in json.dumps(found.to_dict())


def test_a_key_where_a_name_belongs_is_wrong(small):
    found = report(small, model__api_key_env=KEY, embedder__api_key_env="sk-a.b")
    checks = [check for check in wrong(found) if "api_key_env" in check.finding]
    assert len(checks) == 2
    assert all("name of the variable" in check.advice for check in checks)
