"""Points in time as files write them: ISO 8601, dates, seconds since 1970 and their fractions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median

from palate.retrieval.records.common import EARLIEST, LATEST

#: Upper end of what a number can mean, and how many of it make a second.
_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (float("inf"), 1e9))

_DATES = ("%Y/%m/%d", "%Y.%m.%d", "%d-%b-%Y", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d %H:%M:%S")
_EIGHT_DIGITS = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT)$")
_ZONE_APART = re.compile(r"\s+(?=[+-]\d\d:?(\d\d)?$)")


class TimeReader:
    """Reads a column of times; what a bare number means is settled by the first ones."""

    def __init__(self) -> None:
        self._divisor: float | None = None
        self._known: dict[str, float | None] = {}  # what was no number; days come again and again

    def seconds(self, texts: Sequence[str | None]) -> list[float | None]:
        """Returns seconds since 1970 UTC; ``None`` where there is no text, or none understood.

        A time without a zone is UTC. Numbers are seconds, milli-, micro- or nanoseconds, judged
        by the median of the first ones; eight digits such as 20240131 are a date. Times before
        1900 or after 2200 are not understood.
        """
        numbers = [*map(_number, texts)]
        self._settle(texts, numbers)
        divisor, written = self._divisor, self._written
        return [
            None if text is None
            else _in_range(number / divisor) if divisor and number is not None
            else written(text)
            for text, number in zip(texts, numbers, strict=True)
        ]  # fmt: skip

    def _settle(self, texts: Sequence[str | None], numbers: Sequence[float | None]) -> None:
        if self._divisor is not None:
            return
        found = [abs(number) for number in numbers if number is not None]
        if found and not _are_dates(texts, numbers):
            middle = median(found)
            self._divisor = next(divisor for top, divisor in _UNITS if middle <= top)

    def _written(self, text: str) -> float | None:
        known = self._known
        if text not in known:
            if len(known) > 100_000:
                known.clear()
            moment = _moment(text)
            known[text] = None if moment is None else _in_range(moment)
        return known[text]


def _number(text: str | None) -> float | None:
    if text is None or "_" in text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None  # neither nan nor infinite


def _are_dates(texts: Sequence[str | None], numbers: Sequence[float | None]) -> bool:
    return all(
        number is None or (text is not None and _EIGHT_DIGITS.fullmatch(text.strip()))
        for text, number in zip(texts, numbers, strict=True)
    )


def _in_range(seconds: float) -> float | None:
    return seconds if EARLIEST <= seconds <= LATEST else None


def _moment(text: str) -> float | None:
    """Tries ISO 8601, and one other way after the other."""
    tidy = _ZONE_APART.sub("", _ZONE_NAME.sub("Z", text.strip()))
    found = _iso(tidy)
    for form in _DATES:
        if found is not None:
            break
        found = _formatted(tidy, form)
    if found is None:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _formatted(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
