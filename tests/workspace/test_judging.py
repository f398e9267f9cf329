"""Predictions with a model's yes or no beside them."""

import json
import math
import random
import re
from datetime import UTC, datetime, timedelta

import pytest

from palate import Event, Item, Palate
from palate.agent.models.scripted import ScriptedModel
from palate.errors import EvalError, ModelTimeout, PrerequisiteError

PEOPLE, ITEMS, EACH = 240, 40, 8
START = datetime(2024, 1, 1, tzinfo=UTC)


def meetings(quality=1.2, seed=5):
    """Half of the people like even things, half like odd ones; half of the things are better."""
    draw = random.Random(seed)
    for user in range(PEOPLE):
        for number, item in enumerate(draw.sample(range(ITEMS), EACH)):
            fits = 1.6 if item % 2 == user % 2 else -1.6
            good = quality if item % 4 < 2 else -quality
            at = START + timedelta(days=number, minutes=user)
            action = "like" if draw.random() < 1 / (1 + math.exp(-fits - good)) else "dislike"
            yield Event(f"u{user}", f"i{item}", action, at=at)


def parity(call):
    """Says yes to what is even or odd as most of what the person liked is."""
    text = call.messages[-1].content
    liked = re.search(r"Liked, oldest first:\n((?:Thing \d+\n)+)", text)
    numbers = [int(one) for one in re.findall(r"Thing (\d+)", liked[1])] if liked else []
    asked = int(re.search(r": Thing (\d+)", text)[1])
    odd = sum(number % 2 for number in numbers) > len(numbers) / 2
    return "Yes" if bool(asked % 2) == odd else "No"


@pytest.fixture
def shop(tmp_path):
    with Palate.init(tmp_path / "shop") as palate:
        palate.ingest_items([Item(f"i{n}", f"Thing {n}") for n in range(ITEMS)])
        palate.ingest_events(list(meetings()))
        palate.fit()
        yield palate


def test_untuned_it_stands_beside_and_tuned_it_counts(shop):
    alone = shop.predict("u0", "i4")
    shop.use_model(ScriptedModel(parity))
    untuned = shop.predict_pairs([("u0", "i4"), ("u0", "i5")], ["like"], ask=True)
    assert untuned[0].value == pytest.approx(alone.value)
    assert untuned[0].model > 0.5 > untuned[1].model
    assert "untuned" in str(untuned) and "palate tune --action like" in str(untuned)

    report = shop.tune_action("like", limit=200)
    assert report.blend.helps and report.blend.cases == report.asked > 90
    found = shop.predict_pairs([("u0", "i4"), ("u0", "i5")], ["like"], ask=True)
    assert {one.basis for one in found} == {"with the model"}
    assert found[0].value > alone.value and found[0].value > found[1].value + 0.2
    assert "answer counts" in found.standing["like"]
    assert json.dumps(found.to_dict())
    assert shop.predict("u0", "i4").value == pytest.approx(alone.value)  # nobody asked the model

    shop.use_model(ScriptedModel(parity, "another"))
    assert shop.predict("u0", "i4", ask=True).basis == "calibrated"
    shop.use_model(ScriptedModel(parity))
    shop.ingest_events([Event("u0", "i7", "like", at=START)])
    shop.fit()
    assert "tune anew" in str(shop.predict_pairs([("u0", "i4")], ["like"], ask=True))


def test_where_the_prior_knows_nothing_the_model_stands_alone(tmp_path):
    with Palate.init(tmp_path / "shop") as palate:
        palate.ingest_items([Item(f"i{n}", f"Thing {n}") for n in range(1500)])
        draw, events = random.Random(1), []
        for user in range(130):
            for number, item in enumerate(draw.sample(range(1500), 8)):
                at = START + timedelta(days=number, minutes=user)
                action = "like" if item % 2 == user % 2 else "dislike"
                events.append(Event(f"u{user}", f"i{item}", action, at=at))
        palate.ingest_events(events)
        palate.fit()
        palate.use_model(ScriptedModel(parity))
        assert palate.predict("u0", "i4").basis == "base rate"
        assert palate.tune_action("like", limit=200).blend.of_prior == 0
        yes, no = palate.predict_pairs([("u0", "i4"), ("u0", "i5")], ["like"], ask=True)
        assert yes.basis == "with the model" and yes.value > 0.8 and no.value < 0.2


def test_a_model_that_guesses_counts_nothing(shop):
    draw = random.Random(3)
    shop.use_model(ScriptedModel(lambda call: draw.choice(["Yes", "No"]), "guesser"))
    assert not shop.tune_action("like", limit=150).blend.helps
    assert shop.predict("u0", "i4", ask=True).basis == "calibrated"


def test_a_tune_that_was_cut_off_goes_on(shop):
    calls = []

    def stops(call):
        calls.append(call)
        if len(calls) == 30:
            raise KeyboardInterrupt
        return parity(call)

    shop.use_model(ScriptedModel(stops))
    with pytest.raises((KeyboardInterrupt, BaseExceptionGroup)):
        shop.tune_action("like", limit=100, concurrency=1)
    report = shop.tune_action("like", limit=100, concurrency=1)
    assert len(calls) == 101 and report.usage.calls == 100
    assert not list((shop.folder.data / "runs").glob("judge-*"))


def test_what_cannot_be_asked_says_why(shop):
    with pytest.raises(PrerequisiteError, match="--model"):
        shop.predict("u0", "i4", ask=True)
    with pytest.raises(PrerequisiteError, match="--model"):
        shop.tune_action("like")

    def late(call):
        raise ModelTimeout("too late.")

    shop.use_model(ScriptedModel(late))
    found = shop.predict_pairs([("u0", "i4")], ["like"], ask=True)
    assert found[0].model is None and "1 of 1 without an answer: too late." in str(found)
    with pytest.raises(EvalError, match="none of"):
        shop.tune_action("like", limit=5)
    with pytest.raises(EvalError, match="cannot be tuned"):
        shop.tune_action("rate")
