"""Events: columns cleaned at once, judged row by row, written in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from palate.domain import Action
from palate.retrieval.ingest.actions import action_code
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.columns import ALIASES, Columns
from palate.retrieval.ingest.missing import Missing
from palate.retrieval.ingest.rejects import Reject, Rejects
from palate.retrieval.ingest.report import Tally
from palate.retrieval.ingest.times import TimeReader
from palate.retrieval.ingest.values import LONGEST_TEXT, MISSING
from palate.retrieval.records.events import EventBatch, EventWriter, content_digests, key_digest
from palate.retrieval.schema import ACTION_CODES

if TYPE_CHECKING:
    import polars as pl

_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]"
_RATE, _VIEW = ACTION_CODES[Action.RATE], ACTION_CODES[Action.VIEW]
_FREE_TEXT = ("scene", "text")


class EventIngest:
    """Takes chunks of a file of events into an open transaction."""

    def __init__(
        self,
        writer: EventWriter,
        columns: Columns,
        missing: Missing,
        tally: Tally,
        rejects: Rejects,
    ) -> None:
        self._writer = writer
        self._columns = columns
        self._missing = missing
        self._tally = tally
        self._rejects = rejects
        self._times = TimeReader()
        self._repeats: dict[int, int] = {}

    def take(self, chunk: Chunk) -> None:
        """Cleans, judges and writes the rows of a chunk."""
        import polars as pl

        texts = {name: self._text(chunk, name) for name in ALIASES["events"]}
        frame = pl.DataFrame({name: text for name, text in texts.items() if text is not None})
        judged = self._judge(frame)
        self._reject(chunk, judged)
        good = judged.filter(pl.col("reason").is_null())
        if len(good):
            added = self._writer.write(self._batch(good))
            self._tally.new += added
            self._tally.duplicates += len(good) - added

    def _text(self, chunk: Chunk, name: str) -> pl.Series | None:
        """One column of ours as clean text; null where there is nothing."""
        import polars as pl

        theirs = self._columns.source.get(name)
        if theirs is None:
            constant = self._columns.constants.get(name)
            return None if constant is None else pl.repeat(constant, len(chunk), eager=True)
        text = self._clean(name, chunk.text(theirs))
        fill = self._missing.fill.get(theirs)
        if fill is not None and text.null_count():
            self._tally.clean(name, self._missing.label[theirs], text.null_count())
            text = text.fill_null(fill)
        return text

    def _clean(self, name: str, text: pl.Series) -> pl.Series:
        import polars as pl

        text = text.str.strip_chars()
        dirty = text.str.contains(_CONTROL).sum()
        if dirty:
            self._tally.clean(name, "control characters removed", int(dirty))
            text = text.str.replace_all(_CONTROL, "").str.strip_chars()
        if name in ("user", "item"):
            floats = text.str.contains(r"^\d+\.0$").sum()
            self._tally.clean(name, "12.0 read as 12", int(floats or 0))
            text = text.str.replace(r"^(\d+)\.0$", "$1") if floats else text
        if name in _FREE_TEXT:
            long = (text.str.len_chars() > LONGEST_TEXT).sum()
            self._tally.clean(name, f"cut to {LONGEST_TEXT:,} characters", int(long or 0))
            text = text.str.slice(0, LONGEST_TEXT) if long else text
        nothing = text.is_in(list(MISSING))
        return pl.select(pl.when(~nothing).then(text)).to_series() if nothing.any() else text

    def _judge(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Adds typed columns, and the reason why a row cannot be taken."""
        import polars as pl

        none = pl.lit(None, pl.String)
        given = {name: name in frame.columns for name in ALIASES["events"]}
        value = pl.col("value") if given["value"] else none
        time = self._times.seconds(frame["time"]) if given["time"] else none.cast(pl.Float64)
        frame = frame.with_columns(
            number=value.cast(pl.Float64, strict=False),
            at=time,
            code=self._codes(frame),
            known=pl.col("item").is_in(self._known(frame["item"])),
        )
        written_time = pl.col("time") if given["time"] else none
        rules = (
            (pl.col("user").is_null(), "no user"),
            (pl.col("item").is_null(), "no item"),
            (value.is_not_null() & ~pl.col("number").is_finite().fill_null(False),
             "value is not a number"),
            (pl.col("code").is_null(), "action is not known"),
            ((pl.col("code") == _RATE) & pl.col("number").is_null(), "rating without a value"),
            (written_time.is_not_null() & pl.col("at").is_null(), "time is not understood"),
            *self._drops(frame),
            (~pl.col("known"), "item is not in the catalogue"),
        )  # fmt: skip
        reason = pl.coalesce([pl.when(rule).then(pl.lit(why)) for rule, why in rules])
        return frame.with_columns(reason=reason).with_row_index("row")

    def _drops(self, frame: pl.DataFrame) -> list[tuple[pl.Expr, str]]:
        import polars as pl

        return [
            (pl.col(ours).is_null(), f"no {ours}")
            for ours, theirs in self._columns.source.items()
            if theirs in self._missing.drop and ours in frame.columns
        ]

    def _codes(self, frame: pl.DataFrame) -> pl.Expr:
        """Without an action, a row with a value is a rating and one without is a view."""
        import polars as pl

        has_value = pl.col("value").is_not_null() if "value" in frame.columns else pl.lit(False)
        default = pl.when(has_value).then(pl.lit(_RATE)).otherwise(pl.lit(_VIEW)).cast(pl.Int8)
        if "action" not in frame.columns:
            return default
        codes = {text: action_code(text) for text in frame["action"].unique() if text is not None}
        column = pl.Series([codes.get(text) for text in frame["action"]], dtype=pl.Int8)
        return pl.when(pl.col("action").is_null()).then(default).otherwise(pl.lit(column))

    def _known(self, item: pl.Series) -> list[str]:
        wanted = [name for name in item.unique().to_list() if name is not None]
        keys = self._writer.known(wanted)
        return [name for name in wanted if name in keys]

    def _reject(self, chunk: Chunk, judged: pl.DataFrame) -> None:
        import polars as pl

        bad = judged.filter(pl.col("reason").is_not_null()).select("row", "reason")
        for row, reason in bad.iter_rows():
            self._tally.rejected[reason] += 1
            self._rejects.write(Reject(chunk.lines[row], reason, chunk.row(row)))

    def _batch(self, good: pl.DataFrame) -> EventBatch:
        columns = {name: good[name].to_list() for name in good.columns}
        return EventBatch(
            users=columns["user"],
            items=columns["item"],
            actions=columns["code"],
            values=columns["number"] if "value" in columns else None,
            at=columns["at"] if "time" in columns else None,
            scenes=columns.get("scene"),
            texts=columns.get("text"),
            recommendations=columns.get("recommendation"),
            digests=self._digests(good),
        )

    def _digests(self, good: pl.DataFrame) -> list[int]:
        """The idempotency key of each row: its own, or made of all that it says."""
        wanted = ("user", "item", "code", "number", "at", "scene", "text")
        blank: list[None] = [None] * len(good)
        rows: list[tuple[Any, ...]] = list(
            zip(
                *(good[name].to_list() if name in good.columns else blank for name in wanted),
                strict=True,
            )
        )
        digests = content_digests(rows)
        if good["at"].null_count():
            digests = self._apart(digests, rows)
        keys = good["key"].to_list() if "key" in good.columns else blank
        return [
            digest if key is None else key_digest(key)
            for key, digest in zip(keys, digests, strict=True)
        ]

    def _apart(self, digests: list[int], rows: list[tuple[Any, ...]]) -> list[int]:
        """Without times, doing the same again is a row like the first one: counts them."""
        repeats = self._repeats
        for index, row in enumerate(rows):
            if row[4] is None:
                digest = digests[index]
                repeats[digest] = nth = repeats.get(digest, 0) + 1
                if nth > 1:
                    digests[index] = content_digests([row], nth)[0]
        return digests
