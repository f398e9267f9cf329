"""What to do where a value is missing, column by column.

Policies: ``keep`` (the default: it stays missing), ``drop`` (the row is rejected), ``=VALUE`` or
``constant=VALUE``, ``mean``, ``median``, ``most_frequent``. The last three read the file once
before it is ingested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from palate.errors import CatalogueError
from palate.retrieval.ingest.chunk import Chunk
from palate.retrieval.ingest.columns import Columns, plain
from palate.retrieval.ingest.values import MISSING, to_number, whole

POLICIES = ("drop", "keep", "mean", "median", "most_frequent")

#: Numbers where 0 means that nobody knows, by the plain name of the column.
ZERO_IS_MISSING = frozenset(
    {"runtime", "duration", "length", "budget", "revenue", "year", "releaseyear", "pages",
     "numpages", "voteaverage"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Missing:
    """What to do, ready to apply; keys are the file's columns.

    Attributes:
        drop: A row without a value here is rejected.
        fill: Column -> the text to put in.
        label: Column -> what the report calls that.
    """

    drop: frozenset[str] = frozenset()
    fill: Mapping[str, str] = field(default_factory=dict)
    label: Mapping[str, str] = field(default_factory=dict)


def plan_missing(
    policies: Mapping[str, str],
    columns: Columns,
    names: Sequence[str],
    chunks: Iterable[Chunk],
) -> Missing:
    """Turns policies into what to do.

    Args:
        policies: Column, ours or the file's, -> policy.
        columns: Which column of ours is which of the file's.
        names: The file's columns.
        chunks: The whole file; read only where a statistic is asked for.

    Raises:
        CatalogueError: A column or a policy is unknown, or there is nothing to take a mean of.
    """
    chosen = {_column(name, columns, names): _checked(how) for name, how in policies.items()}
    asked = {
        name: how for name, how in chosen.items() if how in ("mean", "median", "most_frequent")
    }
    fill = {n: how.partition("=")[2] for n, how in chosen.items() if "=" in how}
    label = {name: f"filled with {value}" for name, value in fill.items()}
    for name, counts in _counts(asked, chunks).items():
        fill[name] = _statistic(asked[name], counts, name)
        label[name] = f"filled with the {asked[name].replace('_', ' ')} {fill[name]}"
    drop = frozenset(name for name, how in chosen.items() if how == "drop")
    return Missing(drop, fill, label)


def _column(name: str, columns: Columns, names: Sequence[str]) -> str:
    if name in columns.source:
        return columns.source[name]
    by_field = {ours: theirs for theirs, ours in columns.renamed.items()}
    if name in by_field:
        return by_field[name]
    for theirs in names:
        if plain(theirs) == plain(name):
            return theirs
    raise CatalogueError(
        f"--missing names the column {name!r}, which the file does not have; it has "
        f"{', '.join(names[:12])}."
    )


def _checked(policy: str) -> str:
    if policy in POLICIES or policy.startswith(("=", "constant=")):
        return policy
    raise CatalogueError(
        f"{policy!r} is no policy for missing values: use {', '.join(POLICIES)} or =VALUE."
    )


def _counts(asked: Mapping[str, str], chunks: Iterable[Chunk]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in asked}
    if not asked:
        return counts
    for chunk in chunks:
        for name, counter in counts.items():
            found = (text.strip() for text in chunk.text(name) if text)
            counter.update(text for text in found if text not in MISSING)
    return counts


def _statistic(how: str, counts: Counter[str], name: str) -> str:
    if how == "most_frequent":
        if not counts:
            raise CatalogueError(f"The column {name!r} is empty: it has no most frequent value.")
        return min(counts, key=lambda text: (-counts[text], text))
    zero = plain(name) in ZERO_IS_MISSING
    numbers = Counter[float]()
    for text, n in counts.items():
        number = to_number(text)
        if number is not None and not (zero and number == 0):
            numbers[float(number)] += n
    if not numbers:
        raise CatalogueError(f"The column {name!r} has no numbers: it has no {how}.")
    return str(whole(round(_mean(numbers) if how == "mean" else _median(numbers), 6)))


def _mean(numbers: Counter[float]) -> float:
    return sum(value * n for value, n in numbers.items()) / numbers.total()


def _median(numbers: Counter[float]) -> float:
    """Returns the middle value, or the mean of the two in the middle."""
    ordered, total = sorted(numbers), numbers.total()
    low, high = (total - 1) // 2, total // 2
    passed = 0
    found: list[float] = []
    for value in ordered:
        passed += numbers[value]
        found += [value] * ((low < passed) + (high < passed) - len(found))
        if len(found) == 2:
            break
    return sum(found) / 2
