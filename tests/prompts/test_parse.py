"""The parser: strict first, bounded repair, never an invented id."""

import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.prompts.parse import parse_listwise, parse_reasons

LABELS = {"A": "i1", "B": "i2", "C": "i3", "D": "i4"}


def test_the_asked_form_needs_no_repair():
    reply = json.dumps({"order": "C A D B", "reasons": [{"label": "C", "reason": "Like Heat."}]})
    opinion = parse_listwise(reply, LABELS)
    assert opinion.order == ("i3", "i1", "i4", "i2")
    assert opinion.reasons == {"i3": "Like Heat."}
    assert opinion.repairs == ()


@pytest.mark.parametrize(
    ("reply", "order"),
    [
        ('{"order": ["C", "A: Heat", "[D]", "B"], "reasons": []}', "CADB"),
        ('```json\n{"order": "C > A > D > B", "reasons": []}\n```', "CADB"),
        ("Here you are:\n{'order': 'C A D B', 'reasons': [],}", "CADB"),
        ("C A D B", "CADB"),
        ("[C] > [A] > [D] > [B]", "CADB"),
        ("1. C: Heat\n2. A - Alien\n3. D\n4. **B**", "CADB"),
        ("<think>maybe A B C D</think>\nC A D B", "CADB"),
        ("<think>A B C D and then it was cut", ""),
        ("A draft in here</think> D C", "DC"),
        ("A film that I would choose is hard to name.", ""),
        ('{"order": "C C A Z", "reasons": []}', "CA"),
        ('{"order": "C A", "reasons": [{"label": "C", "rea', "CA"),
        ("", ""),
        ("{" * 5000, ""),
        ("[" * 200_000, ""),
        ("null", ""),
        ('{"order": {"A": 1}}', ""),
        ("答案：\n1. C：标题\n2. A：标题", "CA"),
    ],
)
def test_messy_replies(reply, order):
    opinion = parse_listwise(reply, LABELS)
    assert opinion.order == tuple(LABELS[label] for label in order)


def test_repairs_are_counted():
    opinion = parse_listwise('{"order": "C C Z", "reasons": []}', LABELS)
    assert opinion.repairs == (
        "1 unknown labels dropped",
        "1 repeated labels dropped",
        "3 labels missing",
    )


def test_reasons_by_label_keep_known_items_only():
    reply = '{"reasons": [{"label": "A", "reason": " one\\nline "}, {"label": "Q", "reason": "x"}]}'
    assert parse_reasons(reply, LABELS) == {"i1": "one line"}


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(), st.text(alphabet=string.ascii_uppercase[:6] + ' \n{}[]":,>', max_size=400))
)
def test_whatever_comes_back_no_id_is_invented_and_none_repeats(reply):
    opinion = parse_listwise(reply, LABELS)
    assert set(opinion.order) <= set(LABELS.values())
    assert len(set(opinion.order)) == len(opinion.order)
    assert set(opinion.reasons) <= set(LABELS.values())


@given(st.permutations(list(LABELS)))
def test_a_good_reply_comes_back_as_it_was_said(order):
    reply = json.dumps({"order": " ".join(order), "reasons": []})
    assert parse_listwise(reply, LABELS).order == tuple(LABELS[label] for label in order)
