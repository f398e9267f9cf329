"""Bodies that no server should take: oversized, malformed, packed, or true to no shape.

Each is a whole request as it goes over the wire, and the statuses that may be answered to it.
"""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: Paths that take 1 MB, and those that take many rows in 16 MB.
PLAIN = ("/v1/recommend", "/v1/rerank", "/v1/predict", "/v1/chat", "/v1/chat/completions")
BULK = ("/v1/items", "/v1/users", "/v1/events", "/v1/feedback")
_MB = 1_000_000
_JSON = "Content-Type: application/json"


@dataclass(frozen=True)
class Bad:
    """One request.

    Attributes:
        name: What is wrong with it.
        path: Where it goes.
        make: Makes its body, when it is wanted: some have 16 MB.
        statuses: What may be answered.
        heads: Header lines but Host, Authorization and the length.
        sent: ``length`` says how long it is, ``chunked`` sends pieces, ``announced`` says that it
            is long and sends nothing.
    """

    name: str
    path: str
    make: Callable[[], bytes]
    statuses: tuple[int, ...] = (400, 422)
    heads: tuple[str, ...] = (_JSON,)
    sent: str = "length"

    def pieces(self, host: str, token: str) -> Iterator[bytes]:
        """Yields what goes over the wire."""
        body = self.make()
        length = {"length": len(body), "announced": 999_999_999}.get(self.sent)
        said = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        lines = (
            f"POST {self.path} HTTP/1.1", f"Host: {host}", f"Authorization: Bearer {token}",
            *self.heads, said, "", "",
        )  # fmt: skip
        yield "\r\n".join(lines).encode()
        if self.sent == "length":
            yield body
        if self.sent == "chunked":
            for start in range(0, len(body), 65_536):
                piece = body[start : start + 65_536]
                yield b"%x\r\n%b\r\n" % (len(piece), piece)
            yield b"0\r\n\r\n"


def _always(body: bytes) -> Callable[[], bytes]:
    return lambda: body


#: What is wrong whatever the path.
_ANYWHERE: dict[str, bytes] = {
    "nothing": b"",
    "cut off": b'{"text": "a heist fi',
    "a list": b"[]",
    "null": b"null",
    "a string": b'"x"',
    "a number": b"7",
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "a NUL": b"\0",
    "two values": b"{}{}",
    "NaN for a number": b'{"n": NaN, "documents": NaN, "items": NaN, "text": NaN, "messages": NaN}',
    "a number beyond all": b'{"n": 1e999, "documents": 1e999, "items": 1e999, "text": 1e999}',
    "a digit 5,000 times": b'{"n": ' + b"9" * 5000 + b"}",
    "100,000 lists in one another": b"[" * 100_000,
    "50,000 objects in one another": b'{"a":' * 50_000,
    "half a pair of surrogates": b'{"text": "\\ud800", "query": 1, "items": 1, "messages": 1}',
    "wrong types": b'{"user": 1, "n": "x", "text": [], "documents": 3, "items": {}, "messages": 0}',
    "the same name twice": b'{"n": 1, "n": 0, "text": 1, "text": 2, "items": 1, "items": 2}',
}


def _rows(path: str, row: str, times: int, last: str = "{}") -> bytes:
    name = {"/v1/feedback": "events"}.get(path, path.rpartition("/")[2])
    return f'{{"{name}": [{f"{row}," * times}{last}]}}'.encode()


def _members(number: int) -> str:
    return "{" + ",".join(f'"k{place:07d}":1' for place in range(number)) + "}"


def _wide() -> Iterator[Bad]:
    """Yields bodies within the size that hold very much, or very much that is wrong."""
    yield Bad("100,000 of a history", "/v1/recommend",
              lambda: json.dumps({"history": ["y"] * 100_000}).encode())  # fmt: skip
    yield Bad("1,000 constraints", "/v1/recommend",
              lambda: json.dumps({"constraints": ["x"] * 1000}).encode())  # fmt: skip
    yield Bad("900,000 lists in one another", "/v1/predict", lambda: b"[" * 900_000)
    yield Bad("a text of 1 MB in escapes", "/v1/chat",
              lambda: b'{"text": "' + b"\\u0041" * 160_000 + b'"}')  # fmt: skip
    yield Bad("1,000 documents of 90 unknown members", "/v1/rerank",
              f'{{"documents": [{",".join([_members(60)] * 1000)}]}}'.encode)  # fmt: skip
    part = '{"messages": [{"role": "user", "content": [%s]}]}'
    yield Bad("90,000 parts that are wrong", "/v1/chat/completions",
              (part % ",".join(['{"text":1}'] * 90_000)).encode)  # fmt: skip
    yield Bad("490,000 parts", "/v1/chat/completions",
              (part % ",".join(["1"] * 490_000)).encode, (413,))  # fmt: skip
    yield Bad("490,000 ids", "/v1/items/delete",
              f'{{"ids": [{",".join(["1"] * 490_000)}]}}'.encode, (413,))  # fmt: skip
    yield Bad("70,000 unknown members", "/v1/chat", lambda: _members(70_000).encode())
    wrong = '{"user":1,"item":2,"action":3,"value":"x","at":"y","text":2,"key":4}'
    yield Bad("10,000 rows of which all is wrong", "/v1/feedback",
              lambda: _rows("/v1/feedback", wrong, 9_999))  # fmt: skip


def _bulky() -> Iterator[Bad]:
    """Yields bodies of up to 16 MB on the paths that take so much."""
    for path in BULK:
        yield Bad("15 MB of a string", path, lambda: b'"' + b"x" * (15 * _MB) + b'"')
        yield Bad("5 million empty rows", path, lambda p=path: _rows(p, "{}", 5 * _MB), (413,))  # type: ignore[misc]
    yield Bad("15 million lists in one another", "/v1/items", lambda: b"[" * (15 * _MB))
    yield Bad("15 MB of digits", "/v1/users", lambda: b'{"users":' + b"9" * (15 * _MB))
    yield Bad("7 million numbers", "/v1/items", lambda: _rows("/v1/items", "1", 7 * _MB), (413,))
    yield Bad("a million members", "/v1/users", lambda: _members(_MB).encode(), (413,))
    yield Bad("10,000 rows of 100 members", "/v1/events",
              lambda: _rows("/v1/events", _members(100), 9_999), (413,))  # fmt: skip
    yield Bad("a field of 5 million objects", "/v1/items", lambda: _rows(
        "/v1/items", "", 0, '{"id":"a","title":"b","fields":{"k":[' + "{}," * (5 * _MB) + "{}]}}"
    ), (413,))  # fmt: skip
    sound = f'{{"id":"a","title":"b","text":"{"x" * 1000}"}}'
    yield Bad("9,999 sound rows, and one that is not", "/v1/items",
              lambda: _rows("/v1/items", sound, 9_999))  # fmt: skip


def _packed() -> Iterator[Bad]:
    """Yields 16 MB in some kilobytes: nothing is unpacked here."""
    bomb = gzip.compress(b" " * (16 * _MB))
    for packed in ("gzip", "deflate", "br", "identity, gzip"):
        made = zlib.compress(b" " * (16 * _MB)) if packed == "deflate" else bomb
        heads = (_JSON, f"Content-Encoding: {packed}")
        yield Bad(f"a bomb packed by {packed}", "/v1/recommend", _always(made), (415,), heads)
    yield Bad("a bomb that does not say so", "/v1/recommend", _always(bomb))
    for kind in ("text/plain", "multipart/form-data; boundary=x", "x"):
        heads = (f"Content-Type: {kind}",)
        yield Bad(f"JSON called {kind}", "/v1/recommend", _always(b'{"n": 1}'), heads=heads)


def _oversized() -> Iterator[Bad]:
    for path in (*PLAIN, *BULK):
        yield Bad("1 GB announced", path, _always(b""), (413,), sent="announced")
    for path in PLAIN:
        much = _always(b" " * (_MB + 1))
        yield Bad("a byte too many", path, much, (413,))
        yield Bad("a byte too many, in pieces", path, much, (413,), sent="chunked")
    for path in BULK:
        much = _always(b" " * (16 * _MB + 1))
        yield Bad("a byte too many", path, much, (413,))
        yield Bad("a byte too many, in pieces", path, much, (413,), sent="chunked")


def _noise(number: int) -> Iterator[Bad]:
    dice = random.Random(7)
    for place in range(number):
        path = PLAIN[place % len(PLAIN)]
        yield Bad("chance", path, _always(dice.randbytes(dice.randrange(1, 400))))


def bad_bodies(*, bulky: bool = True) -> list[Bad]:
    """Returns all of them, 100 at least.

    Args:
        bulky: With those of up to 16 MB.
    """
    found = [
        Bad(name, path, _always(body)) for name, body in _ANYWHERE.items() for path in PLAIN
    ]  # fmt: skip
    found += [*_wide(), *_packed(), *_oversized(), *_noise(15)]
    if bulky:
        return found + list(_bulky())
    return [one for one in found if one.path not in BULK or one.sent == "announced"]
