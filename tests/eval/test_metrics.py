from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.errors import EvalError
from palate.eval.metrics import (
    F1,
    MAP,
    MRR,
    NDCG,
    HitRate,
    Metric,
    Precision,
    Recall,
    evaluate,
    parse_metric,
)


def slow(metric: Metric, truth: Mapping[str, float], order: Sequence[str]) -> float:
    relevant = {item for item, gain in truth.items() if gain > 0}
    first = list(order)[: metric.k]
    if metric.name == "NDCG":
        ideal = sorted(truth.values(), reverse=True)[: metric.k]
        return dcg([truth.get(item, 0.0) for item in first]) / dcg(ideal)
    if metric.name == "Recall":
        return len(relevant & set(first)) / len(relevant)
    hits = len(relevant & set(first))
    if metric.name == "Precision":
        return hits / metric.k
    if metric.name == "F1":
        return 2 * hits / (metric.k + len(relevant))  # 2PR / (P + R), the fractions cleared
    if metric.name == "MAP":
        found = [rank for rank, item in enumerate(first, 1) if item in relevant]
        return sum(n / rank for n, rank in enumerate(found, 1)) / len(relevant)
    if metric.name == "HitRate":
        return float(bool(relevant & set(first)))
    return max((1 / rank for rank, item in enumerate(first, 1) if item in relevant), default=0.0)


def dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(1 + rank) for rank, gain in enumerate(gains, 1))


ids = st.one_of(st.sampled_from("abcdefghijklmno"), st.text(min_size=1, max_size=3))
truths = st.dictionaries(
    ids, st.sampled_from([0.0, 1.0, 2.0, 0.5, 0.125, 3.7]), min_size=1, max_size=8
).filter(lambda truth: any(truth.values()))
orders = st.lists(ids, unique=True, max_size=15)
metrics = st.builds(
    Metric,
    st.sampled_from(["NDCG", "Recall", "MRR", "HitRate", "Precision", "F1", "MAP"]),
    st.sampled_from([1, 2, 5, 10, 99]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(truths, orders), max_size=5), st.lists(metrics, min_size=1, max_size=4))
def test_every_metric_equals_the_slow_obvious_one(
    cases: list[tuple[dict[str, float], list[str]]], asked: list[Metric]
) -> None:
    found = evaluate(asked, [truth for truth, _ in cases], [order for _, order in cases])
    expected = [[slow(metric, truth, order) for metric in asked] for truth, order in cases]
    assert found.shape == (len(cases), len(asked))
    np.testing.assert_allclose(found, np.reshape(expected, found.shape), atol=1e-9)


FAMILIES = (NDCG, Recall, MRR, HitRate, Precision, F1, MAP)


def test_a_thousand_random_rankings_within_1e_9() -> None:
    rng = np.random.default_rng(0)
    asked = [family @ k for family in FAMILIES for k in (1, 5, 10)]
    pool = [f"i{number}" for number in range(30)]
    drawn = [
        (
            {item: float(rng.integers(1, 4)) for item in rng.choice(pool, 3, replace=False)},
            list(rng.permutation(pool)),
        )
        for _ in range(1000)
    ]
    found = evaluate(asked, [truth for truth, _ in drawn], [order for _, order in drawn])
    expected = [[slow(metric, truth, order) for metric in asked] for truth, order in drawn]
    np.testing.assert_allclose(found, expected, atol=1e-9)


#: Our names -> theirs. HitRate is Success in information retrieval, MRR is the mean of RR.
MEASURES = {
    "NDCG": "nDCG", "Recall": "R", "MRR": "RR", "HitRate": "Success", "Precision": "P", "MAP": "AP",
}  # fmt: skip


@pytest.mark.parametrize("length", [0, 3, 30])
def test_ir_measures_agrees_on_a_thousand_random_rankings(length: int) -> None:
    import ir_measures  # type: ignore[import-untyped, unused-ignore]

    rng = np.random.default_rng(length)
    asked = [family @ k for family in FAMILIES if family is not F1 for k in (1, 5, 10, 50)]
    pool = [f"i{number}" for number in range(40)]
    truths = [
        {item: float(rng.integers(0, 4)) for item in rng.choice(pool, 8, replace=False)} | {"i0": 2}
        for _ in range(1000)
    ]
    orders = [list(rng.permutation(pool)[:length]) for _ in truths]
    theirs = {getattr(ir_measures, MEASURES[one.name]) @ one.k: one for one in asked}
    judged = {
        str(n): {item: int(gain) for item, gain in one.items()} for n, one in enumerate(truths)
    }
    run = {str(n): {item: -float(rank) for rank, item in enumerate(one)}
           for n, one in enumerate(orders)}  # fmt: skip
    expected = np.zeros((len(truths), len(asked)))
    for one in ir_measures.iter_calc(list(theirs), judged, run):
        expected[int(one.query_id), asked.index(theirs[one.measure])] = one.value
    np.testing.assert_allclose(evaluate(asked, truths, orders), expected, atol=1e-9)


def test_a_case_without_an_order_scores_zero() -> None:
    asked = [NDCG @ 10, Recall @ 10, MRR @ 10, HitRate @ 10]
    assert evaluate(asked, [{"a": 1}, {"a": 1}], [[], ["a"]]).tolist() == [[0] * 4, [1] * 4]


def test_an_empty_truth_has_no_value() -> None:
    for truth in ({}, {"a": 0.0}):
        with pytest.raises(EvalError, match="unscored"):
            evaluate([NDCG @ 10], [truth], [["a"]])


def test_fewer_than_k_items_are_no_penalty_of_their_own() -> None:
    assert evaluate([NDCG @ 10, Recall @ 10], [{"a": 1}], [["a"]]).tolist() == [[1.0, 1.0]]
    assert evaluate([Recall @ 10], [{"a": 1, "b": 1}], [["a"]]).tolist() == [[0.5]]


def test_nothing_is_left_to_ties() -> None:
    order = [f"i{number}" for number in range(5000)]
    found = evaluate([MRR @ 5000], [{item: 1} for item in order[::499]], [order] * 11)
    assert found[:, 0].tolist() == pytest.approx([1 / rank for rank in range(1, 5001, 499)])


def test_ids_that_c_cannot_hold_are_ids_all_the_same() -> None:
    order = ["a\0b", "a\0c", "\ud800", "a b", "…"]
    for rank, item in enumerate(order, 1):
        assert evaluate([MRR @ 10], [{item: 1}], [order])[0, 0] == pytest.approx(1 / rank)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(EvalError, match="twice"):
        evaluate([NDCG @ 10], [{"a": 1}], [["a", "a"]])
    with pytest.raises(EvalError, match="gain"):
        evaluate([NDCG @ 10], [{"a": 1e-5, "b": 1}], [["a"]])
    with pytest.raises(EvalError, match="one order a case"):
        evaluate([NDCG @ 10], [{"a": 1}], [])


def test_metrics_print_as_typed() -> None:
    for text in ("NDCG@10", "Recall@5", "MRR@20", "HitRate@1"):
        assert str(parse_metric(text)) == text
    assert parse_metric(" ndcg@10 ") == NDCG @ 10


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("NCDG@10", "'NDCG'"),
        ("recal@3", "'Recall'"),
        ("foo@1", "Known"),
        ("NDCG", "cut-off"),
        ("NDCG@x", "cut-off"),
        ("NDCG@0", "at least 1"),
        ("NDCG@-1", "cut-off"),
        ("NDCG@²", "cut-off"),
    ],
)
def test_unknown_metrics_name_the_nearest(text: str, hint: str) -> None:
    with pytest.raises(EvalError, match=hint):
        parse_metric(text)
