"""Points in time as files write them: ISO 8601, dates, seconds since 1970 and their fractions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: Upper end of what a number can mean, and how many of it make a second.
_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (float("inf"), 1e9))

_ZONED = "%Y-%m-%d %H:%M:%S%.f%z"
_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d-%b-%Y", "%d %b %Y", "%B %d, %Y", "%Y%m%d")
_EARLIEST, _LATEST = -2_208_988_800.0, 7_258_118_400.0  # 1900 and 2200


class TimeReader:
    """Reads a column of times; what a bare number means is settled by the first ones."""

    def __init__(self) -> None:
        self._divisor: float | None = None

    def seconds(self, text: pl.Series) -> pl.Series:
        """Returns seconds since 1970 UTC; null where the text is null or not understood.

        A time without a zone is UTC. Numbers are seconds, milli-, micro- or nanoseconds, judged
        by the median of the first ones; eight digits such as 20240131 are a date. Times before
        1900 or after 2200 are not understood.
        """
        import polars as pl

        number = text.cast(pl.Float64, strict=False)
        if number.null_count() < len(number):
            number = self._epoch(text, number)
        result = number
        if result.null_count() > text.null_count():
            written = text.set(number.is_not_null(), None) if number.len() else text
            result = number.zip_with(number.is_not_null(), _written(written))
        fits = result.is_between(_EARLIEST, _LATEST)
        return result.set(~fits.fill_null(False), None)

    def _epoch(self, text: pl.Series, number: pl.Series) -> pl.Series:
        if self._divisor is None:
            if _are_dates(text, number):
                return number.clear(len(number))  # all null: left to the date formats
            median = float(number.abs().median() or 0)  # type: ignore[arg-type]
            self._divisor = next(divisor for top, divisor in _UNITS if median <= top)
        return number / self._divisor


def _are_dates(text: pl.Series, number: pl.Series) -> bool:
    digits = text.filter(number.is_not_null()).str.strip_chars()
    return bool((digits.str.contains(r"^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$")).all())


def _written(text: pl.Series) -> pl.Series:
    """Tries one format after the other on what is not understood yet."""
    import polars as pl

    tidy = (
        text.str.strip_chars()
        .str.replace(r"^(\d{4}-\d\d-\d\d)[Tt]", "$1 ")
        .str.replace(r"\s*(?:[Zz]|UTC|GMT)$", "+0000")
        .str.replace(r"\s*([+-]\d\d):?(\d\d)$", "$1$2")
        .str.replace(r"(:\d\d)\s*([+-]\d\d)$", "$1${2}00")
    )
    result = pl.Series(text.name, [None] * len(text), pl.Float64)
    zoned = tidy.str.contains(r":\d\d(\.\d+)?[+-]\d{4}$").fill_null(False)
    if zoned.any():
        times = tidy.set(~zoned, None).str.to_datetime(_ZONED, strict=False, time_zone="UTC")
        result = _filled(result, times)
    for form in (*_FORMATS, *_DATES):
        if result.null_count() <= text.null_count():
            break
        left = tidy.set(zoned | result.is_not_null(), None)
        if form in _DATES:
            result = _filled(result, left.str.to_date(form, strict=False).cast(pl.Datetime("us")))
        else:
            result = _filled(result, left.str.to_datetime(form, strict=False, time_unit="us"))
    return result


def _filled(result: pl.Series, times: pl.Series) -> pl.Series:
    found = times.dt.epoch("us") / 1e6
    return result.zip_with(result.is_not_null(), found)
