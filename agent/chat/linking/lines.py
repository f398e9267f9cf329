"""A line of a list of titles, taken apart: number, title, year, and what stands in brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from palate.agent.chat.linking.names import ARTICLES
from palate.agent.chat.linking.tokens import Token, tokens_of

OPEN, CLOSE = "\"'“‘«《「『*_", "\"'”’»》」』*_"
#: What a line of a list begins with.
MARK = re.compile(r"^\s*(?:\d{1,3}\s*[.):]|[-*•])\s*")
#: What ends a sentence; the three dots of "Waiting..." are the title's own.
_DOT = re.compile(r"(?<![.])[.,;]$")
_ASIDE = re.compile(r"\s*[(\[][^)\]]{1,60}[)\]]$")
_SERIES = re.compile(
    r"[(\[][^)]*\b(?:tv|series|show|shorts|season|game|upcoming)\b[^)]*[)\]]", re.IGNORECASE
)
_YEAR = re.compile(r"\s*[(\[]\s*((?:18|19|20)\d{2})\b[^)\]]*[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Line:
    """What a line says.

    Attributes:
        title: Without number, quotes, year and aside.
        tokens: Of the title, an article that was put last in its place.
        aside: Whether something stood in brackets that may tell films apart.
        series: Whether it says that it is no film.
    """

    title: str
    tokens: Sequence[Token]
    year: int | None
    aside: bool
    series: bool

    @classmethod
    def of(cls, text: str) -> Line | None:
        """Returns the parts; ``None`` for a line without words."""
        line = _DOT.sub("", MARK.sub("", text).strip())
        series = bool(_SERIES.search(line))
        year = _YEAR.search(line)
        if year:
            line = line[: year.start()]
        bare = _ASIDE.sub("", line)
        title = bare.strip(OPEN + CLOSE + " ,")
        tokens = tokens_of(title)
        if len(tokens) > 1 and tokens[-1].word in ARTICLES and tokens[-1].comma:
            tokens = [tokens[-1], *tokens[:-1]]
        wanted = int(year[1]) if year else None
        return cls(title, tokens, wanted, bare != line, series) if tokens else None
