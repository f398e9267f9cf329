"""Index words: every script is found, whatever the spelling; nothing breaks them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.retrieval.words import LONGEST_WORD, fold, latin_share, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Amélie", "amelie"),
        ("STRASSE", "straße"),
        ("ＦＵＬＬ width", "full width"),
        ("comedies", "comedy"),
        ("dogs running", "dog run"),
        ("falling", "falls"),
        ("Ёлки", "елки"),
        ("ｶﾞﾝﾀﾞﾑ", "ガンダム"),
        ("اَلصَّحْرَاءُ", "الصحراء"),
        ("الصحراء", "صحراء"),
        ("إلى أحمد", "الى احمد"),
        ("مدينة", "مدينه"),
        ("شـــعر", "شعر"),
        ("١٩٩٤", "1994"),
        ("שָׁלוֹם", "שלום"),
        ("👍🏽", "👍"),
        ("❤️", "❤"),
    ],
)
def test_spellings_meet(one, other):
    assert words(one) == words(other) != []


@pytest.mark.parametrize(
    ("one", "other"), [("か", "が"), ("hat", "that"), ("हिन्दी", "हन्द"), ("爱", "受"), ("😀", "😢")]
)
def test_different_words_stay_different(one, other):
    assert set(words(one)).isdisjoint(words(other))


def test_scripts_without_spaces_give_characters_and_pairs():
    assert words("海边小镇") == ["海", "边", "小", "镇", "海边", "边小", "小镇"]
    assert "京物" in words("東京物語")
    assert "영화" in words("한국영화를")
    assert "ไท" in words("ไทย")


def test_scripts_in_one_text_are_told_apart():
    assert words("看Netflix的2024年") == ["看", "netflix", "的", "2024", "年"]


def test_names_with_joiners_are_found_either_way():
    assert {"spider", "man", "spiderman"} <= set(words("Spider-Man"))
    assert words("AT&T") == ["at", "att"]
    assert set(words("Ocean's")) == {"ocean"}


def test_emoji_and_flags_are_words():
    assert words("🎬 in 🇫🇷") == ["🎬", "in", "🇫🇷"]


def test_how_much_is_latin():
    assert latin_share("a film") == latin_share("фильм") == 1
    assert latin_share("电影") == latin_share("😀 !") == latin_share("") == 0


@given(st.text())
def test_words_never_fail_and_can_stand_in_a_row(text):
    found = words(text)
    assert all(word and len(word) <= LONGEST_WORD and not word.isspace() for word in found)
    assert words(fold(text)) == words(fold(fold(text)))


def test_ten_megabytes_are_cut_short():
    started = time.perf_counter()
    words("word " * 2_000_000)
    words("海" * 10_000_000)
    assert time.perf_counter() - started < 1
