"""The example catalogue "movies": its films, its simulated people, and their provenance."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from palate.domain import Action
from palate.examples.movies import simulate
from palate.examples.movies.personas import PERSONAS
from palate.examples.movies.world import facets_of, load_films, make_world

ROOT = Path(__file__).resolve().parents[2]
# fmt: off
FIELDS = [
    "id", "title", "year", "genres", "director", "cast", "runtime", "country", "language", "text",
]
GENRES = {
    "action", "adventure", "animation", "comedy", "crime", "documentary", "drama", "family",
    "fantasy", "horror", "musical", "mystery", "noir", "romance", "science fiction", "thriller",
    "war", "western",
}
# fmt: on


def shipped(name: str) -> bytes:
    return files("palate.examples.movies").joinpath(name).read_bytes()


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shipped(name).decode("utf-8"))))


@pytest.fixture(scope="module")
def films() -> list[dict]:
    return load_films()


@pytest.fixture(scope="module")
def events() -> list[dict[str, str]]:
    return rows("events.csv")


def test_every_film_has_every_field(films: list[dict]) -> None:
    assert len(films) >= 400
    for film in films:
        assert list(film) == FIELDS
        assert all(film.values()), film["id"]
        assert 1900 < film["year"] < 2030
        assert 40 < film["runtime"] < 300
        assert len(set(film["cast"])) == 3
        assert set(film["genres"]) <= GENRES
        assert film["genres"] == sorted(film["genres"])


def test_ids_are_unique_slugs(films: list[dict]) -> None:
    ids = [film["id"] for film in films]
    assert len(set(ids)) == len(ids)
    assert all(one.isascii() and one == one.lower() and " " not in one for one in ids)


def test_texts_are_short_distinct_and_do_not_name_the_cast(films: list[dict]) -> None:
    assert len({film["text"] for film in films}) == len(films)
    for film in films:
        assert 20 <= len(film["text"].split()) <= 45, film["id"]
        assert not any(name in film["text"] for name in film["cast"]), film["id"]


def test_people(events: list[dict[str, str]]) -> None:
    users = rows("users.csv")
    ids = [user["user"] for user in users]
    assert len(ids) >= 200
    assert len(set(ids)) == len(ids)
    assert {user["language"] for user in users} == {"en", "zh"}
    assert {event["user"] for event in events} <= set(ids)
    counts = Counter(event["user"] for event in events)
    assert counts["ada"] >= 60
    assert counts["kira"] == 0
    assert sum(counts[one] < 5 for one in ids) >= 10


def test_events(films: list[dict], events: list[dict[str, str]]) -> None:
    assert len(events) >= 8_000
    assert {event["item"] for event in events} <= {film["id"] for film in films}
    assert {event["action"] for event in events} == set(Action) - {"purchase", "play"}
    assert len({(event["user"], event["item"]) for event in events}) == len(events)
    for event in events:
        assert bool(event["value"]) == (event["action"] == "rate")
        assert not event["value"] or (2 * float(event["value"])) in range(2, 11)


def test_events_are_in_order_of_time_and_span_two_years(events: list[dict[str, str]]) -> None:
    times = [datetime.fromisoformat(event["time"]) for event in events]
    assert times == sorted(times)
    assert 650 < (times[-1] - times[0]).days < 740
    assert all(time.utcoffset() is not None for time in times)


def test_the_simulator_reproduces_the_shipped_files(tmp_path: Path) -> None:
    simulate.main([str(tmp_path)])
    assert (tmp_path / "events.csv").read_bytes() == shipped("events.csv")
    assert (tmp_path / "users.csv").read_bytes() == shipped("users.csv")


def test_another_seed_makes_other_people(films: list[dict]) -> None:
    _, first = simulate.simulate(films[:60], seed=1)
    _, second = simulate.simulate(films[:60], seed=2)
    assert first != second


def test_every_facet_of_a_persona_occurs_in_some_film(films: list[dict]) -> None:
    known = set().union(*(facets_of(film) for film in films))
    assert {facet for weights in PERSONAS.values() for facet in weights} <= known


def test_what_people_take_up_tells_their_persona(films: list[dict]) -> None:
    people, events = simulate.simulate(films)
    world, number = make_world(films), {film["id"]: n for n, film in enumerate(films)}
    met: dict[str, list[int]] = {}
    for event in events:
        if event.action in {"like", "view", "save"}:
            met.setdefault(event.user, []).append(number[event.item])
    judged = [one for one in people if len(met.get(one.id, [])) >= 8]
    hits = [
        world.appeal[:, met[one.id]].mean(axis=1).argmax() == (one.start + one.end).argmax()
        for one in judged
    ]
    assert len(judged) > 150
    assert np.mean(hits) > 0.7


def test_facts_against_movielens(tmp_path: Path) -> None:
    script, committed = ROOT / "scripts/check_film_facts.py", ROOT / "docs/film-facts.md"
    if not os.environ.get("PALATE_DATA"):
        pytest.skip("PALATE_DATA is not set: the MovieLens metadata is not part of the project")
    if not script.exists():
        pytest.skip("scripts/ is not part of a source distribution")
    report = tmp_path / "film-facts.md"
    command = [sys.executable, str(script), "--report", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "", "explanations without a difference"
    assert report.read_bytes() == committed.read_bytes()


def test_without_data_the_check_says_what_to_do() -> None:
    script = ROOT / "scripts/check_film_facts.py"
    if not script.exists():
        pytest.skip("scripts/ is not part of a source distribution")
    clean = {name: value for name, value in os.environ.items() if name != "PALATE_DATA"}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, env=clean
    )
    assert done.returncode == 2
    assert "PALATE_DATA" in done.stderr
    assert done.stderr.count("\n") == 1


def test_links_and_explanations_name_films_of_the_catalogue(films: list[dict]) -> None:
    links, reasons = ROOT / "scripts/film_links.csv", ROOT / "scripts/film_differences.jsonl"
    if not links.exists():
        pytest.skip("scripts/ is not part of a source distribution")
    ids = [film["id"] for film in films]
    table = csv.DictReader(io.StringIO(links.read_text(encoding="utf-8")))
    assert [row["id"] for row in table] == ids
    lines = [json.loads(line) for line in reasons.read_text(encoding="utf-8").splitlines()]
    assert {line["id"] for line in lines} <= set(ids)
    assert all(line["why"].endswith(".") for line in lines)
