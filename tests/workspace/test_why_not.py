"""Why an item is not shown, and what would change its place: checked by doing it."""

from dataclasses import replace

import pytest

from palate import Event, Item, Palate
from palate.errors import UnknownItem
from palate.workspace.why_not import counterfactual


def test_what_keeps_an_item_out(shop):
    shop.use_model(None)
    user = "p146"
    shown = shop.recommend(user, n=5)
    assert shop.why_not("p146", shown[0].item.id, n=5).place == 1
    known = shop.profile(user).profile.history[-1].item
    assert "known already" in " ".join(shop.why_not(user, known).causes)
    broken = shop.why_not(user, shown[0].item.id, constraints=["year < 1900"])
    assert broken.causes == ("It does not meet 'year < 1900'.",)
    shop.feedback(user, shown[0].item.id, "dismiss")
    assert shop.why_not(user, shown[0].item.id).causes == ("It was dismissed.",)
    with pytest.raises(UnknownItem):
        shop.why_not(user, "nothing")


def test_shares_sum_to_the_difference_and_places_are_those_of_the_prior(shop):
    shop.use_model(None)
    slate = shop.recommend("p146", n=30)
    found = shop.why_not("p146", slate[20].item.id, n=5)
    assert found.place == 21 and found.in_pool and found.last.id == slate[4].item.id
    total = slate[20].score - slate[4].score
    assert sum(found.shares.values()) == pytest.approx(total, abs=0.1) and total < 0


def test_a_stored_slate_can_be_asked(shop):
    shop.use_model(None)
    slate = shop.recommend("p146", n=5, constraints=["year >= 1990"])
    other = next(i for i in shop.store.all_items() if i.fields.get("year", 0) < 1980)
    assert "year >= 1990" in shop.why_not(slate.id, other.id, stored=True).causes[0]


def test_removing_the_item_really_changes_the_place(tmp_path):
    def made(events, name):
        palate = Palate.init(tmp_path / name)
        palate.ingest_items([Item(f"i{n}", f"Thing {n}", tags=(f"k{n % 4}",)) for n in range(40)])
        palate.ingest_events(
            [
                Event(f"u{u}", f"i{(u * 3 + s * 4) % 40}", "like")
                for u in range(30)
                for s in range(6)
            ]
        )
        palate.fit()
        palate.ingest_events(events)
        return palate

    past = [Event("ann", f"i{n}", "like") for n in (1, 2, 7, 13)]
    with made(past, "whole") as palate:
        request = palate.request("ann", n=5, candidates=[f"i{n}" for n in range(20, 40)])
        item = palate.recommend("ann", n=5, candidates=request.candidates)[4].item.id
        told = counterfactual(palate, request, item)
    assert told
    first = told[0]
    left = [event for event in past if event.item != first.item.id]
    with made(left, "without") as palate:
        order = [one.item.id for one in palate.recommend("ann", **_given(replace(request, n=20)))]
        assert order.index(item) + 1 == first.place != first.before


def _given(request):
    return {"n": request.n, "candidates": request.candidates}


def test_why_names_what_would_change_the_place(shop):
    shop.use_model(None)
    slate = shop.recommend("p146", n=10)
    assert shop.why(slate.id).without == ()
    lines = [line for one in slate for line in shop.why(slate.id, one.item.id).without]
    assert lines and all("by the prior" in line for line in lines)
    shop.delete_items([slate[0].item.id])
    assert shop.why(slate.id, slate[0].item.id).without == ()
