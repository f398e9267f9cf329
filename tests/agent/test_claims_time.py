"""No sentence keeps the checker busy: a model, or a stranger's title, could write any."""

import itertools
import random
import time

import pytest

from palate.agent.reasons import write_reasons
from palate.agent.reasons.verify import World, check_claims
from palate.domain import (
    Action,
    Candidate,
    Evidence,
    HistoryEntry,
    Item,
    Opinion,
    Profile,
    Start,
)

FACTS = {"year": 1979, "director": "Ridley Scott", "runtime": 117, "cast": ("Tom Skerritt",)}
CANDIDATE = Candidate(
    Item("alien", "Alien", tags=("Horror", "Sci-Fi"), fields=FACTS),
    -1.0,
    evidence=(Evidence("neighbours", 1.0, items=("heat",)),),
)
ITEMS = {"heat": Item("heat", "Heat", tags=("Crime",)), "up": Item("up", "Up (2009)")}
PROFILE = Profile(
    "u",
    Start.WARM,
    (HistoryEntry("heat", 0.9, Action.LIKE), HistoryEntry("up", -0.9, Action.DISLIKE)),
)
WORLD = World(CANDIDATE, PROFILE, ITEMS, "something scary")
#: A checked sentence takes a millisecond; a pattern that backtracks takes hours.
SECONDS = 1.0
OPENINGS = ("", "you ", "Because you liked ", "starring ", "from the director of ", "under ", "你")
UNITS = (
    "recently previously already also really both so Heat Alien A AB Ab. Scott of the de and with "
    "which is by , : . ! ( ) \" ' - 1 19 1979 1990s '70s 120 hours half minutes no more not never "
    "unlike fan horror 《 》 《Heat》 你 也 都 喜欢 过 了 的 是 和 与 、 导演 主演 执导 "
    "世纪 年代 小时 不到"
).split()


def seconds_for(sentence):
    started = time.perf_counter()
    check_claims(sentence, WORLD)
    return time.perf_counter() - started


@pytest.mark.parametrize("opening", OPENINGS)
def test_one_word_again_and_again(opening):
    for unit, gap, end in itertools.product(UNITS, ("", " "), ("", " but so, Bob")):
        # Short enough that a bad pattern fails the test instead of hanging it.
        sentence = opening + (unit + gap) * 24 + end
        assert seconds_for(sentence) < SECONDS, sentence


def test_words_in_any_order():
    chance = random.Random(5)
    for _ in range(600):
        some, gap = chance.sample(UNITS, chance.randint(2, 6)), chance.choice(("", " ", ", "))
        sentence = gap.join(chance.choice(some) for _ in range(120))[:400]
        assert seconds_for(sentence) < SECONDS, sentence


@pytest.mark.parametrize("title", ["x " * 500_000, "(" * 200_000, "A: " * 100_000, "和" * 300_000])
@pytest.mark.parametrize("place", ["candidate", "history"])
def test_titles_and_texts_of_megabytes(title, place):
    item = Item("alien" if place == "candidate" else "heat", title, text=" 你好 lorem" * 500_000)
    candidate = Candidate(item, -1.0) if place == "candidate" else CANDIDATE
    said = Opinion((), reasons={"alien": "Because you liked Heat, Alien from 1979 is for you."})
    started = time.perf_counter()
    found = write_reasons([candidate], said, PROFILE, {**ITEMS, item.id: item}, language="en")
    assert time.perf_counter() - started < SECONDS
    assert len(found["alien"].text) < 500
