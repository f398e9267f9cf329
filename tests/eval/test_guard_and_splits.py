"""Cases from events, and the guard that lets nothing of their truth through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.domain import Action, Event, Item, Message, Request
from palate.errors import EvalError
from palate.eval.bm25 import BM25
from palate.eval.cases import Case, case_from, record_of
from palate.eval.guard import Guard, Leak
from palate.eval.runs.config import Split
from palate.eval.splits import Past, cut_off, make_cases

START = datetime(2024, 1, 1, tzinfo=UTC)


def event(user, item, day):
    return Event(user, item, Action.LIKE, at=START + timedelta(days=day))


def past(user, *items, strengths=None):
    events = [event(user, item, day) for day, item in enumerate(items)]
    return Past(user, events, strengths or [1.0] * len(events))


PASTS = [past("u", *"abcdefghij"), past("v", *"jihg", strengths=[1.0, 1.0, 1.0, -1.0])]


def test_last_holds_the_newest_liked_item():
    cases = make_cases(Split(kind="last"), PASTS, list("abcdefghij"))
    assert [(case.user, dict(case.truth)) for case in cases] == [("u", {"j": 1}), ("v", {"h": 1})]
    assert cases[0].at == START + timedelta(days=9)


def test_per_user_holds_the_newest_share_and_global_cuts_at_one_moment():
    held = make_cases(Split(kind="per-user", share=0.3), PASTS, list("abcdefghij"))
    assert set(held[0].truth) == {"h", "i", "j"}
    split = Split(kind="global", at=START + timedelta(days=8))
    found = make_cases(split, PASTS, list("abcdefghij"), cut_off(split, []))
    assert [(case.user, set(case.truth)) for case in found] == [("u", {"i", "j"})]
    times = [e.at for one in PASTS for e in one.events if e.at]
    assert cut_off(Split(kind="global", share=0.5), times) == START + timedelta(days=3)
    with pytest.raises(EvalError, match="No event has a time"):
        cut_off(Split(kind="global"), [])


def test_cohorts_users_and_candidates():
    cold = make_cases(Split(cohort="cold"), PASTS, list("abcdefghij"))
    assert [case.user for case in cold] == ["v"]
    assert len(make_cases(Split(users=1, seed=3), PASTS, list("abcdefghij"))) == 1
    catalogue = [*"abcdefghij", *(f"x{n}" for n in range(50))]
    made = make_cases(Split(candidates=20), PASTS, catalogue)
    for case in made:
        assert case.candidates is not None
        assert len(set(case.candidates)) == 20
        assert set(case.truth) <= set(case.candidates)
        met = {"u": set("abcdefghij"), "v": set("jihg")}[str(case.user)]
        assert not (set(case.candidates) - case.truth.keys()) & met
    assert made == make_cases(Split(candidates=20), PASTS, catalogue)


rows_of_log = st.lists(
    st.tuples(st.sampled_from("uvw"), st.sampled_from("abcdef"), st.integers(0, 30)),
    min_size=1, max_size=40,
)  # fmt: skip


@given(rows_of_log, st.sampled_from(["last", "per-user", "global"]))
def test_what_the_guard_allows_holds_no_truth_and_nothing_later(rows, kind):
    by_user: dict[str, list[Event]] = {}
    for user, item, day in sorted(rows, key=lambda row: row[2]):
        by_user.setdefault(user, []).append(event(user, item, day))
    split = Split(kind=kind, share=0.3)
    at = cut_off(split, [e.at for found in by_user.values() for e in found if e.at])
    pasts = [Past(user, found, [1.0] * len(found)) for user, found in by_user.items()]
    try:
        cases = make_cases(split, pasts, list("abcdef"), at)
    except EvalError:
        return
    guard = Guard(split.level, cases, at)
    guard.check_cases()
    for case in cases:
        allowed = guard.allowed(str(case.user), by_user[str(case.user)])
        assert not {one.item for one in allowed} & case.truth.keys()
        assert all(one.at < case.at for one in allowed)
        guard.check_events([(str(case.user), allowed)])


@pytest.mark.parametrize(
    ("level", "planted", "name"),
    [
        ("own-truth", event("u", "j", 9), "truth-in-events"),
        ("own-truth", event("u", "z", 12), "later-events"),
        ("global", event("v", "a", 20), "future-events"),
        ("global", Event("v", "a", Action.LIKE), "future-events"),
    ],
)
def test_a_planted_event_is_a_leak_with_a_name(level, planted, name):
    case = Case(id="c", user="u", truth={"j": 1.0}, at=START + timedelta(days=9))
    guard = Guard(level, [case], case.at)
    with pytest.raises(Leak, match=rf"Leak \({name}\)") as caught:
        guard.check_events([(planted.user, [event(planted.user, "b", 1), planted])])
    assert caught.value.name == name


def test_leaks_of_cases_and_statistics_have_names():
    told = Case(id="c", user="u", truth={"j": 1.0}, history=("j",))
    with pytest.raises(Leak, match="truth-in-history"):
        Guard("own-truth", [told]).check_cases()
    early = Case(id="c", user="u", truth={"j": 1.0}, at=START)
    with pytest.raises(Leak, match="case-before-cut-off"):
        Guard("global", [early], START + timedelta(days=1)).check_cases()
    guard = Guard("own-truth", [])
    guard.check_counts({"a": 2}, {"a": 2, "b": 0})
    with pytest.raises(Leak, match=r"statistics.*'a' was counted over 3 people, and 2"):
        guard.check_counts({"a": 3}, {"a": 2})
    with pytest.raises(EvalError, match="needs a cut-off"):
        Guard("global", [])


def test_a_dialogue_is_a_request_in_the_persons_words():
    said = [{"role": "user", "content": "a comedy"}, {"role": "assistant", "content": "old?"},
            {"role": "user", "content": "newer"}]  # fmt: skip
    case = case_from({"id": "c", "truth": ["a"], "messages": said})
    assert case.messages[1] == Message("assistant", "old?")
    assert case.request().text == "a comedy\nnewer"
    assert case_from(record_of(case)) == case
    for wrong in ("x", [], [{"role": "system", "content": "a"}], said[:2], [{"role": "user"}]):
        with pytest.raises(EvalError, match="messages"):
            case_from({"id": "c", "truth": ["a"], "messages": wrong})
    with pytest.raises(EvalError, match="both"):
        case_from({"id": "c", "truth": ["a"], "text": "b", "messages": said})


def test_bm25_is_its_formula(arrays):
    from math import log

    items = [Item("a", "red red house"), Item("b", "red garden"), Item("c", "blue sea view here")]
    made = BM25(items, arrays([("u", "c")], ("a", "b", "c")))
    found = made.rank([Request(text="red", candidates=("c", "b", "a"))])[0]
    idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5))

    def score(tf, length):
        return idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / 3))

    assert found.order == ("a", "b", "c")
    assert found.scores == pytest.approx((score(2, 3), score(1, 2), 0.0))
    # Without words, the titles of what the person had are the query.
    assert made.rank([Request(user="u", candidates=("a", "c"))])[0].order[0] == "c"
    assert "c" not in made.rank([Request(user="u", text="sea", n=2)])[0].order
