"""Which reasons are judged: the first of each answer, of a drawn part of the cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from palate.eval.cases import Case
from palate.eval.ordering import tie_key
from palate.eval.runs.answer import Told, answer_from
from palate.eval.runs.log import latest_answers, read_answers
from palate.eval.runs.variants import Variant


@dataclass(frozen=True, slots=True)
class Exhibited:
    """A reason that a variant gave."""

    variant: Variant
    told: Told


#: Case id -> the reasons that were given to it.
Docket = Mapping[str, Sequence[Exhibited]]


def drawn(cases: Sequence[Case], count: int, seed: int) -> list[Case]:
    """Returns so many of the cases that can be scored, drawn by their ids; all for 0."""
    scored = [case for case in cases if case.scored]
    salt = str(seed).encode()[:64]
    return sorted(scored, key=lambda case: tie_key(case.id, salt))[: count or len(scored)]


def read_docket(log: Path, cases: Sequence[Case], variants: Sequence[Variant], each: int) -> Docket:
    """Reads the first reasons of every answer; an answer that was made again counts once."""
    wanted, by_key = {case.id for case in cases}, {one.key: one for one in variants}
    found: dict[tuple[str, str], Sequence[Told]] = {}
    for record in read_answers(log):
        if record["c"] in wanted and record["v"] in by_key:
            found[record["c"], record["v"]] = answer_from(record).reasons[:each]
    return {
        case.id: [
            Exhibited(one, told)
            for one in variants for told in found.get((case.id, one.key), ())
        ]
        for case in cases
    }  # fmt: skip


def unjudged(log: Path, judge: str, docket: Docket) -> Iterator[tuple[str, str]]:
    """Yields the places of a log where the judge did not see a reason that there is by now.

    Args:
        log: Of the run.
        judge: Key of the judge in it.
        docket: What there is to judge; `--retry-errors` may have added to it.
    """
    for record in latest_answers(log):
        if record["v"] == judge:
            seen = {tuple(of) for verdict in record["verdicts"] for of in verdict["of"]}
            given = docket.get(record["c"], ())
            if any((one.variant.key, one.told.item, one.told.by) not in seen for one in given):
                yield judge, record["c"]
