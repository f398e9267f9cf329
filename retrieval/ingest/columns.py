"""Which of our columns is which of the file's: by name, by alias, or as told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from palate.errors import CatalogueError

#: Our column -> what others call it, the surest first; compared without case, spaces and "_-.".
ALIASES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "events": {
            "user": ("user", "userid", "uid", "customer", "customerid", "customerno", "member",
                     "memberid", "visitorid", "accountid", "reviewer", "reviewerid", "personid"),
            "item": ("item", "itemid", "iid", "movie", "movieid", "product", "productid", "asin",
                     "parentasin", "sku", "articleid", "artistid", "bookid", "isbn", "newsid",
                     "trackid", "songid", "gameid", "videoid", "businessid"),
            "action": ("action", "event", "eventtype", "eventname", "type", "interaction",
                       "interactiontype", "behavior", "behaviour"),
            "value": ("value", "rating", "score", "stars", "overall"),
            "time": ("time", "at", "timestamp", "ts", "date", "datetime", "createdat", "created",
                     "eventtime", "unixreviewtime", "reviewtime", "when"),
            "scene": ("scene", "context"),
            "text": ("text", "review", "reviewtext", "comment", "tag"),
            "key": ("key", "idempotencykey", "eventid"),
            "recommendation": ("recommendation", "recommendationid"),
        },
        "items": {
            "id": ("id", "item", "itemid", "iid", "movie", "movieid", "product", "productid",
                   "asin", "parentasin", "sku", "articleid", "artistid", "bookid", "isbn",
                   "newsid", "trackid", "songid", "gameid", "videoid", "businessid"),
            "title": ("title", "name", "productname", "producttitle", "itemname", "itemtitle",
                      "movietitle", "booktitle", "headline"),
            "text": ("text", "description", "overview", "plot", "abstract", "summary", "body",
                     "content", "synopsis", "about"),
            "tags": ("tags", "genres", "genre", "categories", "category", "tag", "keywords",
                     "labels", "topics"),
        },
        "users": {
            "id": ("id", "user", "userid", "uid", "customer", "customerid", "customerno", "member",
                   "memberid", "visitorid", "accountid", "reviewerid", "personid"),
            "name": ("name", "username", "fullname", "displayname"),
            "language": ("language", "lang", "locale"),
        },
    }
)  # fmt: skip
REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"events": ("user", "item"), "items": ("id", "title"), "users": ("id",)}
)
_AGAIN = {"events": {"at": "time", "rating": "value"}, "items": {}, "users": {}}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file as we see them.

    Attributes:
        source: Our column -> the file's.
        constants: Our column -> the value that every row has.
        renamed: The file's column -> the field that it shall become (items and users).
    """

    source: Mapping[str, str]
    constants: Mapping[str, str]
    renamed: Mapping[str, str]

    def described(self) -> dict[str, str]:
        """Returns our column -> the file's, constants as ``=value``."""
        return {**self.source, **{name: f"={value}" for name, value in self.constants.items()}}

    @property
    def used(self) -> frozenset[str]:
        """The file's columns that stand for one of ours."""
        return frozenset(self.source.values())


def resolve(kind: str, names: Sequence[str], mapping: Mapping[str, str], file: str) -> Columns:
    """Finds our columns among those of a file.

    Args:
        kind: ``events``, ``items`` or ``users``.
        names: The file's columns.
        mapping: Our column -> the file's, or ``=value`` for a constant; before any alias.
        file: Its name, for messages.

    Raises:
        CatalogueError: A column that is needed or told is not there.
    """
    source: dict[str, str] = {}
    constants: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for ours, theirs in mapping.items():
        name = _ours(kind, ours)
        if theirs.startswith("="):
            constants[name] = theirs[1:]
        elif name in ALIASES[kind]:
            source[name] = _theirs(names, theirs, file)
        else:
            renamed[_theirs(names, theirs, file)] = name
    taken = set(source.values()) | set(renamed)
    for name, aliases in ALIASES[kind].items():
        if name not in source and name not in constants:
            found = _find(aliases, [n for n in names if n not in taken])
            if found is not None:
                source[name] = found
                taken.add(found)
    _check_required(kind, names, {*source, *constants}, file)
    return Columns(source, constants, renamed)


def plain(name: str) -> str:
    """Returns a column's name as it is compared."""
    return re.sub(r"[\s_.\-]+", "", name).casefold()


def field_name(name: str) -> str:
    """Returns the name of a field: ``releaseDate`` and ``Release date`` are ``release_date``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s.\-]+", "_", spaced).lower()


def has_columns(kind: str, names: Sequence[str], *wanted: str) -> bool:
    """Returns whether a file has these columns of ours under some alias."""
    return all(_find(ALIASES[kind][name], names) is not None for name in wanted)


def _ours(kind: str, name: str) -> str:
    known = ALIASES[kind]
    name = _AGAIN[kind].get(name, name)
    if name in known or kind != "events":
        return name if name in known else field_name(name)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it is one of {', '.join(known)}."
    raise CatalogueError(f"{name!r} is no column of {kind}: {hint}")


def _theirs(names: Sequence[str], wanted: str, file: str) -> str:
    if wanted in names:
        return wanted
    for name in names:
        if plain(name) == plain(wanted):
            return name
    raise CatalogueError(f"{file} has no column {wanted!r}; it has {_list(names)}.")


def _find(aliases: Sequence[str], names: Sequence[str]) -> str | None:
    by_plain = {plain(name): name for name in reversed(names)}
    return next((by_plain[alias] for alias in aliases if alias in by_plain), None)


def _check_required(kind: str, names: Sequence[str], found: set[str], file: str) -> None:
    missing = [name for name in REQUIRED[kind] if name not in found]
    if missing:
        raise CatalogueError(
            f"{file} has no column for {' and '.join(missing)}; it has {_list(names)}. "
            f"Say which it is with --map {missing[0]}=COLUMN."
        )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:12])
    return f"{shown}, ..." if len(names) > 12 else shown or "none"
