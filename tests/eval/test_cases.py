from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.domain import Constraint, Op
from palate.errors import EvalError
from palate.eval.cases import Case, case_from, read_cases, record_of, write_cases

FULL = Case(
    id="c1",
    truth={"7": 1.0, "8": 0.5},
    user="u",
    history=("1", "2"),
    text="something warm 🍜",
    scene="evening",
    constraints=(
        Constraint("year", Op.GE, 1990),
        Constraint("tags", Op.IN, ("comedy", "喜剧")),
        Constraint("seen", Op.EQ, False),
    ),
    candidates=("7", "8", "9"),
    at=datetime(2024, 5, 1, 20, tzinfo=UTC),
)


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["cases.jsonl", "cases.jsonl.gz"])
def test_written_cases_are_read_back(tmp_path: Path, name: str) -> None:
    cases = [FULL, Case(id="c2", truth={}, history=())]
    write_cases(tmp_path / name, cases)
    assert read_cases(tmp_path / name) == cases
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_gzip_is_told_by_content(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_bytes(gzip.compress(b'\xef\xbb\xbf{"id": 1, "truth": [2]}\r\n\n'))
    assert read_cases(path) == [Case(id="1", truth={"2": 1.0})]


def test_the_request_does_not_hold_the_truth() -> None:
    request = FULL.request(n=3)
    assert request.n == 3
    assert (request.user, request.history, request.text) == ("u", ("1", "2"), FULL.text)
    assert (request.scene, request.constraints) == ("evening", FULL.constraints)
    assert (request.candidates, request.at) == (FULL.candidates, FULL.at)
    assert not hasattr(request, "truth")


def test_times_become_utc() -> None:
    assert case_from({"id": "a", "truth": [], "at": "2024-05-01"}).at == datetime(
        2024, 5, 1, tzinfo=UTC
    )
    at = datetime(2024, 5, 1, 22, tzinfo=timezone(timedelta(hours=2)))
    found = case_from({"id": "a", "truth": [], "at": at.isoformat()}).at
    assert found == at and found is not None and found.tzinfo is UTC


def test_constraints_may_be_typed_as_a_person_does() -> None:
    case = case_from({"id": "a", "truth": ["1"], "constraints": ["year >= 1990"]})
    assert case.constraints == (Constraint("year", Op.GE, 1990),)


def test_a_case_is_scored_only_with_a_relevant_item() -> None:
    assert FULL.scored
    assert not Case(id="a", truth={}).scored
    assert not Case(id="a", truth={"1": 0.0}).scored


def test_cases_of_one_user_belong_together() -> None:
    first, second = Case(id="a", truth={}, user="u"), Case(id="b", truth={}, user="u")
    assert first.cluster == second.cluster
    assert Case(id="u", truth={}).cluster != first.cluster


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"truth": []}, ["'id'", "missing"]),
        ({"id": "a"}, ["'truth'", "missing"]),
        ({"id": "a", "truth": [], "histroy": []}, ["'histroy'", "'history'"]),
        ({"id": "a", "truth": [], "zzzz": 1}, ["'zzzz'", "Known fields"]),
        ({"id": "", "truth": []}, ["'id'"]),
        ({"id": True, "truth": []}, ["'id'", "True"]),
        ({"id": "a", "truth": "b"}, ["'truth'"]),
        ({"id": "a", "truth": {"b": "much"}}, ["'truth'", "'b'"]),
        ({"id": "a", "truth": {"b": -1}}, ["'truth'", "-1"]),
        ({"id": "a", "truth": {"b": 10**400}}, ["'truth'"]),
        ({"id": "a", "truth": [], "history": "b"}, ["'history'"]),
        ({"id": "a", "truth": [], "history": [1.5]}, ["'history'", "1.5"]),
        ({"id": "a", "truth": [], "candidates": ["b", "b"]}, ["'candidates'", "'b'", "twice"]),
        ({"id": "a", "truth": [], "text": 3}, ["'text'"]),
        ({"id": "a", "truth": [], "at": "soon"}, ["'at'", "ISO 8601"]),
        ({"id": "a", "truth": [], "at": 5}, ["'at'"]),
        ({"id": "a", "truth": [], "constraints": "x"}, ["'constraints'"]),
        ({"id": "a", "truth": [], "constraints": [{"field": "y", "op": "~"}]}, ["'constraints'"]),
        ({"id": "a", "truth": [], "constraints": [3]}, ["'constraints'"]),
        ({"id": "a", "truth": [], "constraints": [""]}, ["'constraints'"]),
    ],
)
def test_errors_name_line_and_field(tmp_path: Path, record: object, words: list[str]) -> None:
    path = lines(tmp_path / "cases.jsonl", {"id": "fine", "truth": ["1"]}, record)
    with pytest.raises(EvalError) as caught:
        read_cases(path)
    for word in ["cases.jsonl, line 2", *words]:
        assert word in str(caught.value)


def test_an_id_that_stands_twice_names_both_lines(tmp_path: Path) -> None:
    path = lines(tmp_path / "c.jsonl", *[{"id": one, "truth": ["1"]} for one in "aba"])
    with pytest.raises(EvalError, match=r"line 3.*'a'.*line 1"):
        read_cases(path)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[1]\n",
        b"\xff\xfe",
        b'{"id": "a", "truth": {"b": NaN}}',
        b"[" * 100_000,
        b'{"id": "a", "truth": {"b": ' + b"9" * 5000 + b"}}",
        b"",
        gzip.compress(b'{"id": "a", "truth": []}' * 99, mtime=0)[:-9],
        b"\x1f\x8b not gzip",
    ],
)
def test_what_is_not_a_case_file_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(content)
    with pytest.raises(EvalError):
        read_cases(path)


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no file"):
        read_cases(tmp_path / "none.jsonl")
    with pytest.raises(EvalError, match="cannot be read"):
        read_cases(tmp_path)


ids = st.text(min_size=1, max_size=5)
cases = st.builds(
    Case,
    id=ids,
    truth=st.dictionaries(ids, st.integers(0, 5).map(float), max_size=3),
    user=st.none() | ids,
    history=st.none() | st.lists(ids, max_size=4).map(tuple),
    text=st.none() | st.text(max_size=9),
    candidates=st.none() | st.lists(ids, max_size=4, unique=True).map(tuple),
    at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


@given(cases)
def test_record_and_case_are_each_others_inverse(case: Case) -> None:
    assert case_from(json.loads(json.dumps(record_of(case)))) == case
