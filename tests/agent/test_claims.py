"""Sentences that must pass and sentences that must be refused, in English and Chinese."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.agent.reasons.verify import World, check_claims
from palate.domain import (
    Action,
    Candidate,
    Evidence,
    HistoryEntry,
    Item,
    Profile,
    Start,
    TagWeight,
    Wish,
)


def film(id_, title, year, tags, director, **fields):
    return Item(id_, title, tags=tags, fields={"year": year, "director": director, **fields})


HEAT = Item(
    "heat",
    "Heat",
    text="A patient thief and a tired policeman circle each other through Los Angeles.",
    tags=("crime", "thriller"),
    fields={
        "year": 1995,
        "director": "Michael Mann",
        "cast": ("Al Pacino", "Robert De Niro", "Val Kilmer"),
        "runtime": 170,
        "country": "United States",
        "language": "English",
    },
)
HISTORY = [
    (film("alien", "Alien", 1979, ("horror", "science fiction"), "Ridley Scott"), 0.9),
    (film("apollo", "Apollo 13", 1995, ("drama",), "Ron Howard"), 0.8),
    (film("rocky2", "Rocky II", 1979, ("drama",), "Sylvester Stallone"), 0.7),
    (film("godfather2", "Godfather: Part II, The (1974)", 1974, ("crime",), "F. Coppola"), 1.0),
    (film("collateral", "Collateral", 2004, ("crime",), "Michael Mann"), 0.5),
    (film("amelie", "Amélie", 2001, ("comedy",), "Jean-Pierre Jeunet", country="France"), 0.6),
    (film("wars", "Star Wars: Episode IV - A New Hope", 1977, ("adventure",), "G. Lucas"), 0.9),
    (film("schindler", "Schindler's List", 1993, ("war",), "Steven Spielberg"), 0.6),
    (film("blade", "Blade Runner", 1982, ("science fiction",), "Ridley Scott"), -0.8),
    (film("titanic", "Titanic", 1997, ("romance",), "James Cameron"), 0.1),
]
PROFILE = Profile(
    "u",
    Start.WARM,
    history=tuple(
        HistoryEntry(item.id, strength, Action.RATE if strength != 0.1 else Action.VIEW)
        for item, strength in HISTORY
    ),
    tags=(TagWeight("crime", 0.6), TagWeight("romance", -0.4)),
    wishes=(Wish("u", "something tense"),),
)
EVIDENCE = (Evidence("neighbours", 1.0, items=("alien", "apollo")),)
WORLD = World(
    Candidate(HEAT, -1.0, evidence=EVIDENCE),
    PROFILE,
    {item.id: item for item, _ in HISTORY},
    "a tense film under three hours",
)

PASS = """
Because you liked Alien, this slow-burning crime film may suit you.
Because you liked "Alien", expect the same tension.
Because you liked alien and rocky ii, try this.
Since you enjoyed Apollo 13 and Rocky II, this one is worth an evening.
Since you enjoyed "Apollo 13" (1995), it may grip you.
If you loved The Godfather Part II, this crime story is for you.
If you loved the godfather part 2, this is close.
You rated Collateral highly, and Michael Mann directed this too.
From the director of Collateral.
Directed by Michael Mann and starring Al Pacino and Robert De Niro.
Pacino and De Niro circle each other through Los Angeles.
Michael Mann's crime thriller from 1995.
A 1995 crime film at 170 minutes.
A crime thriller from the 1990s.
A film of the nineties, under three hours long.
Nearly three hours of crime, as patient as its thief.
Heat is a crime thriller.
Heat's thief and policeman circle each other.
Like Alien (1979), it keeps its tension to the end.
Alien's dread returns in this thriller.
You liked Amelie, and this one is just as carefully made.
You enjoyed Amélie and Schindler's List, both carefully made.
You liked Star Wars, and this also comes from a patient storyteller.
Fans of Alien often choose it.
People who liked Alien and Apollo 13 often go for this one.
You lean to crime, and this is a tense crime film.
Not a romance: a crime thriller.
No romance here, only patience.
An American crime film.
Tense, as you asked, and under three hours.
Unlike Blade Runner, which you disliked, this is a crime film.
You have seen Titanic, so here is something tense.
Two of the films you liked, Alien and Rocky II, share its patience.
Gripping and patient, it follows a thief and a policeman.
A tense crime thriller for a long evening.
You enjoyed the horror of Alien; this one is a crime film.
It shares its director with Collateral, which you liked.
Because you like crime films, this patient one fits.
As someone who loved Alien and Star Wars, you may enjoy this tightly wound crime thriller.
Michael Mann directs Al Pacino and Robert De Niro in a tense 1995 crime thriller.
With your love of Apollo 13, this patient, detailed crime film should hold you.
Its cat-and-mouse tension echoes what you enjoyed in Alien.
Given your taste for crime stories, Heat is a natural next step.
A patient thief and a tired policeman — exactly the tension you asked for.
If Rocky II moved you, this tale of two stubborn men will too.
This one pairs Pacino with De Niro in Los Angeles.
You enjoyed Collateral, another Michael Mann crime film.
Like Collateral, it is a Michael Mann thriller set in Los Angeles.
Tense and patient, this 170-minute crime thriller matches your wish for something tense.
Shares a director with Collateral, a film you liked.
Fits your request for a tense film under three hours.
Your fondness for The Godfather: Part II suggests this crime epic.
Your liking for Alien's suspense makes this tense thriller a good match.
You've enjoyed tense stories like Alien; this crime thriller keeps that mood.
Crime, tension and a thief who plans everything.
It's a slow, tense crime film, much like The Godfather Part II.
Another Michael Mann film, after Collateral.
Perfect for a tense evening: a thief, a policeman, and Los Angeles at night.
Val Kilmer and Al Pacino star in this tense crime thriller.
Since Schindler's List stayed with you, this serious crime film may too.
Recommended because you liked Alien and you lean towards crime.
Both Heat and Collateral are crime films by Michael Mann.
For fans of Alien and crime thrillers alike.
The tension of Alien meets the crime of The Godfather Part II.
"""

REFUSE = """
Because you liked Inception, this crime film may suit you.
Because you liked "Inception", expect the same tension.
Because you liked inception, try this.
Because you liked Blade Runner, this is for you.
Because you liked blade runner, this is for you.
Close to Blade Runner in mood.
You loved Titanic, so you will love this.
You liked Alien and Inception.
You liked Alien and the matrix runner.
You enjoyed Rocky, and this is as stubborn.
You enjoyed Rocky III, and this is as stubborn.
Since you enjoyed Apollo 18, try this.
Since you enjoyed Apollo, try this.
If you loved Aliens, this is for you.
Body Heat is a crime thriller.
Inception shares its patience.
Casino's patience returns here.
A 1996 crime film.
A 1979 crime film.
Like Alien (1982), it keeps its tension.
Like 1982's Alien, it keeps its tension.
A crime thriller from the 1980s.
A film of the eighties.
Directed by Steven Spielberg.
Directed by Al Pacino.
Starring Michael Mann.
Starring Al Pacino and Tom Cruise.
From the director of Alien.
Ridley Scott directed this crime film.
Christopher Nolan's crime thriller.
A tender romance about a thief.
A horror film about a thief.
This comedy follows a thief.
A musical in Los Angeles.
You lean to romance, and this is tense.
You like musicals, and this is tense.
A crime film of 95 minutes.
A 90-minute thriller.
Under two hours, and tense all the way.
More than three hours long.
An hour and a half of crime.
A French crime film.
An award-winning crime film.
Based on a true story, it follows a thief.
A sequel to Collateral.
It takes place in Chicago.
You disliked Alien, so here is a crime film.
You have not seen Alien, and this is close.
You bought Alien, so this fits.
One of the 7 best crime films.
'Inception' in a police car.
You enjoyed Alien Resurrection.
Your favourite, Titanic, is as long.
You gave Titanic five stars.
Blade Runner, which you liked, has the same mood.
Because You Liked Inception, Try This.
This Scorsese film follows a thief.
Not a crime film at all.
Heat II brings the thief back.
As someone who loved Titanic, you may enjoy this crime thriller.
Having enjoyed Titanic, you may enjoy this crime thriller.
You liked Alien and Heat.
As someone who loved Interstellar, you may enjoy this crime thriller.
Directed by the Coen brothers, it is a tense crime film.
You enjoyed Collateral, another Ridley Scott film.
Stars Tom Hanks as a tired policeman.
A tense 1997 thriller with Al Pacino.
Its humor recalls The Big Lebowski.
A sci-fi thriller in Los Angeles.
Set in New York, it follows a thief.
This Oscar winner follows a thief.
Much like Se7en, it is tense.
You liked romance, and this is one.
A lighthearted comedy about a thief.
Quentin Tarantino fans will like it.
With Denzel Washington at his best.
Given your love of westerns, Heat is a natural next step.
You've rated Memento highly, so try this.
At just 100 minutes it is short.
A Japanese crime thriller.
Since you loved titanic, this is next.
Because you enjoyed the matrix and alien.
Won 3 awards in 1996.
Your love for Titanic makes this a good match.
Having enjoyed Blade Runner, you will enjoy this.
Set in the 1970s, it follows a thief.
John Wick meets a tired policeman.
A documentary-style crime film.
Fargo-like crime in Los Angeles.
The Departed, which you liked, is as tense.
"""

_ZH_HEAT = Item(
    "zh",
    "海边来信",
    text="一位邮递员在小岛上寻找收信人。",
    tags=("剧情", "爱情"),
    fields={"year": 2015, "director": "林青", "cast": ("周雨", "陈大海"), "runtime": 98},
)
_ZH_HISTORY = [
    (film("z1", "山那边的灯", 2010, ("剧情",), "林青"), 0.9),
    (film("z2", "雨夜列车", 2008, ("悬疑",), "何川"), 0.8),
    (film("z3", "活着", 1994, ("剧情",), "张艺谋"), 0.7),
    (film("z4", "星际旅人", 2019, ("科幻",), "高飞"), -0.7),
    (film("z5", "春天的信", 2001, ("爱情",), "林青"), 0.1),
]
ZH_WORLD = World(
    Candidate(_ZH_HEAT, -1.0, evidence=(Evidence("neighbours", 1.0, items=("z1",)),)),
    Profile(
        "u",
        Start.WARM,
        history=tuple(HistoryEntry(i.id, s, Action.RATE) for i, s in _ZH_HISTORY),
        tags=(TagWeight("剧情", 0.5), TagWeight("科幻", -0.5)),
    ),
    {item.id: item for item, _ in _ZH_HISTORY},
    "安静的海边故事",
)

PASS_ZH = """
因为你喜欢《山那边的灯》,这部剧情片也许适合你。
因为你喜欢《山那边的灯》和《雨夜列车》，所以推荐它。
因为你喜欢雨夜列车，这部作品也值得一看。
《海边来信》是2015年的剧情片。
林青执导，周雨主演。
由林青执导，与《山那边的灯》同样安静。
片长98分钟，不到两小时。
一部安静的海边故事，正如你所要求的。
你喜欢《活着》，这部爱情片同样温柔。
喜欢《山那边的灯》的人也常常选择它。
你偏爱剧情片，它正是剧情片。
来自《山那边的灯》的导演林青。
不是科幻片，而是安静的爱情故事。
你看过《春天的信》，这部也是林青的作品。
不同于你不喜欢的《星际旅人》，它很安静。
这是21世纪10年代的作品。
《雨夜列车》你很喜欢，这部也许同样适合。
鉴于你对《山那边的灯》的喜爱，这部安静的剧情片会很适合你。
如果你喜欢《雨夜列车》，那么这部98分钟的爱情片值得一看。
林青导演的作品，讲述邮递员在小岛上寻找收信人的故事。
与你喜欢的《山那边的灯》出自同一位导演林青。
它是一部安静的海边故事，符合你的要求。
周雨和陈大海主演的爱情片。
2015年的剧情片，片长不到100分钟。
你曾喜欢《活着》和《山那边的灯》，这部剧情片风格相近。
"""

REFUSE_ZH = """
因为你喜欢《银翼杀手》，这部剧情片适合你。
因为你喜欢银翼杀手，这部剧情片适合你。
因为你喜欢《星际旅人》，这部片子适合你。
因为你喜欢《春天的信》，这部片子适合你。
《海边来信》是2012年的剧情片。
由张艺谋执导的剧情片。
导演是何川。
王宝强主演的剧情片。
这部科幻片很安静。
一部恐怖片。
片长120分钟。
超过两小时的爱情片。
你喜欢科幻片，所以推荐它。
与《泰坦尼克号》一样动人。
由Steven Spielberg执导。
来自《雨夜列车》的导演。
90年代的爱情片。
获奖的爱情片。
《山那边的灯》（2012年）之后的又一部。
你喜欢《山那边的灯》和《无间道》。
鉴于你对《星际旅人》的喜爱，这部片子适合你。
如果你喜欢《寄生虫》，那么这部值得一看。
何川导演的作品。
梁朝伟和陈大海主演的爱情片。
2016年的剧情片。
片长超过100分钟。
这是一部悬疑片。
法国爱情片。
根据真实故事改编。
你喜欢的科幻元素都在这里。
"""


def lines(table):
    return [line for line in table.strip().splitlines() if line]


def refused(sentence, world):
    return [claim for claim in check_claims(sentence, world) if not claim.supported]


@pytest.mark.parametrize("sentence", lines(PASS))
def test_true_sentences_stand(sentence):
    assert refused(sentence, WORLD) == []


@pytest.mark.parametrize("sentence", lines(REFUSE))
def test_false_sentences_are_refused(sentence):
    assert refused(sentence, WORLD), sentence


@pytest.mark.parametrize("sentence", lines(PASS_ZH))
def test_true_chinese_sentences_stand(sentence):
    assert refused(sentence, ZH_WORLD) == []


@pytest.mark.parametrize("sentence", lines(REFUSE_ZH))
def test_false_chinese_sentences_are_refused(sentence):
    assert refused(sentence, ZH_WORLD), sentence


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_check(text):
    for world in (WORLD, ZH_WORLD):
        assert all(claim.text is not None for claim in check_claims(text, world))


@pytest.mark.parametrize(
    "part", ["Alien ", "you liked ", "A ", "《", "1995 ", "a'", "director of "]
)
def test_long_sentences_are_checked_quickly(part):
    started = time.perf_counter()
    check_claims((part * 400)[:400], WORLD)
    assert time.perf_counter() - started < 0.5


def test_an_item_without_fields_supports_little():
    bare = World(Candidate(Item("x", "X-Ray"), -1.0), Profile(None, Start.NO_USER), {})
    assert refused("Directed by Michael Mann.", bare)
    assert refused("A 1995 film.", bare)
    assert refused("Under two hours.", bare)
    assert not refused("X-Ray may be for you.", bare)
