"""The films as arrays, and the dice, for ``simulate.py``; the model is described there."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

from palate.examples.movies.personas import PERSONAS

POPULARITY_SEED = 1895

Film = dict[str, Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """The films as arrays: ``appeal`` (personas, films), ``quirks`` (films, facets), the rest."""

    films: list[Film]
    appeal: Floats
    quirks: Floats
    popularity: Floats
    genres: Floats
    directors: NDArray[np.int64]


class Dice:
    """Random numbers made of ``Generator.random`` alone, whose stream NumPy keeps stable."""

    def __init__(self, *seed: int) -> None:
        self._random = Generator(PCG64(SeedSequence(seed)))

    def uniform(self, size: int = 1) -> Floats:
        """Return numbers in [0, 1)."""
        return self._random.random(size)

    def exponential(self, size: int = 1) -> Floats:
        """Return numbers of mean 1."""
        return -np.log1p(-self.uniform(size))

    def normal(self, size: int = 1) -> Floats:
        """Return standard normal numbers, by Box and Muller."""
        turn = np.cos(2 * np.pi * self.uniform(size))
        return np.asarray(np.sqrt(2 * self.exponential(size)) * turn)

    def pick(self, weights: Floats) -> int:
        """Return an index with a chance in proportion to its weight."""
        edges = np.cumsum(weights)
        place = int(np.searchsorted(edges, self.uniform()[0] * edges[-1], side="right"))
        return min(place, len(weights) - 1)

    def choose(self, chances: dict[str, float]) -> str:
        """Return a key with a chance in proportion to its value."""
        return list(chances)[self.pick(np.array(list(chances.values())))]


def load_films() -> list[Film]:
    """Read the shipped catalogue."""
    text = files("palate.examples.movies").joinpath("items.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def facets_of(film: Film) -> set[str]:
    """Return the facets of one film, by the names that the personas use."""
    found = {f"genre:{name}" for name in film["genres"]}
    found |= {f"word:{word}" for word in re.findall(r"[a-z][a-z-]+", film["text"].lower())}
    found |= {f"director:{name}" for name in film["director"].split(" & ")}
    found |= {f"decade:{film['year'] // 10 * 10}", f"country:{film['country']}"}
    return found | (set() if film["language"] == "English" else {"abroad"})


def indicator(films: Sequence[Film], names: Sequence[str]) -> Floats:
    """Return the 0/1 matrix of films by facets."""
    sets = [facets_of(film) for film in films]
    return np.array([[float(name in one) for name in names] for one in sets])


def standardise(values: Floats) -> Floats:
    """Shift and scale to mean 0 and standard deviation 1."""
    return np.asarray((values - values.mean()) / values.std())


def make_world(films: list[Film]) -> World:
    """Turn the catalogue into arrays."""
    every = sorted(set().union(*map(facets_of, films)))
    personal = [name for name in every if name.startswith(("genre:", "decade:", "director:"))]
    rows = [indicator(films, list(w)) @ np.array(list(w.values())) for w in PERSONAS.values()]
    rank = np.argsort(Dice(POPULARITY_SEED).uniform(len(films)), kind="stable").argsort()
    names = sorted({film["director"] for film in films})
    return World(
        films=films,
        appeal=np.array([standardise(row) for row in rows]),
        quirks=indicator(films, personal),
        popularity=1 / (rank + 12.0),
        genres=indicator(films, [name for name in every if name.startswith("genre:")]),
        directors=np.array([names.index(film["director"]) for film in films]),
    )
