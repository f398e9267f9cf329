"""The cases of a report, in compressed pieces that a page unpacks when they are opened."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from palate.eval.cases import Case
from palate.eval.runs.answer import Answer, answer_from
from palate.eval.runs.health import outcome, own_order
from palate.eval.runs.ledger import KINDS
from palate.eval.runs.log import checked_record

#: Cases in a piece; items of an order that are shown.
PIECE, _TOP = 250, 10


@dataclass(frozen=True)
class Source:
    """Where a report's cases come from.

    Attributes:
        log: Of the run.
        variants: Keys, in the order of the summary's lines.
    """

    log: Path
    cases: Sequence[Case]
    variants: Sequence[str]


def pieces(source: Source) -> Iterator[str]:
    """Yields each piece: JSON, deflated, in base64."""
    places = _places(source.log)
    with source.log.open("rb") as file:
        for start in range(0, len(source.cases), PIECE):
            texts: dict[str, int] = {}
            rows = [
                _case(case, source, _records(file, places.get(case.id, [])), texts)
                for case in source.cases[start : start + PIECE]
            ]
            yield pack({"texts": list(texts), "cases": rows})


def pack(value: Any) -> str:
    """Returns JSON, deflated (zlib's frame, as DecompressionStream's ``deflate``), in base64."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    packed = zlib.compress(text.encode("utf-8", "replace"), 9)
    return base64.b64encode(packed).decode()


def _places(log: Path) -> dict[str, list[int]]:
    """Returns where the records of each case begin: the log is larger than the memory may be."""
    found: dict[str, list[int]] = {}
    offset = 0
    with log.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n") and (case := checked_record(log, number, line).get("c")):
                found.setdefault(case, []).append(offset)
            offset += len(line)
    return found


def _records(file: Any, places: Sequence[int]) -> list[dict[str, Any]]:
    found = []
    for place in places:
        file.seek(place)
        found.append(json.loads(file.readline().decode("utf-8", "surrogatepass")))
    return found


def _case(
    case: Case, source: Source, records: Sequence[dict[str, Any]], texts: dict[str, int]
) -> dict[str, Any]:
    answers: list[Any] = [None] * len(source.variants)
    calls: dict[int, dict[tuple[str, int], list[Any]]] = {}
    for record in records:
        if record["v"] not in source.variants:
            continue
        place = source.variants.index(record["v"])
        if record["t"] == "answer":
            kinds = {kind for kind in KINDS if record.get(kind)}
            answers[place] = _answer(case, answer_from(record), kinds)
        else:
            calls.setdefault(place, {})[(record["k"], record["i"])] = _call(record, texts)
    for place, made in calls.items():
        if answers[place] is not None:
            answers[place]["calls"] = list(made.values())
    history = list(case.history or ())[-20:]
    return {
        "id": case.id, "user": case.user, "said": case.said, "truth": list(case.truth),
        "history": history, "a": answers,
    }  # fmt: skip


def _answer(case: Case, answer: Answer, kinds: set[str]) -> dict[str, Any]:
    """Returns what is shown: o the product, w the model alone, n their lengths, r its rank."""
    own = own_order(answer)
    ranks = (place for place, item in enumerate(own, 1) if case.truth.get(item, 0) > 0)
    return {
        "o": answer.order[:_TOP],
        "w": own[:_TOP],
        "n": [len(answer.order), len(own)],
        "r": next(ranks, 0),
        "cause": answer.cause,
        "fate": outcome(answer, own, kinds),
        "repairs": answer.repairs,
        "notes": answer.notes,
        "why": [[t.item, t.text, t.by, t.claims, t.replaced] for t in answer.reasons],
    }


def _call(record: dict[str, Any], texts: dict[str, int]) -> list[Any]:
    prompt = [[role, texts.setdefault(text, len(texts))] for role, text in record["m"]]
    return [prompt, record.get("r"), record.get("f"), record.get("error")]
