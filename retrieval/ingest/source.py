"""A file as bytes and as text: gzip, encodings, progress, and what can be wrong with them."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from palate.errors import CatalogueError

Progress = Callable[[int, int | None], None]

_BLOCK = 1 << 20
_LONGEST_LINE = 64 << 20
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_OTHERS = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"(\xb5/\xfd": "a zstd file",
    b"SQLite format 3": "a SQLite database",
    b"%PDF": "a PDF",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A file to ingest. ``name`` is without ``.gz``; ``head`` is its beginning, unpacked."""

    path: Path
    name: str
    size: int
    packed: bool
    head: bytes

    @classmethod
    def open(cls, path: Path) -> Source:
        """Looks at a file.

        Raises:
            CatalogueError: It is not there, empty, unreadable, or of a kind that is not taken.
        """
        try:
            with path.open("rb") as file:
                start = file.read(16)
            size = path.stat().st_size
        except OSError as error:
            raise CatalogueError(
                f"Cannot read {path} ({error.strerror}): name a file that is there."
            ) from None
        packed = start.startswith(_GZIP)
        name = path.name.removesuffix(".gz") if packed else path.name
        source = cls(path, name, size, packed, b"")
        head = next(source.blocks(), b"")
        source._check(head)
        return cls(path, name, size, packed, head)

    def _check(self, head: bytes) -> None:
        for magic, kind in _OTHERS.items():
            if head.startswith(magic):
                raise CatalogueError(
                    f"{self.path.name} is {kind}: save it as CSV, TSV, JSONL or Parquet, plain "
                    "or gzip."
                )
        if not head.strip():
            raise CatalogueError(f"{self.path.name} is empty: name a file with rows.")

    @property
    def is_parquet(self) -> bool:
        """Whether the content is Parquet."""
        return self.head.startswith(_PARQUET)

    @property
    def encoding(self) -> str:
        """UTF-8, unless a byte order mark says otherwise."""
        return next((name for mark, name in _MARKS if self.head.startswith(mark)), "utf-8")

    def first_line(self, encoding: str) -> str:
        """Returns the first line that is not empty, without its end."""
        text = codecs.getincrementaldecoder(encoding)("replace").decode(self.head)
        return next((line for line in text.splitlines() if line.strip()), "")

    def blocks(self, progress: Progress | None = None) -> Iterator[bytes]:
        """Yields the unpacked bytes.

        Raises:
            CatalogueError: The gzip stream is cut off or damaged.
        """
        try:
            with self.path.open("rb") as raw, self._unpacked(raw) as stream:
                while block := stream.read(_BLOCK):
                    yield block
                    if progress:
                        progress(min(raw.tell(), self.size), self.size)
        except EOFError:
            raise CatalogueError(
                f"{self.path.name} ends in the middle of its gzip stream: fetch it again."
            ) from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise CatalogueError(
                f"{self.path.name} is a damaged gzip file ({error}): fetch it again."
            ) from None

    def _unpacked(self, raw: BinaryIO) -> AbstractContextManager[BinaryIO | gzip.GzipFile]:
        return gzip.GzipFile(fileobj=raw) if self.packed else nullcontext(raw)

    def lines(self, encoding: str, progress: Progress | None = None) -> Iterator[str]:
        r"""Yields text in pieces of whole lines, each line ended by ``\n``.

        Raises:
            CatalogueError: The bytes are not in this encoding, or a line has no end.
        """
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        rest: list[str] = []
        held = done = 0
        for block in self.blocks(progress):
            text = self._decode(decoder, block, done)
            done += len(block)
            cut = text.rfind("\n") + 1
            if cut:
                yield _ends("".join((*rest, text[:cut])))
                rest, held = [], 0
            rest.append(text[cut:])
            held += len(text) - cut
            if held > _LONGEST_LINE:
                raise CatalogueError(
                    f"{self.path.name} has a line of over {_LONGEST_LINE >> 20} MB: it is no "
                    "text file with rows."
                )
        last = "".join((*rest, self._decode(decoder, b"", done)))
        if last:
            yield _ends(last) + "\n"

    def _decode(self, decoder: codecs.IncrementalDecoder, block: bytes, done: int) -> str:
        try:
            return decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise CatalogueError(
                f"{self.path.name} is not valid {error.encoding.upper()} near byte "
                f"{done + error.start:,}: save it as UTF-8."
            ) from None


def _ends(text: str) -> str:
    """Makes line ends of Windows and of old Macs plain ones."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
