"""Words for the same thing: what people say, and what catalogues call it."""

from __future__ import annotations

from collections.abc import Iterable

#: Fields that hold minutes, the first one there counts.
LENGTHS = ("runtime", "duration", "length", "minutes", "running_time")
#: Fields that tell how long a thing is that is read, where none holds minutes.
PAGES = ("pages", "page_count", "num_pages", "number_of_pages")
#: Fields that hold a price, the first one there counts.
PRICES = ("price", "cost", "sale_price", "list_price", "price_usd", "price_eur", "unit_price")
#: What people say -> the one name of a genre (as in `palate.agent.reasons.lexicon.GENRES`).
GENRE_WORDS = {
    "funny": "comedy", "funnier": "comedy", "comedies": "comedy", "comic": "comedy",
    "laugh": "comedy", "hilarious": "comedy", "humorous": "comedy", "rom com": "comedy",
    "romcom": "comedy", "rom-com": "comedy", "scary": "horror", "scarier": "horror",
    "spooky": "horror", "creepy": "horror", "gore": "horror", "frightening": "horror",
    "slasher": "horror", "horrors": "horror", "romantic": "romance", "love story": "romance",
    "love stories": "romance", "romances": "romance", "animated": "animation",
    "cartoon": "animation", "cartoons": "animation", "pixar": "animation", "disney": "animation",
    "superhero": "action", "superheroes": "action", "marvel": "action", "martial arts": "action",
    "thrillers": "thriller", "suspense": "thriller", "suspenseful": "thriller",
    "thrilling": "thriller", "dramas": "drama", "dramatic": "drama", "kids": "family",
    "children": "family", "child": "family", "my son": "family", "my daughter": "family",
    "sci fi": "science fiction", "scifi": "science fiction", "sci-fi": "science fiction",
    "space": "science fiction", "robots": "science fiction", "aliens": "science fiction",
    "musicals": "musical", "documentaries": "documentary", "westerns": "western",
    "cowboys": "western", "mysteries": "mystery", "whodunit": "mystery", "detective": "mystery",
    "crimes": "crime", "gangster": "crime", "mafia": "crime", "heist": "crime",
    "heists": "crime", "fantasies": "fantasy", "magic": "fantasy", "wizards": "fantasy",
    "wars": "war", "adventures": "adventure", "adventurous": "adventure",
}  # fmt: skip
#: Those of them that only lean to a genre: good for taste, too weak for a condition.
LEANING = frozenset(
    "marvel pixar disney space robots aliens magic wizards laugh heist heists gore detective "
    "child children kids cowboys mafia gangster superhero superheroes thrilling dramatic".split()
) | {"martial arts", "my son", "my daughter"}
#: A genre's one name in words of a Chinese speaker beyond the names of genres.
GENRE_WORDS_ZH = {
    "搞笑": "comedy", "好笑": "comedy", "喜剧": "comedy", "吓人": "horror", "可怕": "horror",
    "恐怖": "horror", "浪漫": "romance", "卡通": "animation", "孩子": "family", "小孩": "family",
    "警匪": "crime", "黑帮": "crime", "打斗": "action", "功夫": "action", "太空": "science fiction",
    "侦探": "mystery", "打仗": "war", "推理": "mystery", "惊险": "thriller", "爱情故事": "romance",
    "鬼片": "horror", "枪战": "action", "武打": "action", "谍战": "thriller", "阖家": "family",
}  # fmt: skip


def length_field(fields: Iterable[str]) -> str:
    """Returns the field that tells how long an item is; empty where none of a catalogue's does."""
    held = set(fields)
    return next((name for name in (*LENGTHS, *PAGES) if name in held), "")


def unit_of(field: str, language: str = "en") -> str:
    """Returns the unit behind a number of a field, with its space; empty where it has none."""
    chinese = language.startswith("zh")
    if field in LENGTHS:
        return "分钟" if chinese else " min"
    if field in PAGES:
        return "页" if chinese else " pages"
    return ""


def price_field(fields: Iterable[str]) -> str:
    """Returns the field that holds a price; empty where none of a catalogue's does."""
    held = set(fields)
    return next((name for name in PRICES if name in held), "")
