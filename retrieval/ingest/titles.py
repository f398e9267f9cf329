"""Titles as MovieLens writes them: ``City of Lost Children, The (Cité..., La) (1995)``."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ARTICLES = (
    "The|A|An|La|Le|Les|L'|Un|Une|Des|El|Los|Las|Una|Il|Lo|I|Gli|Der|Die|Das|Ein|Eine|Det|Den|De|"
    "Het|Een|En|Et|O|Os|As|Um|Uma"
)
_YEAR = re.compile(r"\s*\((\d{4})(?:\s*[-–]\s*(?:\d{4})?)?\)\s*$")
_LAST_PARENTHESIS = re.compile(r"^(.*\S)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)\s*$", re.DOTALL)
_ARTICLE = re.compile(rf"^(.*\S),\s*({_ARTICLES})$", re.DOTALL | re.IGNORECASE)
_ALSO = re.compile(r"^(?:a\.?\s?k\.?\s?a\.?:?\s+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart.

    Attributes:
        main: As a person says it, the article in front.
        also: Other titles that stood in parentheses.
        year: The year at the end.
    """

    main: str
    also: tuple[str, ...] = ()
    year: int | None = None


def split_title(text: str) -> Title:
    """Takes a MovieLens title apart: ``"Matrix, The (1999)"`` is ``The Matrix``, 1999."""
    text = text.strip()
    found = _YEAR.search(text)
    year = int(found[1]) if found else None
    rest = text[: found.start()].strip() if found else text
    also: list[str] = []
    while match := _LAST_PARENTHESIS.match(rest):
        rest = match[1]
        also.insert(0, _article_first(_ALSO.sub("", match[2]).strip()))
    main = _article_first(rest)
    if not main:
        return Title(text)
    return Title(main, tuple(other for other in also if other and other != main), year)


def looks_like_movielens(titles: list[str]) -> bool:
    """Returns whether most titles end with a year in parentheses."""
    return bool(titles) and 2 * sum(_YEAR.search(title) is not None for title in titles) > len(
        titles
    )


def _article_first(title: str) -> str:
    match = _ARTICLE.match(title)
    if not match:
        return title
    gap = "" if match[2].endswith("'") else " "
    return f"{match[2]}{gap}{match[1]}"
