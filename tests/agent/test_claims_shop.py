"""Claims about things of a shop: colours, brands, prices, and what only advertising says."""

import pytest

from palate.agent.reasons.verify import check_claims
from palate.agent.reasons.world import World
from palate.domain import Action, Candidate, HistoryEntry, Item, Profile

MUG = Item("mug", "Aurora 12", "A mug for two espressos", ("mug", "organic"),
           {"price": 12.5, "brand": "Kaffa", "colour": "black", "weight": 300})  # fmt: skip
LIKED = Item("old", "Basalt 7", "A mug", ("mug",), {"brand": "Lavanza", "colour": "red"})
WORLD = World(
    Candidate(MUG, 0.0), Profile("ann", "warm", history=(HistoryEntry("old", 1.0, Action.LIKE),)),
    {one.id: one for one in (MUG, LIKED)}, "something for my desk",
)  # fmt: skip


@pytest.mark.parametrize(
    "sentence",
    [
        "It costs 12.5 and comes in black.", "A black mug by Kaffa.", "It is organic.",
        "Because you liked Basalt 7, here is another mug.",
    ],
)  # fmt: skip
def test_what_holds_may_stand(sentence):
    assert all(one.supported for one in check_claims(sentence, WORLD)), sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "It costs 5.99.", "It comes in a bright red.", "Made by Lavanza.",
        "A red mug for your desk.",
        "It is the cheapest mug here.", "On sale today.", "With free shipping.", "It weighs 20 kg.",
        "最便宜的杯子",
    ],
)  # fmt: skip
def test_what_does_not_is_refused(sentence):
    assert any(not one.supported for one in check_claims(sentence, WORLD)), sentence


def test_a_value_that_was_asked_for_may_be_named():
    asked = World(WORLD.candidate, WORLD.profile, WORLD.items, "a red or a black mug")
    assert all(one.supported for one in check_claims("Black, where red was possible too.", asked))
