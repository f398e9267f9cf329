"""What a sentence names of the history and of the evidence."""

import pytest

from palate.agent.reasons.cited import cited_history, evidence_named
from palate.agent.reasons.world import World
from palate.domain import Action, Candidate, Evidence, HistoryEntry, Item, Profile, Start

ITEMS = {
    "heat": Item("heat", "Heat"),
    "alien": Item("alien", "Alien"),
    "amelie": Item("amelie", "Amélie"),
}
EVIDENCE = (
    Evidence("neighbours", 2.0, items=("alien",)),
    Evidence("tags", 1.0, fields=("Science Fiction",)),
    Evidence("popularity", 0.5, words=("12",)),
)
HISTORY = tuple(HistoryEntry(i, 1.0, Action.LIKE) for i in ("alien", "amelie"))
WORLD = World(
    Candidate(ITEMS["heat"], 0.0, evidence=EVIDENCE), Profile("p", Start.WARM, HISTORY), ITEMS
)


@pytest.mark.parametrize(
    ("sentence", "cites", "named"),
    [
        ("People who chose Alien often chose this too.", ("alien",), 1),
        ("Like Amelie and Alien, it is science-fiction.", ("amelie", "alien"), 2),
        ("Heat is a fine film.", (), 0),
        ("12 people here have chosen it.", (), 0),
        ("", (), 0),
    ],
)
def test_what_a_sentence_names(sentence, cites, named):
    assert cited_history(sentence, WORLD) == cites
    assert evidence_named(sentence, WORLD) == (named, 2)
