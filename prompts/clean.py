"""Text from outside becomes data: one bounded line without control or direction characters.

Titles, descriptions, histories and requests are written by strangers. Nothing in them may open a
new line, a new role, or hide from the reader of the prompt.
"""

from __future__ import annotations

import re
import unicodedata

#: Characters that models read as turns or roles; an item has no business holding them.
_ROLE_MARKS = re.compile(r"<\|[^|>]{0,40}\|>|\[/?INST\]|<</?SYS>>|</?s>", re.IGNORECASE)
_BLANK = re.compile(r"\s+")
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
#: Joins the parts of an emoji and shapes letters in Indic and Persian words.
_KEPT_FORMATS = {"\u200d", "\u200c"}
#: What printable text needs cleaning for: marks, and blanks beside others or at an end.
_ODD = re.compile(r"[<\[]|  |^ | $")
_BIDI_AND_ZERO_WIDTH = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


def one_line(text: str, limit: int = 200) -> str:
    """Returns outside text as a single safe line.

    Args:
        text: Whatever the catalogue, the history or the request holds.
        limit: Characters at most; a longer text ends in an ellipsis, cut at a word.
    """
    if len(text) <= limit and text.isprintable() and not _ODD.search(text):
        return text  # nearly all, and a prompt cleans hundreds
    # A text of megabytes is cut before it is read: cleaning costs by the character.
    text = _BIDI_AND_ZERO_WIDTH.sub("", text[: limit * 8 + 64])
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    text = _BLANK.sub(" ", _ROLE_MARKS.sub(" ", text)).strip()
    return text if len(text) <= limit else _cut(text, limit)


def _visible(character: str) -> str:
    if character in _KEPT_FORMATS or character.isprintable():
        return character
    if character in "\t\n\r\v\f" or unicodedata.category(character) in {"Zl", "Zp"}:
        return " "
    return "" if unicodedata.category(character) in _DROPPED else " "


def _cut(text: str, limit: int) -> str:
    head = text[: limit - 1]
    word = head.rsplit(" ", 1)[0]
    return (word if len(word) > limit // 2 else head).rstrip(" ,;:.-") + "…"
