"""What is kept to explain an answer, for how long, and what is not."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from palate import Palate
from palate.agent.models.scripted import ScriptedModel
from palate.errors import PalateError
from palate.retrieval.store import Trace
from palate.workspace.why import Why

KEY = "sk-proj-4242-not-for-anybodys-eyes"


def test_a_trace_shows_how_an_answer_was_made(shop):
    slate = shop.recommend("ada", text="a heist", constraints=["year >= 1980"], n=4)
    trace = shop.trace(slate.id)
    assert (trace.id, trace.user) == (slate.id, "ada")
    assert trace.payload["text"] == "a heist"
    assert trace.payload["constraints"] == ["year >= 1980"]
    why = Why.of(trace, None, shop.store)
    assert [one["item"]["id"] for one in why.items] == [one.item.id for one in slate]
    assert why.how == slate.how
    for one in slate:
        assert why.evidence[one.item.id] == slate.evidence(one)
    json.dumps(why.to_dict())
    alone = Why.of(trace, slate[2].item.id, shop.store)
    assert [one["rank"] for one in alone.items] == [3]
    with pytest.raises(PalateError, match="It holds"):
        Why.of(trace, "no such film", shop.store)


def test_a_trace_outlives_the_process_and_the_item(example):
    with Palate.open(example) as palate:
        slate = palate.recommend("ada", n=2)
    with Palate.open(example) as palate:
        palate.delete_items([slate[0].item.id])
        why = Why.of(palate.trace(slate.id), None, palate.store)
        assert why.items[0]["item"]["title"] == slate[0].item.title


def test_no_trace_is_an_instruction(shop):
    with pytest.raises(PalateError, match=r"kept 30 days \(privacy\.keep_traces\)"):
        shop.trace("r000000000000")


def test_traces_are_kept_as_long_as_the_settings_say(example):
    with Palate.open(example) as palate:
        for days in (1, 5, 40):
            at = datetime.now(UTC) - timedelta(days=days)
            palate.store.save_trace(Trace(f"r{days}", "ada", at, {}))
    with Palate.open(example) as palate:
        assert [bool(palate.store.trace(f"r{days}")) for days in (1, 5, 40)] == [True, True, False]
    with Palate.open(example, privacy__keep_traces=3) as palate:
        assert [bool(palate.store.trace(f"r{days}")) for days in (1, 5, 40)] == [True, False, False]


def test_keeping_no_traces_keeps_none(example, bytes_of):
    with Palate.open(example) as palate:
        old = palate.recommend("ada", text="an old bassoon", n=2)
    with Palate.open(example, privacy__keep_traces=0) as palate:
        new = palate.recommend("ada", text="a new contrabassoon", n=2)
        for slate in (old, new):
            assert palate.store.trace(slate.id) is None
            with pytest.raises(PalateError, match="0 days"):
                palate.trace(slate.id)
    assert bytes_of(example, "contrabassoon") == []


def test_no_key_is_in_any_file_or_answer(example, monkeypatch, unused_url, bytes_of):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with Palate.open(
        example, model__name="gpt", model__base_url=unused_url, model__retries=0
    ) as palate:
        slate = palate.recommend("ada", n=3)
        assert slate.cause
        assert KEY not in json.dumps(slate.to_dict())
        assert KEY not in repr(palate.engine.model)
    assert bytes_of(example, KEY, KEY[8:]) == []


def test_a_models_repairs_and_words_are_in_the_trace(shop):
    shop.use_model(ScriptedModel(lambda _: "no order at all, sorry"))
    slate = shop.recommend("ada", n=3)
    assert slate.ranked_by == "prior"
    payload = shop.trace(slate.id).payload
    assert payload["cause"] == slate.cause
    assert any(slate.cause in remark for remark in payload["remarks"])


def test_a_huge_request_leaves_a_small_trace(shop):
    slate = shop.recommend("ada", text="heist " * 1_700_000, n=3)
    assert len(slate) == 3
    assert len(json.dumps(shop.trace(slate.id).payload)) < 100_000
