"""Sentences that must pass and sentences that must be refused, in English and Chinese."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.agent.reasons.verify import World, check_claims
from palate.domain import (
    Action,
    Candidate,
    Evidence,
    HistoryEntry,
    Item,
    Profile,
    Start,
    TagWeight,
    Wish,
)


def film(id_, title, year, tags, director, **fields):
    return Item(id_, title, tags=tags, fields={"year": year, "director": director, **fields})


HEAT = Item(
    "heat",
    "Heat",
    text="A patient thief and a tired policeman circle each other through Los Angeles.",
    tags=("crime", "thriller"),
    fields={
        "year": 1995,
        "director": "Michael Mann",
        "cast": ("Al Pacino", "Robert De Niro", "Val Kilmer"),
        "runtime": 170,
        "country": "United States",
        "language": "English",
    },
)
HISTORY = [
    (film("alien", "Alien", 1979, ("horror", "science fiction"), "Ridley Scott"), 0.9),
    (film("apollo", "Apollo 13", 1995, ("drama",), "Ron Howard"), 0.8),
    (film("rocky2", "Rocky II", 1979, ("drama",), "Sylvester Stallone"), 0.7),
    (film("godfather2", "Godfather: Part II, The (1974)", 1974, ("crime",), "F. Coppola"), 1.0),
    (film("collateral", "Collateral", 2004, ("crime",), "Michael Mann"), 0.5),
    (film("amelie", "Amélie", 2001, ("comedy",), "Jean-Pierre Jeunet", country="France"), 0.6),
    (film("wars", "Star Wars: Episode IV - A New Hope", 1977, ("adventure",), "G. Lucas"), 0.9),
    (film("schindler", "Schindler's List", 1993, ("war",), "Steven Spielberg"), 0.6),
    (film("blade", "Blade Runner", 1982, ("science fiction",), "Ridley Scott"), -0.8),
    (film("titanic", "Titanic", 1997, ("romance",), "James Cameron"), 0.1),
]
PROFILE = Profile(
    "u",
    Start.WARM,
    history=tuple(
        HistoryEntry(item.id, strength, Action.RATE if strength != 0.1 else Action.VIEW)
        for item, strength in HISTORY
    ),
    tags=(TagWeight("crime", 0.6), TagWeight("romance", -0.4)),
    wishes=(Wish("u", "something tense"),),
)
EVIDENCE = (Evidence("neighbours", 1.0, items=("alien", "apollo")),)
WORLD = World(
    Candidate(HEAT, -1.0, evidence=EVIDENCE),
    PROFILE,
    {item.id: item for item, _ in HISTORY},
    "a tense film under three hours",
)


_ZH_HEAT = Item(
    "zh",
    "海边来信",
    text="一位邮递员在小岛上寻找收信人。",
    tags=("剧情", "爱情"),
    fields={"year": 2015, "director": "林青", "cast": ("周雨", "陈大海"), "runtime": 98},
)
_ZH_HISTORY = [
    (film("z1", "山那边的灯", 2010, ("剧情",), "林青"), 0.9),
    (film("z2", "雨夜列车", 2008, ("悬疑",), "何川"), 0.8),
    (film("z3", "活着", 1994, ("剧情",), "张艺谋"), 0.7),
    (film("z4", "星际旅人", 2019, ("科幻",), "高飞"), -0.7),
    (film("z5", "春天的信", 2001, ("爱情",), "林青"), 0.1),
]
ZH_WORLD = World(
    Candidate(_ZH_HEAT, -1.0, evidence=(Evidence("neighbours", 1.0, items=("z1",)),)),
    Profile(
        "u",
        Start.WARM,
        history=tuple(HistoryEntry(i.id, s, Action.RATE) for i, s in _ZH_HISTORY),
        tags=(TagWeight("剧情", 0.5), TagWeight("科幻", -0.5)),
    ),
    {item.id: item for item, _ in _ZH_HISTORY},
    "安静的海边故事",
)


def lines(name):
    path = Path(__file__).with_name("claims") / name
    return [line for line in path.read_text("utf-8").splitlines() if line]


def refused(sentence, world):
    return [claim for claim in check_claims(sentence, world) if not claim.supported]


@pytest.mark.parametrize("sentence", lines("stand.en.txt"))
def test_true_sentences_stand(sentence):
    assert refused(sentence, WORLD) == []


@pytest.mark.parametrize("sentence", lines("refused.en.txt"))
def test_false_sentences_are_refused(sentence):
    assert refused(sentence, WORLD), sentence


@pytest.mark.parametrize("sentence", lines("stand.zh.txt"))
def test_true_chinese_sentences_stand(sentence):
    assert refused(sentence, ZH_WORLD) == []


@pytest.mark.parametrize("sentence", lines("refused.zh.txt"))
def test_false_chinese_sentences_are_refused(sentence):
    assert refused(sentence, ZH_WORLD), sentence


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_check(text):
    for world in (WORLD, ZH_WORLD):
        assert all(claim.text is not None for claim in check_claims(text, world))


@pytest.mark.parametrize(
    "part", ["Alien ", "you liked ", "A ", "《", "1995 ", "a'", "director of "]
)
def test_long_sentences_are_checked_quickly(part):
    started = time.perf_counter()
    check_claims((part * 400)[:400], WORLD)
    assert time.perf_counter() - started < 0.5


def test_an_item_without_fields_supports_little():
    bare = World(Candidate(Item("x", "X-Ray"), -1.0), Profile(None, Start.NO_USER), {})
    assert refused("Directed by Michael Mann.", bare)
    assert refused("A 1995 film.", bare)
    assert refused("Under two hours.", bare)
    assert not refused("X-Ray may be for you.", bare)
