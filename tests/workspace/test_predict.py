"""Predictions: right where something is to be learnt, plainly labelled where nothing is."""

import json
import math
import random

import pytest

from palate import Event, Item, Palate
from palate.errors import CatalogueError, PrerequisiteError, UnknownItem, UnknownUser

PEOPLE, ITEMS, EACH = 240, 60, 10


def taste(user, item):
    """The true chance: kind people and good items."""
    return 1 / (1 + math.exp(-((user % 5 - 2) * 0.9 + (item % 4 - 1.5) * 0.9)))


def meetings(seed=3):
    draw = random.Random(seed)
    for user in range(PEOPLE):
        for item in draw.sample(range(ITEMS), EACH):
            liked = draw.random() < taste(user, item)
            yield Event(f"u{user}", f"i{item}", "view")
            if liked:
                yield Event(f"u{user}", f"i{item}", "like")
            yield Event(f"u{user}", f"i{item}", "rate", 4.0 if liked else 2.0)
            if draw.random() < 0.5:  # of nobody's taste
                yield Event(f"u{user}", f"i{item}", "click")


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """A workspace whose people like items by a known rule, opened."""
    with Palate.init(tmp_path_factory.mktemp("taught") / "shop") as palate:
        palate.ingest_items(
            [Item(f"i{n}", f"Thing {n}", tags=(f"kind{n % 4}",)) for n in range(ITEMS)]
            + [Item("new", "Never met", tags=("kind3",))]
        )
        palate.ingest_events(list(meetings()))
        palate.fit()
        yield palate


def test_chances_are_near_the_true_ones(taught):
    pairs = [(f"u{u}", f"i{i}") for u in range(0, 50) for i in range(0, 12)]
    found = taught.predict_pairs(pairs, ["like"])
    wrong, base = [], []
    for (user, item), one in zip(pairs, found, strict=True):
        true = taste(int(user[1:]), int(item[1:]))
        assert one.basis == "calibrated" and one.taught == 2 * PEOPLE
        wrong.append((one.value - true) ** 2)
        base.append((0.5 - true) ** 2)
    assert sum(wrong) < 0.45 * sum(base)


def test_ratings_stay_on_the_scale_and_follow_taste(taught):
    low, high = taught.predict("u0", "i0", "rate"), taught.predict("u4", "i3", "rate")
    assert 1 <= low.value < 2.8 and 3.2 < high.value <= 5


def test_what_nobody_can_foretell_gets_a_labelled_base_rate(taught):
    one = taught.predict("u1", "i1", "click")
    assert one.basis == "base rate" and one.value == pytest.approx(0.5, abs=0.03)
    none = taught.predict("u1", "i1", "purchase")
    assert none.basis == "nothing" and none.value is None
    said = taught.predict_pairs([("u1", "i1")], ["click", "purchase"])
    assert "no better than the base rate" in str(said) and "No number is given" in str(said)


def test_strangers_and_items_without_events(taught):
    good, bad = taught.predict(None, "i3"), taught.predict(None, "i0")
    assert good.basis == bad.basis == "calibrated" and good.value > bad.value + 0.1
    assert good.history == 0
    assert "for strangers" in str(taught.predict_pairs([(None, "i3")], ["like"]))
    assert "for strangers" not in str(taught.predict_pairs([("u1", "i3")], ["like"]))
    unmet = taught.predict("u4", "new")
    assert unmet.basis == "calibrated" and 0 < unmet.value < 1
    assert taught.predict("u4", "new").value > taught.predict("u0", "new").value


def test_feedback_counts_at_once(small):
    with Palate.open(small) as palate:
        before = palate.predict("u0", "i1", "like")
        # Every meeting of that log is a like: nothing tells who would not.
        assert before.basis == "base rate" and before.value == pytest.approx(15 * 7 / (15 * 40))
        palate.feedback("u0", "i1", "view")
        assert palate.predict("u0", "i1", "like").history == before.history + 1


def test_a_past_that_is_told_moves_a_stranger(taught):
    told = taught.predict(None, "i3", history=["i0", "i4", "i8", "i12", "i16", "i20"])
    assert told.history == 6 and told.value > taught.predict(None, "i3").value


def test_wrong_questions(taught):
    with pytest.raises(UnknownUser):
        taught.predict("nobody", "i1")
    with pytest.raises(UnknownItem):
        taught.predict("u1", "nothing")
    with pytest.raises(CatalogueError, match="Use one of"):
        taught.predict("u1", "i1", "view")


def test_a_table_and_json(taught):
    found = taught.predict_pairs([("u1", "i1"), (None, "new")])
    assert "like" in str(found) and len(found) == 2 * 3 + 2  # like, dislike, rate, click
    assert json.loads(json.dumps(found.to_dict()))["predictions"][0]["item"] == "i1"


@pytest.mark.parametrize("content", [None, b"", b"not an archive"])
def test_lost_forecasts_are_made_anew_by_fit(small, content):
    path = small / "data" / "index" / "forecasts.npz"
    path.unlink() if content is None else path.write_bytes(content)
    with Palate.open(small) as palate:
        assert len(palate.recommend("u0", n=3)) == 3
        with pytest.raises(PrerequisiteError, match="palate fit"):
            palate.predict("u0", "i1")
        palate.fit()
        assert palate.predict("u0", "i1").basis == "base rate"


def test_evaluation_learns_before_and_judges_after(tmp_path):
    from datetime import UTC, datetime, timedelta

    from palate.errors import EvalError
    from palate.workspace.foretelling import score_predictions

    start = datetime(2025, 1, 1, tzinfo=UTC)
    draw = random.Random(5)
    told = [event for event in meetings() if event.action != "click"]
    pairs = sorted({(event.user, event.item) for event in told}, key=lambda _: draw.random())
    when = {pair: start + timedelta(hours=place) for place, pair in enumerate(pairs)}
    timed = [
        Event(e.user, e.item, e.action, e.value, when[e.user, e.item])
        for e in sorted(told, key=lambda e: when[e.user, e.item])
    ]
    with Palate.init(tmp_path / "shop") as palate:
        palate.ingest_items([Item(f"i{n}", f"Thing {n}") for n in range(ITEMS)])
        palate.ingest_events(timed)
        palate.fit()
        before = (palate.folder.index / "forecasts.npz").read_bytes()
        found = score_predictions(palate)
        assert (palate.folder.index / "forecasts.npz").read_bytes() == before
        like = found.rows["like"]
        assert found.cases["like"] == pytest.approx(len(pairs) / 10, abs=20)
        assert like["AUC"].low > 0.6 and like["Brier minus the control's"].high < 0
        assert json.loads(json.dumps(found.to_dict()))["actions"]["like"]["AUC"]["mean"] > 0.6
        palate.ingest_events([Event("u1", "i1", "save")])  # without a time
        with pytest.raises(EvalError, match="every event needs one"):
            score_predictions(palate)
