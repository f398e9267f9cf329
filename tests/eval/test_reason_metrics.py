"""Metrics of reasons: each against a slow obvious one, and where it has no value."""

import math
import random

import pytest

from palate.eval.metrics.reasons import PER_CASE, Sameness, Sentence
from palate.eval.runs.answer import Answer, Told, answer_from
from palate.eval.runs.reasoning import Reasoning

WORDS = ["you", "liked", "Heat", "it's", "a", "film", "of", "crime"]


def drawn(rng):
    made = []
    for _ in range(rng.randrange(0, 5)):
        text = " ".join(rng.choices(WORDS, k=rng.randrange(0, 9)))
        given = rng.randrange(0, 3)
        claims = [rng.random() < 0.5 for _ in range(rng.randrange(0, 4))]
        used = (rng.randrange(0, given + 1), given)
        made.append(Sentence(text, claims, used, rng.random() < 0.5))
    return made


def share(values):
    values = list(values)
    return values.count(True) / len(values) if values else math.nan


def slow_repetition(reasons):
    pairs, speakers = [], 0
    for one in reasons:
        said = one.text.lower().split()
        pairs += [said[i] + " " + said[i + 1] for i in range(len(said) - 1)]
        speakers += len(said) > 1
    return 1 - len(dict.fromkeys(pairs)) / len(pairs) if speakers > 1 else math.nan


SLOW = {
    "SupportedClaims": lambda reasons: share(ok for one in reasons for ok in one.claims),
    "OwnWords": lambda reasons: share(one.own for one in reasons),
    "EvidenceUsed": lambda reasons: share(one.used[0] >= 1 for one in reasons if one.used[1]),
    "ReasonRepetition": slow_repetition,
    "ReasonWords": lambda reasons: (
        sum(len(one.text.split()) for one in reasons) / len(reasons) if reasons else math.nan
    ),
}


@pytest.mark.parametrize("name", PER_CASE)
def test_each_is_its_slow_obvious_self(name):
    rng = random.Random(name)
    known = 0
    for _ in range(300):
        reasons = drawn(rng)
        mine, slow = PER_CASE[name](reasons), SLOW[name](reasons)
        assert (math.isnan(mine) and math.isnan(slow)) or abs(mine - slow) < 1e-12
        known += not math.isnan(mine)
    assert known > 100


def test_sameness_is_its_slow_obvious_self():
    rng = random.Random(1)
    cases = [(f"p{n // 2}", drawn(rng)) for n in range(40)]
    made = Sameness()
    for row, (person, reasons) in enumerate(cases):
        made.add(row, person, reasons)

    def triples(reasons):
        said = [one.text.lower().split() for one in reasons]
        return [tuple(s[i : i + 3]) for s in said for i in range(len(s) - 2)]

    slow = {}
    for row, (person, reasons) in enumerate(cases):
        others = {t for who, rs in cases if who != person for t in triples(rs)}
        if mine := triples(reasons):
            slow[row] = sum(t in others for t in mine) / len(mine)
    assert made.values() == pytest.approx(slow)
    assert 0 < sum(slow.values()) / len(slow) < 1


def test_one_person_shares_nothing_with_themselves():
    made = Sameness()
    for row in range(3):
        made.add(row, "p", [Sentence("you liked this film")])
    assert set(made.values().values()) == {0.0}
    made.add(3, "q", [Sentence("you liked this film")])
    assert set(made.values().values()) == {1.0}


def test_chinese_is_counted_by_sign():
    assert PER_CASE["ReasonWords"]([Sentence("你喜欢《Heat》。")]) == 4


def test_a_case_without_reasons_is_in_no_mean():
    made = Reasoning(3)
    made.add(1, "p", [Told("i", "It fits you.", "model", (("x", True), ("y", False)))])
    found = made.values()
    assert [math.isnan(v) for v in found["SupportedClaims"]] == [True, False, True]
    assert found["SupportedClaims"][1] == 0.5
    assert "ReasonRepetition" not in found


def test_reasons_of_an_older_log_are_read():
    told = Told("i", "text", "model", (("claim", True),), None, ("h",), (1, 2))
    record = Answer(("i",), reasons=(told,)).record()
    assert answer_from(record).reasons == (told,)
    record["reasons"] = [one[:5] for one in record["reasons"]]
    assert answer_from(record).reasons == (Told("i", "text", "model", (("claim", True),)),)
