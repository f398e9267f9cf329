"""What is in force, worded in the language of the talk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.agent.chat.state import State, Term
from palate.agent.chat.wording import worded
from palate.domain import Constraint, Op


def zh(*constraints):
    return worded(Term("c1", "as it was read", constraints), "zh")


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        (Constraint("tags", Op.HAS, "Comedy"), "喜剧"),
        (Constraint("tags", Op.HAS_NOT, "musical"), "不要歌舞"),
        (Constraint("tags", Op.IN, ("comedy", "steampunk")), "喜剧或steampunk"),
        (Constraint("year", Op.LT, 1970), "1970年之前"),
        (Constraint("year", Op.EQ, 1994.0), "1994年"),
        (Constraint("year", Op.NOT_IN, tuple(str(y) for y in range(1980, 1990))), "不要1980年代"),
        (Constraint("runtime", Op.LE, 100), "不超过100分钟"),
        (Constraint("runtime", Op.GT, 92.5), "超过92.5分钟"),
        (Constraint("price", Op.LE, 30.0), "价格不超过30"),
        (Constraint("director", Op.EQ, "Jane Doe"), "导演：Jane Doe"),
        (Constraint("cast", Op.NE, "John Roe"), "主演不要John Roe"),
        (Constraint("country", Op.EQ, "France"), "国家：法国"),
        (Constraint("colour", Op.IN, ("red", "blue")), "colour：red或blue"),
    ],
)
def test_a_constraint_in_chinese(constraint, said):
    assert zh(constraint) == said


def test_the_two_ends_of_a_span_are_one():
    ends = Constraint("year", Op.GE, 1990), Constraint("year", Op.LE, 1999)
    assert zh(*ends) == "1990年代"
    assert zh(ends[0], Constraint("year", Op.LE, 1995)) == "1990至1995年"


def test_wishes_in_words_keep_them():
    assert worded(Term("c1", "dream thieves", words="dream thieves"), "zh") == "dream thieves"
    against = Term("c1", "not: trains", words="trains", likes=False)
    assert worded(against, "zh") == "不要：trains"
    assert worded(against, "en") == "not: trains"


def test_chips_follow_the_talk():
    term = Term("c1", "comedy", (Constraint("tags", Op.HAS, "comedy"),))
    assert [chip.text for chip in State("t1", terms=(term,)).chips] == ["comedy"]
    assert [chip.text for chip in State("t1", language="zh", terms=(term,)).chips] == ["喜剧"]


@given(
    st.sampled_from(["tags", "year", "runtime", "price", "seen", "country", "x"]),
    st.sampled_from(list(Op)),
    st.one_of(
        st.text(min_size=1, max_size=5), st.integers(-3000, 3000), st.booleans(),
        st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=3).map(tuple),
    ),
)  # fmt: skip
def test_whatever_a_model_asks_for_has_words(field, op, value):
    assert zh(Constraint(field, op, value))
