"""Sentences read while the reply is being written."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.prompts.parse import parse_reasons
from palate.prompts.parse_stream import SentenceStream

LABELS = {"A": "heat", "B": "ronin", "C": "fargo"}


def reply(**reasons):
    return json.dumps({"reasons": [{"label": k, "reason": v} for k, v in reasons.items()]})


def heard(text, size, **end):
    stream, found, order = SentenceStream(LABELS), {}, []
    for start in range(0, len(text), size):
        new = stream.feed(text[start : start + size])
        assert not new.keys() & found.keys()
        found |= new
        order += new
    rest = stream.rest(**end)
    assert not rest.keys() & found.keys()
    return found | rest, order


def test_a_sentence_is_there_when_its_object_is_closed():
    stream, text = SentenceStream(LABELS), reply(B="Tense.", A="Cold.")
    cut = text.index("Cold")
    assert stream.feed(text[:cut]) == {"ronin": "Tense."}
    assert stream.feed(text[cut:]) == {"heat": "Cold."}
    assert stream.rest() == {}


@given(st.dictionaries(st.sampled_from("ABCX"), st.text(max_size=40)), st.integers(1, 60))
def test_in_pieces_as_in_one(said, size):
    text = reply(**said)
    assert heard(text, size)[0] == parse_reasons(text, LABELS)


@given(st.text(alphabet='{}[]",:\\ABreasonlbt<thik>/', max_size=200), st.integers(1, 20))
def test_nothing_raises_and_no_item_is_made_up(text, size):
    assert heard(text, size)[0].keys() <= set(LABELS.values())


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_draft_in_a_thinking_block_is_passed_over(size):
    text = f"<think>{reply(A='A draft.', B='A draft.')}</think>{reply(A='Cold.', B='Tense.')}"
    assert heard(text, size)[0] == {"heat": "Cold.", "ronin": "Tense."}


def test_prose_and_fences_around_it():
    text = f"Here you are:\n```json\n{reply(C='Snowy.')}\n```\nEnjoy!"
    assert heard(text, 5) == ({"fargo": "Snowy."}, ["fargo"])


def test_the_sentence_that_was_cut_is_left_out():
    text = reply(A="Cold and blue.", B="Tense and fast.")
    assert heard(text[: text.index(" and fast")], 3, cut=True)[0] == {"heat": "Cold and blue."}


def test_the_first_of_two_sentences_about_one_stands():
    text = '{"reasons": [{"label": "A", "reason": "One."}, {"label": "A", "reason": "Two."}]}'
    assert heard(text, 1)[0] == {"heat": "One."}


def test_a_reply_without_end_is_bounded():
    stream = SentenceStream(LABELS)
    for _ in range(100):
        stream.feed("{" * 1000)
    assert len(stream.text) == 32_768 and stream.rest() == {}


def test_reading_takes_no_longer_by_the_square():
    """A server that writes braces without end must not hold the event loop."""
    stream, started = SentenceStream(LABELS), time.process_time()
    for piece in ["{" * 100] * 100 + ['{"reason": "'] + ["a" * 3] * 7000:
        stream.feed(piece)
    # A hundredth of a second; by the square it was half a minute.
    assert time.process_time() - started < 5


@pytest.mark.parametrize("size", [1, 3, 50])
def test_braces_quotes_and_escapes_in_a_sentence(size):
    said = 'It says "{x}" \\ and }, then \n on.'
    text = reply(A=said, B="Plain.")
    found, order = heard(text, size)
    assert order == ["heat", "ronin"] and found == parse_reasons(text, LABELS)


def test_a_thinking_block_that_ends_between_pieces_leaves_nothing_open():
    stream = SentenceStream(LABELS)
    for piece in ('a {"draft', "</thi", "nk>", reply(A="Cold.")):
        found = stream.feed(piece)
    assert found == {"heat": "Cold."}
