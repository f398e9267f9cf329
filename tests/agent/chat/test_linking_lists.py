"""Lists of titles: the others tell films of one name apart; no link is better than a wrong one."""

import pytest

from palate.agent.chat.linking import Linker, Name, TitleIndex


def film(item, year=None, fame=0.0, people="", tags="", title=None):
    return Name.of(
        item, title or item.split("|", maxsplit=1)[0], year, fame,
        people=tuple(people.split()), tags=tuple(tags.split()),
    )  # fmt: skip


def linker(*films):
    return Linker(TitleIndex(films))


def items(found):
    return [link and link.item for link in found]


#: Films of known actors, so that two of them are known from elsewhere.
CROWD = [
    film("The First Harbour", 1994, 3, "Ada Bo", "drama"),
    film("The Second Harbour", 1996, 3, "Ada Bo", "drama"),
    film("The Third Harbour", 1998, 3, "Ada Bo Cy", "drama"),
]


def test_people_known_from_other_films_tell_films_of_one_name_apart():
    known, unknown = film("Rage|1", 1995, 0, "Ada Bo"), film("Rage|2", 1996, 1, "Xi")
    link = linker(*CROWD, known, unknown).whole("Rage")
    assert (link.item, link.others) == ("Rage|1", ("Rage|2",))


def test_fame_tells_where_nothing_is_known_of_people():
    assert linker(film("Rage|1", 1995, 1), film("Rage|2", 2015, 9)).whole("Rage").item == "Rage|2"


def test_an_original_is_meant_sooner_than_its_remake():
    old, new = film("Dusk|1", 1968, 2, "Ed Fay"), film("Dusk|2", 1990, 3, "Ed Gil")
    assert linker(old, new).whole("Dusk").item == "Dusk|1"
    other = film("Dusk|3", 1968, 2, "Hal Ivo")
    assert linker(other, new).whole("Dusk").item == "Dusk|2"


def test_of_two_records_of_one_film_that_nobody_met_the_year_of_its_people_is_right():
    right, wrong = film("Noon|2", 1995, 0, "Ada Bo"), film("Noon|1", 2014, 0, "Ada Bo")
    assert linker(*CROWD, right, wrong).whole("Noon").item == "Noon|2"


def test_a_film_held_twice_counts_twice():
    twice = [film("Gate|1", 1999, 2, "Ed"), film("Gate|2", None, 2, "Ed")]
    found = linker(*CROWD, *twice, film("Gate|3", 2001, 3, "Fay")).whole("Gate")
    assert found.item == "Gate|1"


BOTH = (film("Rage|1", 1979, 2, "Ada", "horror"), film("Rage|2", 2005, 2, "Flo", "comedy"))


@pytest.mark.parametrize(
    ("company", "item"),
    [
        ([film(f"Farm {n}", 1978 + n) for n in range(4)], "Rage|1"),
        ([film(f"Farm {n}", 2004 + n) for n in range(4)], "Rage|2"),
        ([film(f"Farm {n}", 1992, people="Ada") for n in range(4)], "Rage|1"),
        ([film(f"Farm {n}", 1992, people="Flo") for n in range(4)], "Rage|2"),
        ([film(f"Farm {n}", 1992, tags="horror") for n in range(4)], "Rage|1"),
        ([film(f"Farm {n}", 1992, tags="comedy") for n in range(4)], "Rage|2"),
        ([film(f"Farm {n}", 1992, tags="war") for n in range(4)], None),
    ],
)
def test_years_people_and_kinds_of_the_list_tell(company, item):
    found = linker(*BOTH, *company, film("War Room", 1992, tags="war")).lines(
        ["1. Rage", *(f"{n + 2}. {one.title}" for n, one in enumerate(company))]
    )
    assert items(found) == [item, *(one.item for one in company)]


def test_what_the_first_round_told_is_company_in_the_second():
    alien = [film("Moss|1", 1977, 9, "", "horror"), film("Moss|2", 2006, 1, "", "comedy")]
    farm = film("Farm", 1992, 1, "", "drama")
    read = linker(*BOTH, *alien, farm, film("Fun", 2001, 1, "", "comedy"))
    assert items(read.lines(["Rage", "Farm"])) == [None, "Farm"]
    assert items(read.lines(["Rage", "Moss", "Farm"])) == ["Rage|1", "Moss|1", "Farm"]


NEW = [f"{n}. Film Nobody Has Heard Of {'abcdefghij'[n]}" for n in range(8)]
HELD = [film(f"Farm {n}", 2009 + n) for n in range(10)]


def test_among_films_too_new_for_the_catalogue_an_old_name_is_a_new_film():
    read = linker(film("Dune", 1984, 9), film("Moss", 2016, 9), film("Squad", 2016, 9), *HELD)
    assert items(read.lines([*NEW[:4], "Dune", *NEW[4:]]))[4] is None
    assert items(read.lines([*NEW[:4], "Dune (1984)", *NEW[4:]]))[4] == "Dune"
    assert items(read.lines([*NEW[:4], "Moss", *NEW[4:]]))[4] == "Moss"
    assert items(read.lines([*NEW[:4], "The Squad", *NEW[4:]]))[4] is None
    farms = [one.title for one in HELD]
    assert items(read.lines([*farms[:4], "Dune", *farms[4:]]))[4] == "Dune"


def test_titles_with_years_that_are_missing_are_no_new_films():
    old = [f"Play {letter} (19{n}5)" for n, letter in enumerate("abcdefgh")]
    read = linker(film("Dune", 1984, 9), *HELD)
    assert items(read.lines([*old[:4], "Dune", *old[4:]]))[4] == "Dune"


def test_a_short_name_that_nobody_knows_and_that_does_not_fit_is_no_link():
    obscure = film("Gnat", 1999, 0, "Xi", "war")
    read = linker(*CROWD, obscure, film("Rage|1", 1995, 0, "Ada Bo", "drama"))
    assert read.whole("Gnat").item == "Gnat"
    harbours = [one.title for one in CROWD]
    assert items(read.lines(["Gnat", *harbours])) == [None, *harbours]


def test_an_article_more_is_another_film_where_one_is_called_just_so():
    read = linker(film("War Bride", 2005, 90), film("The War Bride", 1953, 0), *CROWD)
    harbours = [one.title for one in CROWD]
    assert items(read.lines(["The War Bride", *harbours]))[0] is None
    assert items(read.lines(["War Bride", *harbours]))[0] == "War Bride"


def test_a_piece_of_a_name_is_no_link_where_the_film_is_named_in_full():
    read = linker(film("Bound: The Long Journey", 1993, 3, title="Bound: The Very Long Journey"))
    assert read.whole("The Very Long Journey").item == "Bound: The Long Journey"
    both = read.lines(["Bound: The Very Long Journey", "The Very Long Journey"])
    assert items(both) == ["Bound: The Long Journey", None]


def test_the_film_of_a_show_is_not_the_show():
    read = linker(film("Moss the Goat: The Movie", 1998, 1), film("Farm", 1999, 90))
    assert read.whole("Moss the Goat") is None


@pytest.mark.parametrize(
    ("title", "line", "found"),
    [
        ("Dr. Moss' How the Goat Sang", "How the Goat Sang (2000)", True),
        ("Anna's How the Goat Sang", "How the Goat Sang", True),
        ("Anna's Goat", "Goat", False),
        ("Hunters of the Silver Goat", "Ida Jo and the Hunters of the Silver Goat", True),
        ("Silver Goat", "Ida Jo and the Silver Goat", False),
        ("The Chain Saw Goat", "The Chainsaw Goat", True),
        ("Waiting...", "13. Waiting...", True),
        ("Goat", "Goat: Redemption", False),
    ],
)
def test_forms_of_a_title(title, line, found):
    assert bool(linker(film("x", 2000, 1, title=title)).whole(line)) == found


def test_dots_of_a_title_tell_it_from_another():
    three = linker(film("Waiting|1", 2015, 3), film("b", 2005, 3, title="Waiting..."))
    assert three.whole("13. Waiting...").item == "b"
    assert three.whole("13. Waiting.").item == "Waiting|1"


def test_a_list_in_talk_is_read_as_one():
    company = [film(f"Farm {name}", 1978, 1) for name in ("One", "Two", "Three")]
    read = linker(*BOTH, *company)
    text = "I loved these:\n1. Farm One\n2. Farm Two\n3. Rage\n4. Farm Three\nand Farm Two"
    found = read.links(text)
    assert [link.item for link in found] == [
        "Farm One",
        "Farm Two",
        "Rage|1",
        "Farm Three",
        "Farm Two",
    ]
    assert [text[link.start : link.end] for link in found][2] == "Rage"
    assert all(text[link.start : link.end] == link.said for link in found)


def test_dots_before_sentences_make_no_list_of_titles():
    read = linker(film("Pulp Story", 1994, 9), *CROWD)
    found = read.links("- I loved Pulp Story\n- nothing sad\n- it should be short")
    assert [link.item for link in found] == ["Pulp Story"]


def test_the_company_of_a_long_list_is_what_stands_near():
    read = linker(*BOTH, film("Old Farm", 1992, 1, "Ada"), film("New Farm", 1992, 1, "Flo"))
    olds, news = ["Old Farm"] * 60, ["New Farm"] * 60
    assert items(read.lines([*olds, *news, "Rage"]))[-1] == "Rage|2"
    assert items(read.lines([*news, *olds, "Rage"]))[-1] == "Rage|1"
