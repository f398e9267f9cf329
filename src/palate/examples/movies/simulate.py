"""Simulate the people of the example: a seeded model of tastes, moods and noise.

Nobody here is real. The people and what they do come from this module and from nothing else: no
rating, popularity or other behaviour of real persons entered it. What can be learned from them is
what was put in below, so they serve to try Palate out, not to judge a recommender.

    python -m palate.examples.movies.simulate OUT_DIR [--seed N]

writes ``users.csv`` and ``events.csv``. The shipped files are those of ``SEED``; the same seed
gives the same bytes. Only ``Generator(PCG64).random`` is drawn from, and normal and exponential
numbers are made of it here, so that a later NumPy gives the same people.

Films. Each has facets (``personas.py``): genres, decade, country, ``abroad``, the words of its own
text, and its director. ``F`` is the 0/1 matrix, films by facets. Popularity is Zipf-like,
``pop_i = 1 / (rank_i + 12)``, over a shuffled order with a seed of its own (``POPULARITY_SEED``);
it owes nothing to how popular a film is in the world.

Personas. ``S_k = standardise(F w_k)`` over the films, one row for each persona ``k``.

People. Person ``p`` has
    a start  ``a ~ Dirichlet(1)`` over 1, 2 or 3 personas (45%, 35%, 20%),
    an end   ``b = (1 - d) a + d c``, with ``c`` drawn like ``a`` and ``d = 0.6 U^2`` (drift),
    quirks   ``q = standardise(F e)``, ``e ~ N(0, 1)`` on genre, decade and director facets,
    a bias   ``N(0, 0.35)`` on the rating scale (their personal mean),
    a number of events, ``10 + 32 E`` with ``E ~ Exp(1)``, at most 140. Every 16th person is cold
    and has 0 to 4; ``ada``, for the demo, has 120.
The twelve readable ids, ``ada`` to ``lin``, each lead with the next persona of the list, so that
``ada`` is mostly "mind-bending sci-fi"; ``kira`` is one of the cold. A few people have the
language ``zh``; it has no part in what they like.

Evenings. A person joins in the first 60% of the two years and comes back on random days, for 1 to
4 films. On an evening at time ``t`` in 0..1 a persona ``k`` is drawn from the mixture
``m = (1 - t) a + t b``; the appeal of film ``i`` is
    ``u_i = 0.6 S_ki + 0.4 sum_j m_j S_ji + 0.45 q_i``.
Each film is then, with the probabilities of ``SOURCES``,
    taste: drawn with ``p_i ~ pop_i^0.6 exp(2.2 u_i + near(i, previous))``, where ``near`` is 1.5
           for the same director plus 1.2 times the Jaccard overlap of the genres, and 0 for the
           first film of an evening;
    trend: drawn by popularity alone, whatever the taste;
    stray: any film at all (an accident, a guest's choice).
So 18% of the events have nothing to do with taste. Nobody meets the same film twice.

Actions. Enjoyment is ``2.7 + 0.6 u_i + N(0, 0.5)``; its band (``BANDS``: from 4, from 3, from 2,
below) gives the chances of each action. A ``rate`` carries enjoyment plus bias, in halves from 1
to 5; other actions carry no value. Times are UTC: evenings start between 19:00 and 21:00, films
come a few minutes apart, and one that is watched (``WATCHED``) takes its runtime before the event.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from palate.examples.movies.personas import GIVEN, GIVEN_ZH, NAMED, PERSONAS
from palate.examples.movies.world import (
    Dice,
    Film,
    Floats,
    World,
    load_films,
    make_world,
    standardise,
)

SEED = 7
PEOPLE = 252
START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 730
RICH, RICH_EVENTS = 0, 120
COLD_EVERY, COLD_AT = 16, 10
ZH_EVERY, ZH_AT = 25, 11
SOURCES = {"taste": 0.82, "trend": 0.11, "stray": 0.07}
WATCHED = frozenset({"view", "like", "dislike", "rate"})
BANDS: tuple[tuple[float, dict[str, float]], ...] = (
    (4.0, {"rate": 0.36, "like": 0.26, "view": 0.22, "save": 0.09, "click": 0.07}),
    (3.0, {"rate": 0.30, "view": 0.34, "click": 0.16, "save": 0.08, "like": 0.08, "skip": 0.04}),
    (
        2.0,
        {"rate": 0.26, "skip": 0.26, "view": 0.20, "dismiss": 0.14, "dislike": 0.14},
    ),
    (-9.0, {"dislike": 0.34, "rate": 0.24, "dismiss": 0.22, "skip": 0.20}),
)


@dataclass(frozen=True)
class Person:
    """One simulated person; ``start`` and ``end`` are mixtures over the personas."""

    id: str
    name: str
    language: str
    start: Floats
    end: Floats
    quirk: Floats
    bias: float
    events: int


@dataclass(frozen=True)
class Happening:
    """One row of ``events.csv``."""

    user: str
    item: str
    action: str
    value: float | None
    at: datetime


def make_mixture(dice: Dice, lead: int | None) -> Floats:
    """Draw a mixture over one to three personas; ``lead`` fixes the one with the most weight."""
    size = 1 + dice.pick(np.array([0.45, 0.35, 0.20]))
    order = [int(k) for k in np.argsort(dice.uniform(len(PERSONAS)), kind="stable")]
    if lead is not None:
        order = [lead, *(k for k in order if k != lead)]
    weights = np.sort(dice.exponential(size))[::-1]
    mixture = np.zeros(len(PERSONAS))
    mixture[order[:size]] = weights / weights.sum()
    return mixture


def event_count(number: int, dice: Dice) -> int:
    """Return how many events person ``number`` has."""
    wanted = min(140, int(10 + 32 * dice.exponential()[0]))
    if number == RICH:
        return RICH_EVENTS
    return number // COLD_EVERY % 5 if number % COLD_EVERY == COLD_AT else wanted


def name_of(number: int) -> tuple[str, str, str]:
    """Return the id, name and language of person ``number``."""
    chinese = number % ZH_EVERY == ZH_AT
    language = "zh" if chinese else "en"
    if number < len(NAMED):
        return NAMED[number].lower(), NAMED[number], language
    given = GIVEN[number % len(GIVEN)] + " " + "ABCDEFGHKLMNPRSTVW"[number // 3 % 18] + "."
    return f"p{number + 1:03d}", GIVEN_ZH[number // ZH_EVERY] if chinese else given, language


def make_person(world: World, number: int, dice: Dice) -> Person:
    """Draw one person."""
    start = make_mixture(dice, number % len(PERSONAS) if number < len(NAMED) else None)
    drift = 0.6 * dice.uniform()[0] ** 2
    quirk = standardise(world.quirks @ dice.normal(world.quirks.shape[1]))
    end = (1 - drift) * start + drift * make_mixture(dice, None)
    bias = 0.35 * float(dice.normal()[0])
    return Person(*name_of(number), start, end, quirk, bias, event_count(number, dice))


def near(world: World, previous: int) -> Floats:
    """Return how near each film is to the previous one, in log odds."""
    shared = world.genres @ world.genres[previous]
    either = world.genres.sum(axis=1) + world.genres[previous].sum() - shared
    same = world.directors == world.directors[previous]
    return np.asarray(1.5 * same + 1.2 * shared / either)


def draw_film(world: World, appeal: Floats, seen: set[int], last: int | None, dice: Dice) -> int:
    """Draw the next film of an evening, one that the person has not met."""
    source = dice.choose(SOURCES)
    weights = world.popularity if source == "trend" else np.ones(len(world.films))
    if source == "taste":
        pull = 2.2 * appeal + (near(world, last) if last is not None else 0.0)
        weights = world.popularity**0.6 * np.exp(pull - pull.max())
    fresh = weights.copy()
    fresh[sorted(seen)] = 0.0
    return dice.pick(fresh)


def react(appeal: float, bias: float, dice: Dice) -> tuple[str, float | None]:
    """Return what a person does with a film, and the rating if it is one."""
    joy = 2.7 + 0.6 * appeal + 0.5 * float(dice.normal()[0])
    action = dice.choose(next(chances for least, chances in BANDS if joy >= least))
    rating = min(5.0, max(1.0, round(2 * (joy + bias)) / 2))
    return action, rating if action == "rate" else None


def evenings(events: int, dice: Dice) -> Iterator[tuple[int, int]]:
    """Yield day and number of films for each evening, in order, until the events are spent."""
    sizes: list[int] = []
    while sum(sizes) < events:
        size = 1 + dice.pick(np.array([0.35, 0.35, 0.2, 0.1]))
        sizes.append(min(size, events - sum(sizes)))
    joined = int(0.6 * DAYS * dice.uniform()[0])
    days = joined + np.argsort(dice.uniform(DAYS - joined), kind="stable")[: len(sizes)]
    yield from zip(sorted(int(day) for day in days), sizes, strict=True)


def mood_on(world: World, person: Person, day: int, dice: Dice) -> Floats:
    """Return the appeal of every film to a person on one evening."""
    mixture = person.start + (person.end - person.start) * day / DAYS
    tonight = world.appeal[dice.pick(mixture)]
    return np.asarray(0.6 * tonight + 0.4 * (mixture @ world.appeal) + 0.45 * person.quirk)


def live(world: World, person: Person, dice: Dice) -> Iterator[Happening]:
    """Yield everything that one person does, in order of time."""
    seen: set[int] = set()
    for day, size in evenings(person.events, dice):
        appeal, last = mood_on(world, person, day, dice), None
        at = START + timedelta(days=day, minutes=int(1140 + 120 * dice.uniform()[0]))
        for _ in range(size):
            last = draw_film(world, appeal, seen, last, dice)
            seen.add(last)
            film = world.films[last]
            action, value = react(float(appeal[last]), person.bias, dice)
            at += timedelta(seconds=int(30 + 240 * dice.exponential()[0]))
            at += timedelta(minutes=film["runtime"] if action in WATCHED else 0)
            yield Happening(person.id, film["id"], action, value, at)


def simulate(
    films: list[Film] | None = None, seed: int = SEED
) -> tuple[list[Person], list[Happening]]:
    """Make the people and what they did.

    Args:
        films: The catalogue; the shipped one if not given.
        seed: Fixes everything but the films and their popularity.

    Returns:
        The people by number, and the events by time.
    """
    world = make_world(films if films is not None else load_films())
    dice = [Dice(seed, number) for number in range(PEOPLE)]
    people = [make_person(world, number, one) for number, one in enumerate(dice)]
    lives = zip(people, dice, strict=True)
    events = [event for person, one in lives for event in live(world, person, one)]
    return people, sorted(events, key=lambda event: (event.at, event.user))


def write_csv(path: Path, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Write a CSV file with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([tuple(header.split(",")), *rows])


def event_row(event: Happening) -> tuple[str, ...]:
    """Write one event as the cells of its row."""
    value = "" if event.value is None else f"{event.value:.1f}"
    return event.user, event.item, event.action, value, f"{event.at:%Y-%m-%dT%H:%M:%SZ}"


def main(argv: list[str] | None = None) -> None:
    """Write ``users.csv`` and ``events.csv`` to a folder."""
    parser = argparse.ArgumentParser(description="Simulate the people of the movie example.")
    parser.add_argument("out", type=Path, help="folder for users.csv and events.csv")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args(argv)
    people, events = simulate(seed=args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    users = [(one.id, one.name, one.language) for one in people]
    write_csv(args.out / "users.csv", "user,name,language", users)
    rows = [event_row(event) for event in events]
    write_csv(args.out / "events.csv", "user,item,action,value,time", rows)


if __name__ == "__main__":
    main()
