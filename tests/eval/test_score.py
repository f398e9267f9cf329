from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from palate.domain import Ranked, Request
from palate.errors import EvalError
from palate.eval.bootstrap import Interval, intervals
from palate.eval.cases import Case
from palate.eval.controls import Identity, Random, in_order
from palate.eval.metrics import MRR, NDCG, HitRate, Recall
from palate.eval.results import read_results
from palate.eval.score import ScoreTable, score

ITEMS = tuple("abcdefghijklmnopqrst")
CASES = [
    Case(id=f"c{n}", user=f"u{n // 2}", candidates=ITEMS, truth={ITEMS[n % 20]: 1.0})
    for n in range(60)
]


class Fixed:
    """Gives the same answers whatever is asked, and notes what was asked."""

    def __init__(self, name: str, *orders: Sequence[str]) -> None:
        self.name, self.orders, self.asked = name, orders, list[Request]()

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        self.asked += requests
        return [in_order(order) for order in self.orders]


class Backwards:
    name = "backwards"

    def rank(self, requests: Sequence[Request]) -> Sequence[Ranked]:
        return [in_order((request.candidates or ())[::-1]) for request in requests]


@pytest.fixture(scope="module")
def table() -> ScoreTable:
    cases = [*CASES, Case(id="empty", truth={}, candidates=ITEMS)]
    return score([Identity(), Backwards(), Random(1)], cases, [NDCG @ 10, MRR @ 10], samples=2000)


def widened(values: list[float], users: list[tuple[str, str]]) -> Interval:
    return intervals(np.array(values)[:, None], users=users, n=2000, widen=True)[0]


def test_means_and_differences_are_those_of_the_bootstrap(table: ScoreTable) -> None:
    users = [case.cluster for case in CASES]
    place = [n % 20 for n in range(60)]
    forwards = [1 / (1 + p) if p < 10 else 0.0 for p in place]
    reverse = [1 / (20 - p) if p >= 10 else 0.0 for p in place]
    apart = [b - a for a, b in zip(forwards, reverse, strict=True)]
    pairs = [
        (table["identity"].means[MRR @ 10], widened(forwards, users)),
        (table["backwards"].against[MRR @ 10].interval, widened(apart, users)),
    ]
    for found, expected in pairs:
        assert (found.mean, found.low, found.high) == pytest.approx(
            (expected.mean, expected.low, expected.high), abs=1e-12
        )
    assert table["identity"].against == {}
    assert (table.cases, table.users, table.unscored, table.baseline) == (60, 30, 1, "identity")


def test_the_baseline_can_be_named() -> None:
    found = score([Identity(), Backwards()], CASES, [NDCG @ 10], baseline="backwards", samples=500)
    assert found["backwards"].against == {}
    assert set(found["identity"].against) == {NDCG @ 10}
    with pytest.raises(EvalError, match="There are: identity"):
        score([Identity()], CASES, baseline="nobody")


def test_a_table_is_80_wide_and_complete(table: ScoreTable) -> None:
    out = io.StringIO()
    Console(file=out, width=80).print(table)
    shown = out.getvalue()
    assert max(map(len, shown.splitlines())) <= 80
    for word in (
        "NDCG@10",
        "MRR@10",
        "identity",
        "backwards",
        "baseline",
        "not decisive",
        "60 cases",
    ):
        assert word in shown
    assert "…" not in shown
    assert "1 cases without a truth are unscored" in shown


def test_markdown_and_json(table: ScoreTable) -> None:
    text = table.to_markdown()
    assert text == str(table)
    assert text.count("| identity |") == 2
    record = json.loads(json.dumps(table.to_dict(), allow_nan=False))
    assert record["baseline"] == "identity"
    first, second, _ = record["scores"]
    assert first["against"] == {}
    assert second["against"]["NDCG@10"]["verdict"].split(" - ")[0] in (
        "better",
        "worse",
        "not decisive",
    )
    assert second["means"]["MRR@10"]["low"] <= second["means"]["MRR@10"]["mean"]


def test_names_are_never_markup() -> None:
    odd = Fixed("[red]x|y[/nothing]", *[ITEMS] * 60)
    found = score([odd, Identity()], CASES, [NDCG @ 10], samples=200)
    out = io.StringIO()
    Console(file=out, width=80).print(found)
    assert "[red]" in out.getvalue()
    assert "x\\|y" in found.to_markdown()


def test_a_recommender_sees_requests_only_and_knows_how_many() -> None:
    cases = [Case(id=str(n), truth={"b": 1.0}, history=("a",)) for n in range(3)]
    one = Fixed("fixed", ("b",), ("c",), ())
    found = score([one], cases, [HitRate @ 1, Recall @ 20], samples=200)
    assert [request.n for request in one.asked] == [20, 20, 20]
    assert found["fixed"].means[HitRate @ 1].mean == pytest.approx(1 / 3)
    assert found["fixed"].missing == 1


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ([("a", "a"), ()], "ranked twice"),
        ([("a", "z"), ()], "'z' is not one of the candidates"),
        ([("a",)], "1 rankings for 2 requests"),
    ],
)
def test_orders_that_cannot_be_are_refused(orders: list[tuple[str, ...]], words: str) -> None:
    cases = [Case(id=str(n), truth={"a": 1.0}, candidates=("a", "b")) for n in range(2)]
    with pytest.raises(EvalError, match=words):
        score([Fixed("odd", *orders)], cases)


def test_nothing_to_score_is_refused() -> None:
    with pytest.raises(EvalError, match="nothing to score"):
        score([Identity()], [Case(id="a", truth={}, candidates=("b",))])
    with pytest.raises(EvalError, match="no recommender"):
        score([], CASES)
    with pytest.raises(EvalError, match="'identity'"):
        score([Identity(), Identity()], CASES)


def test_results_made_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "theirs.jsonl"
    lines = [{"id": case.id, "order": list(ITEMS)[::-1]} for case in CASES[:50]]
    lines[0]["order"] = ["a"]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    results = read_results(path)
    found = score([Identity(), results], CASES, [NDCG @ 10], samples=200)
    assert (found["theirs"].missing, found["theirs"].partial) == (10, 1)
    assert "theirs: 10 cases without an order" in found.to_markdown()
    with pytest.raises(EvalError, match="'c40'"):
        score([results], CASES[:40])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": "c0"}', "'order'"),
        ('{"order": []}', "'id'"),
        ('{"id": "c0", "order": ["a", "a"]}', "twice"),
        ('{"id": "c0", "order": [null]}', "'order'"),
        ('{"id": "ok", "order": []}', "already"),
        ("nonsense", "JSON"),
    ],
)
def test_errors_in_results_name_the_line(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"id": "ok", "order": ["a"]}\n' + line, encoding="utf-8")
    with pytest.raises(EvalError, match=rf"line 2.*{words}"):
        read_results(path)
