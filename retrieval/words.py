"""From text to index words, for every script.

Latin, Greek, Cyrillic, Hebrew, Arabic, Indic: words, without accents and case, English endings
taken off lightly. Han, kana, hangul, Thai, Lao, Khmer, Burmese: single characters and pairs of
neighbours, so that a word of two characters is found without a dictionary. Emoji are words.
Documents and requests go through the same function, so that they always meet.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain, pairwise

#: Text beyond this is not read: a title and a description fit many times over.
LONGEST_TEXT = 20_000
#: Longer tokens are hashes and links, not words.
LONGEST_WORD = 64

_UNSPACED = (
    "\u0e00-\u0e3e\u0e40-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17d3"
    "\u3005-\u3007\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3100-\u312f"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_EMOJI = "[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001fbff]"
_LETTER = rf"(?:(?![{_UNSPACED}])(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff\u0f18-\u0fff]))"
# "Wall-E", "l'avventura", "AT&T": parts of one name, each a word and all together one more.
_JOINER = "['\u2019\u02bc\u00b7\u30fb&.\\-\u2010\u2011]"
_PIECE = re.compile(
    rf"(?P<run>[{_UNSPACED}]+)|(?P<word>{_LETTER}+(?:{_JOINER}{_LETTER}+)*)"
    rf"|(?P<emoji>{_FLAG}|{_EMOJI})"
)
_ASCII_PIECE = re.compile(r"[a-z0-9]+(?:['&.\-][a-z0-9]+)*")
_SPLIT = re.compile(_JOINER)
# Combining classes of vowel points and accents that people leave out when they type: Hebrew and
# Arabic points (10-36) and the accents above and below of Latin, Greek and Cyrillic (200-240).
# Kana voicing marks (8) and Indic vowel signs (0, 7, 9, 84, 91) make other words: they stay.
_DROPPED = frozenset([*range(10, 37), *range(200, 241)])
_SAME = str.maketrans(
    {
        "\u0640": None,  # Arabic tatweel stretches a word
        "\u0649": "\u064a",  # alef maqsura, written for yeh
        "\u06cc": "\u064a",  # Persian yeh
        "\u06a9": "\u0643",  # Persian kaf
        "\u0629": "\u0647",  # teh marbuta, written as heh
        "\u0671": "\u0627",  # alef wasla
        "\u200c": None,
        "\u200d": None,
        "\ufe0e": None,
        "\ufe0f": None,
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
    }
    | {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0, 0x966) for digit in range(10)}
    | {chr(tone): None for tone in range(0x1F3FB, 0x1F400)}  # skin tones
)
_ARABIC_PREFIX = re.compile("^(?:[\u0648\u0628\u0643\u0641]?\u0627\u0644|\u0644\u0644)(?=...)")
_VOWEL = re.compile("[aeiouy]")


def words(text: str) -> list[str]:
    """Returns the index words of a text, in order, with repeats.

    Args:
        text: Anything; only the first ``LONGEST_TEXT`` characters are read.
    """
    text = text[:LONGEST_TEXT]
    if text.isascii():
        return list(chain.from_iterable(map(_words_of, _ASCII_PIECE.findall(text.lower()))))
    found: list[str] = []
    for match in _PIECE.finditer(fold(text)):
        piece = match.group()
        if match.lastgroup == "run":
            found.extend(piece)
            found.extend(map("".join, pairwise(piece)))
        elif match.lastgroup == "word":
            found.extend(_words_of(piece))
        else:
            found.append(piece)
    return found


def fold(text: str) -> str:
    """Returns text in the one spelling that is indexed: NFKC, case folded, accents dropped."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(ch for ch in plain if unicodedata.combining(ch) not in _DROPPED)
    return unicodedata.normalize("NFC", kept).translate(_SAME)


def latin_share(text: str) -> float:
    """Returns which share of the letters are Latin, Greek or Cyrillic, in [0, 1]; 0 for none."""
    letters = [ch for ch in text[:LONGEST_TEXT] if ch.isalpha()]
    return sum(ch < "\u0530" for ch in letters) / len(letters) if letters else 0.0


@lru_cache(maxsize=131_072)
def _words_of(piece: str) -> tuple[str, ...]:
    """Returns the word of a piece; of "spider-man" the parts and the whole."""
    parts = _SPLIT.split(piece)
    whole = "".join(parts)
    forms = [part for part in parts if len(part) > 1] + [whole] if len(parts) > 1 else [whole]
    return tuple(stem(form) for form in forms if len(form) <= LONGEST_WORD)


def stem(word: str) -> str:
    """Takes the commonest endings off an English word, and the article off an Arabic one.

    A light form of Porter's step 1 (M. F. Porter, "An algorithm for suffix stripping", 1980):
    plurals, ``-ed``, ``-ing`` and a final ``e`` or ``y``. Other Latin-script languages lose
    the same endings in documents and requests alike, so that they still meet.
    """
    if not word.isascii():
        return _ARABIC_PREFIX.sub("", word) if "\u0600" <= word[0] <= "\u06ff" else word
    if len(word) < 4 or not word.isalpha():
        return word
    return _end(_past(_plural(word)))


def _plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _past(word: str) -> str:
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and _VOWEL.search(base):
            doubled = base[-1] == base[-2] and base[-1] not in "lsz"
            return base[:-1] if doubled else base
    return word


def _end(word: str) -> str:
    if len(word) > 3 and word.endswith("e"):
        return word[:-1]
    if len(word) > 3 and word.endswith("y"):
        return word[:-1] + "i"
    return word
