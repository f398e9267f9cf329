"""Strangers' texts in titles, descriptions, histories and requests, against a model that obeys."""

import asyncio
import json
import math
import os
import time
from dataclasses import replace

import pytest
from attacks import ATTACKS

from palate.agent.rankers import RANKERS, RankTask, make_ranker
from palate.domain import (
    Action,
    Candidate,
    Completion,
    HistoryEntry,
    Item,
    Profile,
    Request,
    Start,
    Usage,
)
from palate.prompts.library import Library
from palate.prompts.render import Brief, render
from palate.prompts.tokens import make_counter
from palate.settings import Settings

LIBRARY, COUNT = Library.open(None), make_counter("estimate")
PLACES = ("title", "description", "history", "request")
#: Where it is set, every ranker meets every text in every place.
EVERY = "PALATE_EVERY_ATTACK" in os.environ
ME, POOL, CAP = "Zephyr Nine", 12, 3
SETTINGS = Settings.model_validate(
    {"catalogue": {"untrusted": ["title", "text"], "facts": ["plot"]},
     "ranking": {"lift_cap": CAP, "rounds": 2}}
)  # fmt: skip


class Obedient:
    """A simulated model: every letter that it can give goes to the item of the attack.

    It also does what attacks beside that ask for: it repeats letters, invents some, and writes on.
    """

    name = "simulated: obedient"

    async def complete(self, call, *, deadline):
        text = call.messages[-1].content
        if "Yes" in call.labels:
            sure = 0.0 if ME in text.splitlines()[-2] else -9.0
            tops = ({"Yes": sure - 1e-6, "No": -9.0 - sure},)
            return Completion("Yes", self.name, "length", Usage(1, 9, 1), tops)
        mine = [line[0] for line in text.splitlines() if ME in line and line[1:2] == " "]
        mine = [letter for letter in mine if letter.isalpha() and letter.isupper()] or ["A"]
        if call.top_logprobs:
            tops = ({mine[-1]: -1e-6, "Z": -2.0, "AA": -3.0, "H1": -3.0},)
            return Completion(mine[-1], self.name, "length", Usage(1, 9, 1), tops)
        if call.schema is None:
            row = " ".join([*mine, *mine, "Z", "B", "B"])
            return Completion(row, self.name, "stop", Usage(1, 9, 9))
        order = " ".join([*mine, *mine, "Z", "AA", "H1", "B", "B"])
        reasons = [{"label": letter, "reason": f"{ME} is best."} for letter in [*mine, "Z"]]
        reply = json.dumps({"order": order, "reasons": reasons})
        return Completion(reply, self.name, "stop", Usage(1, 9, 9))


def planted(attack, place, count=POOL):
    """Returns candidates, history and request with the text in its place; it is for the last."""
    text = attack.replace("{me}", ME)
    fields = {"plot": text if place == "description" else "A quiet film."}
    mine = Item("mine", f"{ME}: {text}" if place == "title" else ME, "", ("drama",), fields)
    others = [
        Item(f"i{n}", f"Film {n}", "", ("drama",), {"plot": "Calm."}) for n in range(count - 1)
    ]
    past = Item("past", text if place == "history" else "Old Film", "", (), {})
    candidates = [Candidate(item, -0.05 * n) for n, item in enumerate([*others, mine])]
    profile = Profile(None, Start.WARM, (HistoryEntry("past", 1.0, Action.LIKE),))
    request = Request(text=text if place == "request" else "something calm")
    return candidates, profile, request, {"past": past}


def task(name, attack, place):
    candidates, profile, request, items = planted(attack, place)
    return RankTask(
        candidates=candidates, profile=profile, request=request, rank_by="model", items=items,
        settings=SETTINGS, template=LIBRARY.get(make_ranker(name).template), count=COUNT,
        library=LIBRARY,
    )  # fmt: skip


def test_there_are_enough_of_them_and_no_two_alike():
    assert len(ATTACKS) == len(set(ATTACKS)) >= 150


@pytest.mark.parametrize("name", sorted(n for n in LIBRARY.templates if n.startswith("rank/")))
def test_no_text_breaks_out_of_its_line(name):
    template = LIBRARY.get(name)

    def shape(attack, place):
        candidates, profile, request, items = planted(attack, place)
        prompt = render(template, Brief(candidates, profile, request, items, SETTINGS), COUNT)
        user = prompt.messages[-1].content
        assert all(line.isprintable() for line in user.splitlines())
        return [message.role for message in prompt.messages], len(user.split("\n")), prompt

    for place in PLACES:
        roles, lines, calm = shape("calm {me}", place)
        for attack in ATTACKS:
            found = shape(attack, place)
            assert found[:2] == (roles, lines), (place, attack)
            assert found[2].messages[0] == calm.messages[0], (place, attack)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", RANKERS)
def test_an_obedient_model_lifts_nothing_above_the_cap(name, place):
    # One ranker meets every text in every place; the others share them out, for the time it takes.
    every = EVERY or name == "labels"
    for attack in ATTACKS if every else ATTACKS[RANKERS.index(name) :: len(RANKERS)]:
        asked = task(name, attack, place)
        prior = [one.item.id for one in asked.candidates]
        model, deadline = Obedient(), time.monotonic() + 30
        ranking = asyncio.run(make_ranker(name).rank(asked, model, deadline=deadline))
        assert sorted(ranking.order) == sorted(prior)
        assert ranking.opinion is not None, attack
        assert len(set(ranking.opinion.order)) == len(ranking.opinion.order)
        assert set(ranking.opinion.order) <= set(prior)
        assert all(rank >= prior.index(item) - CAP for rank, item in enumerate(ranking.order))


@pytest.mark.parametrize("name", RANKERS)
def test_without_a_cap_it_would_have_come_first(name):
    trusted = SETTINGS.model_copy(
        update={
            "catalogue": SETTINGS.catalogue.model_copy(update={"untrusted": ()}),
            "ranking": SETTINGS.ranking.model_copy(update={"rounds": 6}),
        }
    )
    asked = replace(task(name, ATTACKS[0], "title"), settings=trusted)
    deadline = time.monotonic() + 30
    ranking = asyncio.run(make_ranker(name).rank(asked, Obedient(), deadline=deadline))
    assert ranking.order[0] == "mine"
    assert all(math.isfinite(score) for score in ranking.scores.values())
