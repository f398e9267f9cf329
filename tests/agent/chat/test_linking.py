"""Titles in talk: found under what people write, and never where the words mean something else."""

import gzip
import json
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.agent.chat.linking import Linker, Name, TitleIndex
from palate.agent.chat.linking.feelings import feelings

FILMS = {
    "heat": ("Heat", 1995, 50), "heat86": ("Heat (1986)", None, 2), "die": ("Die Hard", 1988, 40),
    "matrix": ("The Matrix", 1999, 90), "pulp": ("Pulp Fiction", 1994, 80),
    "die2": ("Die Hard 2", 1990, 10), "seven": ("Seven", 1995, 40),
    "god": ("The Godfather", 1972, 70), "god2": ("The Godfather Part II", 1974, 40),
    "it": ("It", 2017, 30), "her": ("Her", 2013, 20), "up": ("Up", 2009, 30),
    "big": ("Big", 1988, 9), "romance": ("True Romance", 1993, 9), "rocky": ("Rocky", 1976, 30),
    "love": ("花样年华", 2000, 9),
    "narco": ("Narco", 2004, 0), "wall": ("WALL·E", 2008, 30), "spider": ("Spider-Man", 2002, 30),
    "sw4": ("Star Wars: Episode IV - A New Hope", 1977, 60), "farewell": ("Farewell", 2009, 1),
    "sw5": ("Star Wars: Episode V - The Empire Strikes Back", 1980, 50),
    "deeds": ("Mr. Deeds", 2002, 9), "b1": ("Beauty and the Beast", 1991, 40),
    "b2": ("Beauty and the Beast", 2017, 20), "carrie": ("Carrie", 1976, 20),
    "cars": ("Cars", 2006, 20), "amelie": ("Amélie", 2001, 30), "house": ("House", 1977, 3),
    "cat": ("House Cat", 1999, 1),
}  # fmt: skip
KNOWN = "dream thieves summer heat budget farewell movies action".split()


@pytest.fixture(scope="module")
def linker():
    names = [Name.of(item, title, year, fame) for item, (title, year, fame) in FILMS.items()]
    return Linker(TitleIndex(names), KNOWN, {"action", "romance", "movies"})


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("I loved Heat and that one with the dream thieves", ["heat"]),
        ("i loved heat and die hard", ["heat", "die"]),
        ("Heat (1986) was odd", ["heat86"]),
        ("something like Pulp Ficton or the Godfater", ["pulp", "god"]),
        ("Matrix, The", ["matrix"]),
        ("we watched the matrix yesterday, then Die Hard 2", ["matrix", "die2"]),
        ("I liked 'Up' and Her.", ["up", "her"]),
        ("I loved It (2017)", ["it"]),
        ("have you seen wall-e or Spiderman?", ["wall", "spider"]),
        ("The Empire Strikes Back is my favourite", ["sw5"]),
        ("the godfather part 2, the godfather", ["god2", "god"]),
        ("Godfather II please", ["god2"]),
        ("I loved Mr. Deeds! So funny", ["deeds"]),
        ("我喜欢《花样年华》", ["love"]),
        ("类似花样年华的电影", ["love"]),
        ("I adored amelie", ["amelie"]),
        ("beauty and the beast from 2017", ["b2"]),
        ("Beauty and the Beast", ["b1"]),
        ("I loved Seven", ["seven"]),
    ],
)
def test_titles_are_found(linker, text, items):
    assert [link.item for link in linker.links(text)] == items


@pytest.mark.parametrize(
    "text",
    [
        "the heat of summer", "I like to go up", "I love it", "It is late", "Body Heat",
        "i want a true romance", "i like big budget movies", "Rocky IV", "Carrie Fisher was great",
        "I like cars", "her sister",
        "Heat (1950)", "an action romance", "my house is cold", "", "!!! 1995 ???", "Die Hard 3",
        "make it big and loud", "what's up", "I like romance and action",
    ],
)  # fmt: skip
def test_other_words_are_no_titles(linker, text):
    assert linker.links(text) == []


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("1. Heat", "heat"), ("3) The Matrix (1999)", "matrix"), ("- Matrix, The", "matrix"),
        ("7. \"Die Hard\"", "die"), ("The Farewell", None), ("Narcos", None), ("Se7en", "seven"),
        ("The Matrix (TV series)", None), ("12. Star Wars: The Empire Strikes Back (1980)", "sw5"),
        ("Heat (1999)", None), ("", None), ("House Cats", None),
    ],
)  # fmt: skip
def test_lines_of_a_list(linker, line, item):
    link = linker.whole(line)
    assert (link and link.item) == item


def test_films_of_one_name_are_told(linker):
    link = linker.links("I liked Beauty and the Beast")[0]
    assert (link.item, link.others) == ("b1", ("b2",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I loved Heat but hated Die Hard", ["liked", "disliked"]),
        ("I didn't like Heat", ["disliked"]),
        ("Heat and Die Hard were boring", ["disliked", "disliked"]),
        ("I loved Heat, Die Hard and Pulp Fiction", ["liked", "liked", "liked"]),
        ("I have seen Heat", ["seen"]),
        ("I haven't seen Heat", ["named"]),
        ("Who made Heat?", ["named"]),
        ("something like Heat", ["liked"]),
        ("not a fan of Heat", ["disliked"]),
        ("Heat was great", ["liked"]),
        ("我不喜欢《花样年华》", ["disliked"]),
        ("我喜欢《花样年华》", ["liked"]),
        ("看过《花样年华》", ["seen"]),
    ],
)
def test_what_is_said_of_titles(linker, text, said):
    assert feelings(text, linker.links(text)) == said


@given(st.text(max_size=80))
def test_any_text_has_links_within_it_that_do_not_overlap(text):
    names = [Name.of(item, title, year, fame) for item, (title, year, fame) in FILMS.items()]
    links = _once(names).links(text)
    assert all(text[link.start : link.end] == link.said for link in links)
    assert all(a.end <= b.start for a, b in pairwise(links))


@given(
    st.sampled_from(sorted(FILMS)), st.sampled_from(["I loved {}.", "Have you seen {}?", "“{}”"])
)
def test_a_title_with_its_year_is_always_found(item, frame):
    names = [Name.of(key, title, year, fame) for key, (title, year, fame) in FILMS.items()]
    name = next(one for one in names if one.item == item)
    links = _once(names).links(frame.format(f"{name.title} ({name.year})"))
    assert [link.item for link in links] == [item]


_made = {}


def _once(names):
    return _made.setdefault("linker", Linker(TitleIndex(names), KNOWN))


def test_real_lists_are_linked(palate_data):
    """Titles of the catalogue, as models write them: of one name and year means the same film."""
    with gzip.open(palate_data / "conversations" / "redial_id2info.json.gz") as file:
        films = json.load(file)
    linker = Linker(TitleIndex(Name.of(key, film["name"]) for key, film in films.items()))
    with gzip.open(palate_data / "model-replies" / "movie-titles-free.jsonl.gz", "rt") as file:
        lists = [json.loads(line)["output"].splitlines() for line in file][::40]
    lines = [re.sub(r"^\s*\d+[.)]\s*", "", line) for one in lists for line in one if line]
    plain = {_plain(film["name"]): key for key, film in films.items()}
    there = [line for line in lines if _plain(line) in plain]
    assert len(there) > 300
    found = [linker.whole(line) for line in there]
    right = [
        link is not None and _plain(films[link.item]["name"]) == _plain(line)
        for link, line in zip(found, there, strict=True)
    ]
    assert sum(right) >= 0.99 * len(there)


def _plain(title):
    return re.sub(r"[\W_]+", " ", re.sub(r"\s*\(\d{4}\)\s*$", "", title)).casefold().strip()
