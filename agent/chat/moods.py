"""Moods: which kinds go with "violent" or "light", which against, and which words speak of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from palate.agent.chat.state import Term


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood, as it is told from what a catalogue holds.

    Attributes:
        name: Its one name.
        said: What people say for it; comparatives are read from these, too.
        genres: Genres that go with it, by their one names, the strongest first.
        against: Genres that go against it.
        words: Words of texts that speak of it.
        opposite: Name of the mood that it ends, where both are asked for.
    """

    name: str
    said: str
    genres: str
    against: str
    words: str
    opposite: str = ""


_MOODS = (
    Mood("violent", "violent violence bloody gory brutal gruesome graphic gritty",
         "war horror action crime thriller western",
         "comedy family romance animation musical documentary",
         "violent violence brutal bloody blood gore killing killer murder shooting slaughter"),
    Mood("scary", "scary frightening creepy spooky terrifying disturbing horrifying",
         "horror thriller mystery", "comedy family romance musical animation",
         "scary terror dread nightmare haunted frightening slasher"),
    Mood("dark", "dark bleak grim depressing heavy gloomy cynical harrowing",
         "noir horror crime war thriller", "comedy family musical animation romance",
         "dark bleak grim tragic despair harrowing death", "light"),
    Mood("sad", "sad tragic melancholy", "drama war", "comedy family animation musical adventure",
         "sad tragic grief death tears loss melancholy", "light"),
    Mood("light", "light lighthearted light-hearted cheerful uplifting happier bright warm fun "
         "feelgood feel-good gentle cosy cozy mild soft",
         "comedy family animation musical romance", "horror war noir crime thriller drama",
         "light funny warm cheerful gentle charming sweet", "dark"),
    Mood("funny", "funny hilarious humorous comic", "comedy", "horror war noir drama",
         "funny hilarious comic laughs jokes gags"),
    Mood("romantic", "romantic sentimental", "romance musical", "horror war western crime action",
         "love romance romantic kiss wedding"),
    Mood("tense", "tense intense suspenseful gripping exciting thrilling",
         "thriller horror mystery noir crime action", "comedy family musical romance animation",
         "tense suspense danger chase hunted"),
    Mood("fast", "fast fast-paced loud action-packed", "action adventure thriller",
         "drama romance documentary", "fast action chase explosions", "slow"),
    Mood("slow", "slow quiet calm meditative", "drama romance documentary",
         "action adventure thriller horror", "slow quiet gentle meditative", "fast"),
    Mood("weird", "weird strange surreal odd", "fantasy science fiction horror animation",
         "romance war documentary", "strange surreal weird dream bizarre"),
    Mood("silly", "silly goofy cheesy corny", "comedy animation family", "drama war noir",
         "silly slapstick goofy gags", "serious"),
    Mood("serious", "serious solemn", "drama war documentary noir",
         "comedy animation family musical", "serious moral conscience truth", "silly"),
    Mood("clever", "clever smart complicated", "mystery thriller science fiction", "",
         "clever smart puzzle twist scheme plot"),
)  # fmt: skip
BY_NAME = {mood.name: mood for mood in _MOODS}
_CHINESE = {"暴力": "violent", "血腥": "violent", "悲伤": "sad", "沉重": "dark", "轻松": "light"}
_BY_WORD = {word: mood for mood in _MOODS for word in mood.said.split()} | {
    word: BY_NAME[name] for word, name in _CHINESE.items()
}


def mood_of(word: str) -> Mood | None:
    """Returns the mood that a word or its comparative names: "violent", "funnier", "sadder"."""
    low = word.casefold()
    return next((_BY_WORD[form] for form in (low, *_positives(low)) if form in _BY_WORD), None)


def _positives(word: str) -> tuple[str, ...]:
    """Returns what a comparative may be of: "funny" for "funnier", "sad" for "sadder"."""
    stem = word.removesuffix("er")
    if stem == word or len(stem) < 3:
        return ()
    bare = stem[:-1] + "y" if stem.endswith("i") else stem
    return (bare, stem + "e", re.sub(r"(.)\1$", r"\1", stem))


def mood_term(
    mood: Mood, shown: str, tags: Mapping[str, str], than: tuple[str, ...], *, likes: bool
) -> Term:
    """Returns what a mood puts in force.

    Args:
        mood: The mood.
        shown: How it is shown.
        tags: Folded word -> tag of the catalogue.
        than: The slate that it is measured against.
        likes: Whether more of it is wanted.
    """
    return Term(
        "", shown, words=mood.words, likes=likes, mood=mood.name, than=than,
        tags=_held(mood.genres, tags), against=_held(mood.against, tags),
    )  # fmt: skip


def _held(genres: str, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the catalogue's tags for genres."""
    names = re.findall(r"science fiction|[a-z]+", genres)
    return tuple(dict.fromkeys(tags[name] for name in names if name in tags))


def opposed(old: Term, new: Term) -> bool:
    """Tells whether two moods cannot be wanted at once."""
    if not old.mood or not new.mood:
        return False
    if old.mood == new.mood:
        return old.likes is not new.likes
    ends = BY_NAME[new.mood].opposite == old.mood or BY_NAME[old.mood].opposite == new.mood
    return ends and old.likes and new.likes
