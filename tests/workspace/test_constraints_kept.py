"""Constraints hold for every recommendation, exactly; and when nothing is left, which to drop."""

from dataclasses import replace

import pytest

from palate import Constraint, Op, Palate
from palate.errors import CatalogueError


def ids(slate):
    return [one.item.id for one in slate]


def short(item):
    return item.fields["runtime"] <= 100


CASES = [
    (["runtime <= 100"], short),
    (["runtime<100"], lambda i: i.fields["runtime"] < 100),
    (["year >= 1990", "year < 2000"], lambda i: 1990 <= i.fields["year"] < 2000),
    (["year in 1994, 1999"], lambda i: i.fields["year"] in (1994, 1999)),
    (["year not in 1994, 1999"], lambda i: i.fields["year"] not in (1994, 1999)),
    (["-horror", "-thriller"], lambda i: not {"horror", "thriller"} & set(i.tags)),
    (["+comedy", "-romance"], lambda i: "comedy" in i.tags and "romance" not in i.tags),
    (["tags has COMEDY"], lambda i: "comedy" in i.tags),
    (["genre = comedy"], lambda i: "comedy" in i.tags),
    (["language != English"], lambda i: i.fields["language"] != "English"),
    (["director = akira kurosawa"], lambda i: i.fields["director"] == "Akira Kurosawa"),
    (["words has murder"], lambda i: "murder" in " ".join((i.title, i.text, *i.tags)).lower()),
    (["title has the"], lambda i: "the" in i.title.lower().replace(":", " ").split()),
    ([Constraint("runtime", Op.LE, 100)], short),
    (["runtime <= 100", "+comedy", "year >= 1960", "language != English"], short),
]


@pytest.mark.parametrize("user", ["ada", None])
@pytest.mark.parametrize(("constraints", "fine"), CASES)
def test_every_recommendation_meets_every_constraint(films, user, constraints, fine):
    slate = films.recommend(user, constraints=constraints, n=20)
    assert len(slate)
    assert all(fine(one.item) for one in slate)
    assert [str(c) for c in slate.constraints] == slate.to_dict()["constraints"]


def test_nothing_that_fits_is_held_back(films):
    wanted = {item.id for item in films.store.all_items() if short(item) and "comedy" in item.tags}
    slate = films.recommend(constraints=["runtime <= 100", "+comedy"], n=len(wanted) + 10)
    assert set(ids(slate)) == wanted


def test_a_rare_item_is_found_although_no_source_brings_it(example):
    with Palate.open(example, retrieval__pool=10) as palate:
        for item in list(palate.store.all_items())[::40]:
            slate = palate.recommend(constraints=[f"title = {item.title}"], n=5)
            assert item.id in ids(slate)
            assert {one.item.title for one in slate} == {item.title}


def test_text_does_not_outweigh_a_constraint(films):
    slate = films.recommend(text="horror horror terrifying horror", constraints=["-horror"], n=20)
    assert not any("horror" in one.item.tags for one in slate)


def test_a_missing_field_meets_no_positive_constraint(films):
    assert not len(films.recommend(constraints=["stars >= 1"]))
    assert len(films.recommend(constraints=["stars != 1"])) == 10


def test_what_changed_since_the_fit_counts_at_once(shop):
    first = shop.recommend("ada", constraints=["runtime <= 120"], n=10)[0].item
    shop.ingest_items([replace(first, fields={**first.fields, "runtime": 500})])
    assert first.id not in ids(shop.recommend("ada", constraints=["runtime <= 120"], n=10))
    shop.delete_items([first.id])
    assert first.id not in ids(shop.recommend("ada", n=200))


@pytest.mark.parametrize(
    ("constraints", "culprit"),
    [
        (["runtime <= 1"], "runtime <= 1"),
        (["+comedy", "year >= 3000", "-horror"], "year >= 3000"),
        (["+comedy", "director = Nobody At All"], "director == Nobody At All"),
        (["stars >= 3", "+comedy"], "stars >= 3"),
    ],
)
def test_nothing_left_names_the_constraint_to_drop(films, constraints, culprit):
    slate = films.recommend("ada", constraints=constraints)
    assert len(slate) == 0
    assert str(slate.relax.constraint) == culprit
    rest = [c for c in slate.constraints if str(c) != culprit]
    assert slate.relax.left == len(films.recommend("ada", constraints=rest, n=480))
    assert f"Drop '{culprit}' and {slate.relax.left} would" in str(slate)
    assert slate.to_dict()["relax"] == {"constraint": culprit, "left": slate.relax.left}


def test_nothing_left_and_no_single_constraint_to_blame(films):
    slate = films.recommend(constraints=["year >= 3000", "runtime <= 1"])
    assert len(slate) == 0
    assert slate.relax is None
    assert "No item meets every constraint" in str(slate)


def test_everything_seen_says_so(films):
    everything = [item.id for item in films.store.all_items()]
    slate = films.recommend(history=everything)
    assert len(slate) == 0
    assert slate.relax.left == len(everything)
    assert "seen" in str(slate)
    assert len(films.recommend(history=everything, constraints=["seen = true"], n=5)) == 5


@pytest.mark.parametrize("text", ["", "   ", "runtime", "<= 3", "runtime <=", "a b c", "-", "🎬"])
def test_what_is_no_constraint_is_an_instruction(films, text):
    with pytest.raises(CatalogueError, match="Write it like"):
        films.recommend(constraints=[text])


def test_one_constraint_may_stand_alone(films):
    slate = films.recommend(constraints="runtime <= 100", n=5)
    assert all(short(one.item) for one in slate)


@pytest.mark.parametrize("looked_at", [200, 5])
def test_seen_items_stay_away_however_long_the_past(example, looked_at):
    with Palate.open(example, retrieval__history=looked_at) as palate:
        seen = {event.item for event in palate.store.user_events("ada")}
        assert len(seen) > 20
        assert not seen & set(ids(palate.recommend("ada", n=200)))
        assert not seen & set(ids(palate.recommend("ada", n=200, constraints=["unseen"])))
        assert set(ids(palate.recommend("ada", n=200, constraints=["seen = true"]))) <= seen


def test_seen_items_may_come_where_the_settings_allow_it(example):
    with Palate.open(example, retrieval__seen=True) as palate:
        seen = {event.item for event in palate.store.user_events("ada")}
        assert seen & set(ids(palate.recommend("ada", n=200)))
        assert not seen & set(ids(palate.recommend("ada", n=200, constraints=["unseen"])))
