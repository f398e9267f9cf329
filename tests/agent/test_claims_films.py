"""The claims of simple sentences about the example's films: true ones stand, false ones do not."""

import json
import random
from importlib.resources import files

import pytest

from palate.agent.reasons.verify import World, check_claims
from palate.domain import Action, Candidate, HistoryEntry, Item, Profile, Start


def film(line):
    data = json.loads(line)
    facts = {name: data[name] for name in ("year", "director", "runtime", "country")}
    return Item(
        data["id"], data["title"], data["text"], tuple(data["genres"]),
        {**facts, "cast": tuple(data["cast"])},
    )  # fmt: skip


LINES = files("palate.examples").joinpath("movies/items.jsonl").read_text("utf-8").splitlines()
FILMS = [film(line) for line in LINES]


def scene(seed):
    """A film, a history of eight liked and four disliked ones, and a film that nobody knows."""
    dice = random.Random(seed)
    own, other, *history = dice.sample(FILMS, 14)
    strengths = [0.8] * 8 + [-0.8] * 4
    entries = tuple(
        HistoryEntry(item.id, strength, Action.RATE)
        for item, strength in zip(history, strengths, strict=True)
    )
    world = World(
        Candidate(own, -1.0),
        Profile("u", Start.WARM, history=entries),
        {item.id: item for item in history},
    )
    return world, own, other, history


def true_ones(own, liked, also):
    facts, tag = own.fields, own.tags[0]
    stars = " and ".join(facts["cast"][:2])
    return [
        f"Because you liked {liked.title} and {also.title}, this may suit you.",
        f"{liked.title}, which you liked, has the same mood.",
        f"Directed by {facts['director']}, this {tag} film stars {stars}.",
        f"{own.title} is a {facts['year']} {tag} of {facts['runtime']} minutes.",
        f"Like {liked.title} ({liked.fields['year']}), it holds its mood.",
        f"{facts['director']}'s {facts['year']} {tag} film.",
        f"因为你喜欢《{liked.title}》和《{also.title}》，这部{facts['year']}年的作品也许适合你。",
        own.text,
    ]


def false_ones(own, other, liked, disliked):
    facts = own.fields
    strangers = [
        f"Directed by {other.fields['director']}."
        * (other.fields["director"] != facts["director"]),
        f"Starring {other.fields['cast'][0]}." * (other.fields["cast"][0] not in facts["cast"]),
    ]
    return [
        f"Because you liked {other.title}, this may suit you.",
        f"Because you liked {liked.title} and {other.title}, this may suit you.",
        f"Because you liked {disliked.title}, this may suit you.",
        f"因为你喜欢《{other.title}》，这部也许适合你。",
        f"因为你喜欢《{disliked.title}》，这部也许适合你。",
        f"A film from {facts['year'] + 1}.",
        f"A film of {facts['runtime'] + 7} minutes.",
        *(line for line in strangers if line),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_claims_about_films(seed):
    world, own, other, history = scene(seed)
    for sentence in true_ones(own, *history[:2]):
        assert [c for c in check_claims(sentence, world) if not c.supported] == [], sentence
    for sentence in false_ones(own, other, history[0], history[-1]):
        assert any(not c.supported for c in check_claims(sentence, world)), sentence
