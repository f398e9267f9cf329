"""Cohorts by what the catalogue of people says of them: any field, numbers in four bands."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from palate.errors import EvalError

if TYPE_CHECKING:
    from palate.domain import User
    from palate.eval.cases import Case
    from palate.workspace.palate import Palate

UNKNOWN, OTHERS = "unknown", "others"
#: Values that stand by themselves, the commonest; the rest are one cohort.
MOST = 8


def user_traits(
    palate: Palate, fields: Sequence[str], cases: Sequence[Case]
) -> list[Mapping[str, str]]:
    """Returns field -> cohort for each case.

    Texts, and numbers of few values, are cohorts by themselves; other numbers are put into quarters
    of the cases' people, named by their range. Who has no such field, or is no known user, is
    ``unknown``.

    Raises:
        EvalError: No person of the cases has such a field.
    """
    people = {case.user: palate.store.user(case.user) for case in cases if case.user is not None}
    known = {user: _fields(one) for user, one in people.items() if one is not None}
    names = {field: _named(field, known) for field in fields}
    return [
        {field: names[field].get(case.user or "", UNKNOWN) for field in fields} for case in cases
    ]


def _fields(user: User) -> Mapping[str, object]:
    own = {name: value for name, value in user.fields.items() if value is not None}
    return own | ({"language": user.language} if user.language else {})


def _named(field: str, known: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """Returns person -> cohort, for those who have the field."""
    values = {user: own[field] for user, own in known.items() if field in own}
    if not values:
        raise EvalError(
            f"cohorts: nobody of the cases has a field {field!r}. {_hint(field, known)}"
        )
    numbers = {user: float(one) for user, one in values.items()
               if isinstance(one, int | float) and not isinstance(one, bool)}  # fmt: skip
    if len(numbers) == len(values) and len(set(numbers.values())) > MOST:
        return _bands(numbers)
    texts = {user: _text(value) for user, value in values.items()}
    common = {one for one, _ in Counter(texts.values()).most_common(MOST)}
    return {user: text if text in common else OTHERS for user, text in texts.items()}


def _bands(numbers: Mapping[str, float]) -> dict[str, str]:
    import numpy as np

    ordered = np.array(sorted(numbers.values()))
    edges = np.quantile(ordered, [0.25, 0.5, 0.75])
    bands = {user: int(np.searchsorted(edges, value, "left")) for user, value in numbers.items()}
    names: dict[int, str] = {}
    for band in set(bands.values()):
        inside = [numbers[user] for user, one in bands.items() if one == band]
        names[band] = f"{min(inside):g} to {max(inside):g}"
    return {user: names[band] for user, band in bands.items()}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return " ".join(text.split())[:40] or UNKNOWN


def _hint(field: str, known: Mapping[str, Mapping[str, object]]) -> str:
    fields = sorted({name for own in known.values() for name in own})
    near = difflib.get_close_matches(field, fields, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    told = f"They have {', '.join(fields)}." if fields else "They have none."
    return f"{told} `palate ingest users` takes a file with fields."
