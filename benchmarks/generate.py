"""A generated catalogue and a generated log, with structure to find: topics, habits, an order.

Every item belongs to a topic, which gives it most of its words and tags. Every person likes a few
topics, prefers popular items (Zipf), and now and then goes on to the item "after" the last one, so
that neighbours, order, tags and words all have something to say. The same seed gives the same
files.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Items a topic; words that only a topic has, and words that all have.
_PER_TOPIC = 250
_OWN_WORDS, _SHARED_WORDS = 300, 4000
_TAGS = 60
_SYLLABLES = [c + v for c in "bcdfghjklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ai", "or")]
#: How often a person goes on to the item that follows the last one in its topic.
_GOES_ON = 0.3
_FIRST_YEAR, _LAST_YEAR = 1950, 2024
_START = 1_600_000_000


@dataclass(frozen=True)
class Shape:
    """How much to generate."""

    items: int
    people: int
    events: int = 100
    seed: int = 0

    @property
    def topics(self) -> int:
        """Number of topics."""
        return max(4, self.items // _PER_TOPIC)


def word(number: int) -> str:
    """Returns the made-up word of a number: three syllables, all different."""
    base = len(_SYLLABLES)
    mixed = (number * 7919 + 104_729) % base**3
    return "".join(_SYLLABLES[mixed // base**power % base] for power in range(3))


def topic_word(topic: int, rank: int) -> str:
    """Returns a word that only this topic has; rank 0 is its commonest."""
    return word(_SHARED_WORDS + topic * _OWN_WORDS + rank)


def topics_of(shape: Shape) -> NDArray[np.int64]:
    """Returns the topic of each item, shape (items,)."""
    return np.random.default_rng(shape.seed).integers(0, shape.topics, shape.items)


def write_items(shape: Shape, path: Path) -> None:
    """Writes the catalogue as JSONL: id, title, text, tags, year, runtime, maker."""
    rng = np.random.default_rng(shape.seed + 1)
    topics = topics_of(shape)
    years = rng.integers(_FIRST_YEAR, _LAST_YEAR + 1, shape.items)
    runtimes = rng.integers(60, 200, shape.items)
    makers = rng.integers(0, max(10, shape.items // 5), shape.items)
    with path.open("w", encoding="utf-8") as file:
        for row in range(shape.items):
            topic = int(topics[row])
            own = [topic_word(topic, r) for r in _ranks(rng, 22, _OWN_WORDS)]
            shared = [word(r) for r in _ranks(rng, 22, _SHARED_WORDS)]
            text = " ".join(rng.permutation([*own[2:], *shared]).tolist())
            record = {
                "id": f"i{row:06d}",
                "title": f"{own[0]} {own[1]} {word(row % 30_000)}".title(),
                "text": text,
                "tags": [f"tag{tag}" for tag in {topic % _TAGS, (topic * 7 + 3) % _TAGS}]
                + [f"tag{rng.integers(_TAGS)}"],
                "year": int(years[row]),
                "runtime": int(runtimes[row]),
                "maker": word(100_000 + int(makers[row])).title(),
            }
            file.write(json.dumps(record) + "\n")


def write_events(shape: Shape, path: Path) -> None:
    """Writes the log as CSV: user, item, action, value, time; three in four are ratings."""
    rng = np.random.default_rng(shape.seed + 2)
    topics = topics_of(shape)
    shelves = [np.flatnonzero(topics == topic) for topic in range(shape.topics)]
    shelves = [shelf for shelf in shelves if len(shelf)]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["user", "item", "action", "value", "time"])
        for person in range(shape.people):
            at = _START + int(rng.integers(0, 50_000_000))
            for item in _walk(rng, shelves, shape.events):
                at += int(rng.integers(600, 200_000))
                rated = rng.random() < 0.75
                value = int(np.clip(round(rng.normal(3.6, 1.1)), 1, 5)) if rated else ""
                action = "rate" if rated else "view"
                out.writerow([f"u{person:05d}", f"i{item:06d}", action, value, at])


def _walk(rng: np.random.Generator, shelves: list[NDArray[np.int64]], length: int) -> list[int]:
    """Returns the different items of one person, oldest first."""
    liked = rng.choice(len(shelves), min(3, len(shelves)), replace=False)
    found: dict[int, None] = {}
    shelf, place = shelves[liked[0]], 0
    for _ in range(20 * length):
        if len(found) == length:
            break
        if rng.random() < _GOES_ON:
            place = (place + 1) % len(shelf)
        else:
            anywhere = rng.random() < 0.1
            shelf = shelves[int(rng.integers(len(shelves)) if anywhere else rng.choice(liked))]
            place = int(_ranks(rng, 1, len(shelf))[0])
        found[int(shelf[place])] = None
    return list(found)


def _ranks(rng: np.random.Generator, count: int, size: int) -> list[int]:
    """Draws ranks below ``size``, the low ones more often: P(rank > r) falls like 1 / log."""
    drawn = np.exp(rng.random(count) * np.log(size + 1)) - 1
    ranks: list[int] = drawn.astype(int).tolist()
    return ranks
