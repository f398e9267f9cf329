"""What the simulated people like: personas as weights over the facets of a film, and names.

A facet is one of ``genre:NAME``, ``decade:1990``, ``country:NAME``, ``abroad`` (the main spoken
language is not English) and ``word:WORD`` (the word stands in the film's own text). A weight says
how much one facet adds to a film's appeal; facets that are not named weigh nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

Weights = Mapping[str, float]


def facets(
    genres: Weights, words: str, others: Weights | None = None, word_weight: float = 0.5
) -> dict[str, float]:
    """Join the parts of a persona into one table from facet to weight.

    Args:
        genres: Genre to weight, negative for what the persona avoids.
        words: Mood words, separated by spaces.
        others: Any further facets, by their full name.
        word_weight: The weight of each mood word.
    """
    named = {f"genre:{name}": weight for name, weight in genres.items()}
    moods = {f"word:{word}": word_weight for word in words.split()}
    return {**named, **moods, **(others or {})}


def names(text: str) -> tuple[str, ...]:
    """Split a list of names at its spaces."""
    return tuple(text.split())


PERSONAS: dict[str, dict[str, float]] = {
    "mind-bending sci-fi": facets(
        {"science fiction": 2.0, "mystery": 0.9, "fantasy": 0.3, "family": -0.8},
        "paranoid twisty future memory robot robots space alien dream dreamlike time planet "
        "computer philosophical cerebral hypnotic eerie",
    ),
    "late-night horror": facets(
        {"horror": 2.4, "thriller": 0.6, "mystery": 0.3, "family": -1.0, "romance": -0.6},
        "gory slasher dread haunted creepy gothic killer blood nasty vampire monster scare "
        "scares nightmare eerie",
    ),
    "family film night": facets(
        {"family": 2.0, "animation": 1.3, "fantasy": 0.4, "musical": 0.5, "horror": -1.5},
        "children kids cheerful gentle warm songs cartoon fairy christmas toys talking",
        {"genre:crime": -0.8},
    ),
    "golden-age classics": facets(
        {"noir": 0.8, "western": 0.3, "musical": 0.4, "science fiction": -0.5},
        "black-and-white elegant stately silent screwball champagne technicolor",
        {"decade:1920": 1.8, "decade:1930": 2.2, "decade:1940": 2.4, "decade:1950": 2.2}
        | {"decade:1960": 1.2, "decade:1990": -0.6, "decade:2000": -0.8},
    ),
    "world cinema": facets(
        {"drama": 0.5, "war": 0.2, "action": -0.4},
        "village tender patient poetic wistful paris",
        {"abroad": 2.4, "country:France": 0.3, "country:Japan": 0.3, "country:Italy": 0.2},
    ),
    "big action weekends": facets(
        {"action": 1.9, "adventure": 0.8, "thriller": 0.4, "romance": -0.7, "musical": -0.6},
        "loud stunts chase chases rescue hero swaggering cop muscular gunfights breakneck",
        {"genre:drama": -0.5, "decade:1980": 0.3, "decade:1990": 0.4},
    ),
    "quiet dramas": facets(
        {"drama": 1.8, "romance": 0.2, "action": -1.0, "science fiction": -0.8, "comedy": -0.4},
        "quiet quietly patient tender grief slow-burning lonely mournful hushed tearful moving "
        "true intimate unhurried painful",
    ),
    "comedy first": facets(
        {"comedy": 2.0, "drama": -0.6, "horror": -0.5, "war": -0.5, "thriller": -0.5},
        "funny slapstick jokes gags farce spoof deadpan silly goofy rude crude witty banter "
        "quotable satire laughs",
    ),
    "crime and noir": facets(
        {"crime": 1.8, "noir": 1.4, "mystery": 0.8, "thriller": 0.7, "family": -0.8},
        "heist detective mob cop neon rainy police gangster gangsters killer murder courtroom "
        "lawyer double-crosses sweaty",
    ),
    "romantics": facets(
        {"romance": 2.2, "comedy": 0.3, "musical": 0.3, "action": -0.8, "horror": -0.9},
        "romantic romance love wistful bittersweet cosy sweet longing feel-good "
        "wedding sentimental",
    ),
    "far horizons": facets(
        {"western": 1.8, "war": 1.6, "adventure": 0.6, "comedy": -0.4, "horror": -0.6},
        "desert epic battle soldiers jungle sea captain frontier rousing history windblown "
        "sweeping island samurai",
    ),
}

NAMED = names("Ada Ben Chloe Dev Elif Finn Grace Hugo Iris Jonas Kira Lin")
GIVEN = names(
    "Agnes Amir Anna Bashir Bea Carlos Cora Daan Dina Edith Emil Fatima Felix Gita Hana Henrik "
    "Ines Ivan Jade Joan Kofi Lars Lena Leo Mara Milo Nadia Nils Noor Olga Omar Paula Pavel "
    "Quinn Rosa Sam Tara Theo Uma Viktor Wanda Yara Zeno"
)
GIVEN_ZH = names("小雨 阿明 晓燕 子轩 思思 浩然 佳怡 志远 雪梅 文静")
