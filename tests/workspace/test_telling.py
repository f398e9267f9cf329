"""Reasons that are asked for later, by the id of a slate."""

import asyncio
import json
import re

import pytest

from palate.agent.models.scripted import ScriptedModel
from palate.errors import PalateError


class Slow(ScriptedModel):
    """Says its reply in pieces, and counts how many were asked for."""

    heard = 0

    async def stream(self, call, *, deadline):
        completion = await self.complete(call, deadline=deadline)
        for piece in re.findall(r".{1,9}", completion.text, re.DOTALL):
            Slow.heard += 1
            yield piece
        yield completion


def truthful(call):
    letters = re.findall(r"^([A-Z]) ", call.messages[-1].content, re.MULTILINE)
    return said(dict.fromkeys(letters, "This fits what you like."))


def said(reasons):
    return json.dumps({"reasons": [{"label": k, "reason": v} for k, v in reasons.items()]})


@pytest.fixture
def slate(shop):
    shop.use_model(None)
    return shop.recommend("p146", n=4)


def test_the_model_phrases_a_slate_given_without_it(shop, slate):
    shop.use_model(ScriptedModel(truthful))
    told = shop.reasons(slate.id)
    assert [one.item.id for one in told] == [one.item.id for one in slate]
    assert {one.reason.written_by for one in told} == {"model"}
    # Kept: who asks again is not charged again.
    shop.use_model(None)
    kept = shop.why(slate.id).items
    assert [one["reason"]["text"] for one in kept] == [one.reason.text for one in told]


def test_only_those_asked_about_are_sent(shop, slate):
    calls = []
    shop.use_model(ScriptedModel(lambda call: calls.append(call) or truthful(call)))
    told = shop.reasons(slate.id, [slate[2].item.id])
    assert [(one.rank, one.item.id) for one in told] == [(3, slate[2].item.id)]
    prompt = calls[0].messages[-1].content
    assert slate[2].item.title in prompt and slate[0].item.title not in prompt


def test_each_is_told_before_the_model_has_ended(shop, slate):
    shop.use_model(Slow(truthful))

    async def first():
        telling = shop.areasons(slate.id)
        async for _ in telling:
            return Slow.heard
        raise AssertionError

    assert asyncio.run(first()) < len(truthful_reply(slate)) / 9 / 2


def truthful_reply(slate):
    return said(dict.fromkeys("ABCD", "This fits what you like."))


def test_what_was_told_before_somebody_left_is_kept(shop, slate):
    shop.use_model(Slow(truthful))

    async def first():
        stream = aiter(shop.areasons(slate.id))
        told = await anext(stream)
        await stream.aclose()
        return told

    told = asyncio.run(first())
    kept = {one["item"]["id"]: one["reason"] for one in shop.why(slate.id).items}
    assert kept[told.item.id]["written_by"] == "model"
    assert [one["written_by"] for one in kept.values()].count("model") == 1


def test_a_made_up_claim_is_replaced_and_the_evidence_stays_kept(shop, slate):
    shop.use_model(ScriptedModel([said({"A": "It won 11 Oscars in 1877."})]))
    told = shop.reasons(slate.id)
    assert told[0].reason.replaced == "It won 11 Oscars in 1877."
    assert {one.reason.written_by for one in told} == {"evidence"}
    assert {one["reason"]["written_by"] for one in shop.why(slate.id).items} == {"evidence"}


def test_without_a_model_the_evidence_writes_and_says_so(shop, slate):
    telling = shop.areasons(slate.id, language="zh")

    async def all_of_them():
        return [one async for one in telling]

    told = asyncio.run(all_of_them())
    assert telling.cause == "no model is configured."
    assert all(re.search(r"[\u4e00-\u9fff]", one.reason.text) for one in told)


def test_a_stranger_with_a_history_is_explained_by_that_history(shop):
    shop.use_model(None)
    past = [one.item.id for one in shop.recommend("p146", n=3)]
    slate = shop.recommend(history=past, n=3)
    shop.use_model(ScriptedModel(lambda call: calls.append(call) or truthful(call)))
    calls = []
    shop.reasons(slate.id)
    named = [shop.store.item(item).title for e in slate for v in e.evidence for item in v.items]
    assert named and any(title in calls[0].messages[-1].content for title in named)
    assert shop.why_not(slate.id, past[0], stored=True).causes


def test_the_budget_of_the_settings_holds(example):
    from palate import Palate

    with Palate.open(example, budget__tokens=10) as shop:
        shop.use_model(ScriptedModel(truthful))
        slate = shop.recommend("p146", n=3)
        telling = shop.areasons(slate.id)

        async def all_of_them():
            return [one async for one in telling]

        assert {one.reason.written_by for one in asyncio.run(all_of_them())} == {"evidence"}
        assert "budget of 10 tokens" in telling.cause and not telling.usage.calls


def test_wrong_ids_are_named(shop, slate):
    with pytest.raises(PalateError, match="No trace"):
        shop.reasons("r0")
    with pytest.raises(PalateError, match="'nothing' is not in"):
        shop.reasons(slate.id, ["nothing"])
    shop.delete_items([slate[0].item.id])
    with pytest.raises(PalateError, match="no longer in the catalogue"):
        shop.reasons(slate.id, [slate[0].item.id])
