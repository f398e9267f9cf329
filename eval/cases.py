"""Cases: what a recommender is asked, and what the person then really chose.

One JSON object a line: ``id``, ``truth`` and any of ``user, history, text | messages, scene,
constraints, candidates, at``. ``truth`` is a list of item ids (each worth 1) or an object of
id -> gain; ``messages`` is a dialogue, ``[{"role": "user", "content": "..."}]``, whose last word
is the person's.
"""

from __future__ import annotations

import difflib
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from palate.domain import Constraint, Message, Op, Request
from palate.errors import EvalError, PalateError
from palate.eval.lines import json_lines


@dataclass(frozen=True, slots=True)
class Case:
    """One question to a recommender, with its answer.

    Attributes:
        id: Unique in its file.
        truth: Item id -> gain, above 0 for what is relevant. A case without any relevant item
            cannot be scored; it is counted as *unscored*, never as 0.
        user: Id of a person; cases of one person are resampled together.
        history: Item ids, oldest first.
        candidates: Item ids to rank; ``None`` lets the recommender retrieve.
        at: The moment of the request, UTC.
        messages: A dialogue instead of ``text``; what the person says in it is the request.
    """

    id: str
    truth: Mapping[str, float]
    user: str | None = None
    history: tuple[str, ...] | None = None
    text: str | None = None
    scene: str | None = None
    constraints: tuple[Constraint, ...] = ()
    candidates: tuple[str, ...] | None = None
    at: datetime | None = field(default=None)
    messages: tuple[Message, ...] = ()

    def request(self, n: int = 10) -> Request:
        """Returns what a recommender is shown of the case: everything but the truth.

        Args:
            n: How many items to return where the case names no candidates.
        """
        return Request(
            user=self.user,
            history=self.history,
            text=self.said,
            n=n,
            constraints=self.constraints,
            scene=self.scene,
            candidates=self.candidates,
            at=self.at,
        )

    @property
    def said(self) -> str | None:
        """The wish in words: the text, or all that the person says in the dialogue."""
        if not self.messages:
            return self.text
        return "\n".join(one.content for one in self.messages if one.role == "user")

    @property
    def scored(self) -> bool:
        """Whether the truth names at least one item with a gain above 0."""
        return any(gain > 0 for gain in self.truth.values())

    @property
    def cluster(self) -> tuple[str, str]:
        """What is resampled as one: the user, or the case itself where no user is named."""
        return ("case", self.id) if self.user is None else ("user", self.user)


FIELDS = (
    "id", "user", "history", "text", "messages", "scene", "constraints", "candidates", "truth",
    "at",
)  # fmt: skip


def read_cases(path: Path) -> list[Case]:
    """Reads and checks a case file, plain or gzip (told by its first bytes).

    Raises:
        EvalError: The first thing that is wrong, with its line and field.
    """
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for number, record in json_lines(path):
        try:
            case = case_from(record)
        except EvalError as error:
            raise EvalError(f"{path.name}, line {number}: {error}") from None
        if case.id in lines:
            raise EvalError(
                f"{path.name}, line {number}: field 'id': {case.id!r} stands in line "
                f"{lines[case.id]} already. Give each case its own id."
            )
        lines[case.id] = number
        cases.append(case)
    if not cases:
        raise EvalError(f"{path.name} holds no cases. Write one JSON object a line.")
    return cases


def write_cases(path: Path, cases: Sequence[Case]) -> None:
    """Writes cases so that `read_cases` returns equal ones; gzip where the name ends in .gz.

    The file is replaced whole or not at all, and only its owner can read it.
    """
    from palate.retrieval.files import replace_file

    lines = [json.dumps(record_of(case), ensure_ascii=False) + "\n" for case in cases]
    content = "".join(lines).encode("utf-8", "surrogatepass")
    replace_file(path, gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def record_of(case: Case) -> dict[str, Any]:
    """Returns the JSON object of a case; what is not set is left out."""
    record: dict[str, Any] = {"id": case.id}
    for name in ("user", "text", "scene"):
        if (value := getattr(case, name)) is not None:
            record[name] = value
    for name in ("history", "candidates"):
        if (ids := getattr(case, name)) is not None:
            record[name] = list(ids)
    if case.messages:
        record["messages"] = [{"role": m.role, "content": m.content} for m in case.messages]
    if case.constraints:
        record["constraints"] = [
            {"field": one.field, "op": one.op.value, "value": one.value} for one in case.constraints
        ]
    record["truth"] = dict(case.truth)
    if case.at is not None:
        record["at"] = case.at.isoformat()
    return record


def case_from(record: Mapping[str, Any]) -> Case:
    """Makes a case of a JSON object.

    Raises:
        EvalError: An unknown field (with the nearest known one), or a value of the wrong form.
    """
    for name in record:
        if name not in FIELDS:
            raise EvalError(f"unknown field {name!r}. {_nearest(name)}")
    for name in ("id", "truth"):
        if name not in record:
            raise EvalError(f"field {name!r} is missing. Every case needs it.")
    case = Case(
        id=item_id(record["id"], "id"),
        truth=_truth(record["truth"]),
        user=None if record.get("user") is None else item_id(record["user"], "user"),
        history=_ids(record.get("history"), "history"),
        text=_text(record.get("text"), "text"),
        scene=_text(record.get("scene"), "scene"),
        constraints=_constraints(record.get("constraints")),
        candidates=_ids(record.get("candidates"), "candidates"),
        at=_moment(record.get("at")),
        messages=_messages(record.get("messages")),
    )
    if case.text is not None and case.messages:
        raise EvalError("it has both 'text' and 'messages'. Keep one of them.")
    if case.candidates is not None and (twice := repeated(case.candidates)) is not None:
        raise EvalError(f"field 'candidates': {twice!r} stands in it twice. Take one out.")
    return case


def item_id(value: Any, name: str) -> str:
    """Returns an id as text; whole numbers are taken as their digits.

    Raises:
        EvalError: It is empty, or neither text nor a whole number.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value:
        return value
    raise EvalError(f"field {name!r}: {_shown(value)} is no id. Write a text that is not empty.")


def repeated(ids: Sequence[str]) -> str | None:
    """Returns the first id that stands twice, or ``None``."""
    if len(set(ids)) == len(ids):
        return None
    seen: set[str] = set()
    return next(one for one in ids if one in seen or seen.add(one))  # type: ignore[func-returns-value]


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, FIELDS, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known fields: {', '.join(FIELDS)}."


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _ids(value: Any, name: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise EvalError(f"field {name!r}: {_shown(value)} is no list. Write a list of item ids.")
    return tuple(item_id(one, name) for one in value)


def _text(value: Any, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise EvalError(f"field {name!r}: {_shown(value)} is no text. Put it in quotes.")


def _messages(value: Any) -> tuple[Message, ...]:
    if value is None:
        return ()
    try:
        made = tuple(Message(one["role"], one["content"]) for one in value)
    except (TypeError, KeyError):
        made = ()
    fine = all(m.role in ("user", "assistant") and isinstance(m.content, str) for m in made)
    if not made or not fine or made[-1].role != "user":
        raise EvalError(
            "field 'messages': write a list of objects with role (user or assistant) and content, "
            "the last of them the user's."
        )
    return made


def _truth(value: Any) -> dict[str, float]:
    if isinstance(value, list):
        return dict.fromkeys(_ids(value, "truth") or (), 1.0)
    if not isinstance(value, dict):
        raise EvalError(
            f"field 'truth': {_shown(value)} is neither a list of ids nor an object id -> gain."
            " Write one of the two."
        )
    return {item_id(key, "truth"): _gain(key, gain) for key, gain in value.items()}


def _gain(key: str, gain: Any) -> float:
    if isinstance(gain, int | float) and not isinstance(gain, bool) and 0 <= gain <= 1000:
        return float(gain)
    raise EvalError(
        f"field 'truth': the gain of {key!r} is {_shown(gain)}. Write a number from 0 to 1000."
    )


def _constraints(value: Any) -> tuple[Constraint, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise EvalError(f"field 'constraints': {_shown(value)} is no list. Write a list.")
    return tuple(_constraint(one) for one in value)


def _constraint(value: Any) -> Constraint:
    from palate.retrieval.constraints import parse_constraint

    try:
        if isinstance(value, str):
            return parse_constraint(value)
        inner = value["value"]
        if isinstance(inner, list):
            inner = tuple(str(one) for one in inner)
        if not isinstance(inner, str | int | float | bool | tuple) or set(value) != _PARTS:
            raise TypeError
        return Constraint(item_id(value["field"], "field"), Op(value["op"]), inner)
    except (KeyError, TypeError, ValueError):
        raise EvalError(
            f"field 'constraints': {_shown(value)} is none. Write \"year >= 1990\" or an object "
            f"with field, op ({', '.join(op.value for op in Op)}) and value."
        ) from None
    except PalateError as error:
        raise EvalError(f"field 'constraints': {error}") from None


_PARTS = {"field", "op", "value"}


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise EvalError(
            f"field 'at': {_shown(value)} is no point in time. Write ISO 8601, such as "
            "2024-05-01T20:00:00Z."
        ) from None
