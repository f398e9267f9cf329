"""TREC runs: read as trec_eval reads them, and refused with the line."""

import gzip

import pytest

from palate.errors import EvalError
from palate.eval.cases import Case
from palate.eval.metrics import NDCG
from palate.eval.results import read_results
from palate.eval.score import score
from palate.workspace.scoring import score_runs

RUN = """q1 Q0 b 1 0.9 mine
q1 Q0 a 2 0.9 mine
q1 Q0 c 3 1.5 mine

q2\tQ0\ta\t1\t-2\tmine
"""


@pytest.fixture
def run(tmp_path):
    path = tmp_path / "mine.trec"
    path.write_text(RUN)
    return path


def test_the_score_orders_and_then_the_rank(run):
    found = read_results(run)
    assert found.name == "mine"
    assert found.orders == {"q1": ("c", "b", "a"), "q2": ("a",)}


def test_gzip_and_jsonl_are_told_by_what_is_in_them(tmp_path):
    packed = tmp_path / "mine.gz"
    packed.write_bytes(gzip.compress(RUN.encode()))
    assert read_results(packed).orders["q2"] == ("a",)
    lines = tmp_path / "mine.txt"
    lines.write_text('{"id": "q1", "order": ["a"]}\n')
    assert read_results(lines).orders == {"q1": ("a",)}


@pytest.mark.parametrize(
    ("line", "told"),
    [("q1 Q0 a 1 0.5", "6 fields"), ("q1 Q0 a one 0.5 x", "6 fields"),
     ("q1 Q0 a 1 nan x", "orders nothing"), ("q2 Q0 a 2 1 x", "twice")],
)  # fmt: skip
def test_a_wrong_line_is_named(run, line, told):
    run.write_text(RUN + line + "\n")
    with pytest.raises(EvalError, match=f"line 6.*{told}"):
        read_results(run)


def test_cases_without_an_order_score_0_and_unknown_ones_are_refused(run):
    cases = [Case("q1", {"c": 1.0}), Case("q2", {"a": 1.0}), Case("q3", {"a": 1.0})]
    table = score([read_results(run)], cases, [NDCG @ 10])
    assert table["mine"].means[NDCG @ 10].mean == pytest.approx(2 / 3)
    assert table["mine"].missing == 1
    with pytest.raises(EvalError, match="'q2' that is not among"):
        score([read_results(run)], cases[:1], [NDCG @ 10])


def test_runs_are_scored_without_a_workspace(tmp_path, run):
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"id": "q1", "truth": ["c"]}\n{"id": "q2", "truth": ["b"]}\n')
    other = tmp_path / "other.jsonl"
    other.write_text('{"id": "q1", "order": ["a", "c"]}\n{"id": "q2", "order": ["b"]}\n')
    table = score_runs(cases, [run, other], ["NDCG@10", "MRR@10"])
    assert table.baseline == "mine" and len(table.scores) == 2
    assert table["other"].against[NDCG @ 10].verdict.startswith("not decisive")
