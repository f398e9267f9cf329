"""What a model's yes or no is worth beside a prediction: learnt where it helps, else nothing."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.agent.blend import Blend, BlendKey, Blends, learn_blend
from palate.domain import Action
from palate.errors import PrerequisiteError


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def meetings(knows, n=600, seed=1):
    """People whose answers hang on what the prior sees and on what only the model may see."""
    draw = random.Random(seed)
    rows = []
    for number in range(n):
        seen, hidden = draw.gauss(0, 1), draw.gauss(0, 1.5)
        answer = float(draw.random() < sigmoid(seen + hidden))
        odds = 3 * (knows * hidden + (1 - knows) * draw.gauss(0, 1.5)) + 2
        rows.append((sigmoid(seen), odds, answer, f"u{number % 60}"))
    return [list(column) for column in zip(*rows, strict=True)]


def test_a_model_that_knows_more_counts_and_is_calibrated():
    prior, odds, answers, people = meetings(knows=1)
    blend = learn_blend(Action.LIKE, prior, odds, answers, people)
    assert blend.helps and blend.loss < blend.prior_loss - 0.03
    # A scale three times too loud and a shift of 2 are taken off.
    assert blend.of_model == pytest.approx(1 / 3, rel=0.35)
    fresh = meetings(knows=1, seed=2)
    found = [blend.value(Action.LIKE, p, z) for p, z in zip(fresh[0], fresh[1], strict=True)]
    assert sum(found) == pytest.approx(sum(fresh[2]), rel=0.1)


@pytest.mark.parametrize("seed", range(12))
def test_a_model_that_knows_nothing_rarely_counts(seed):
    blend = learn_blend(Action.LIKE, *meetings(knows=0, seed=100 + seed))
    assert not blend.helps and "counts nothing" in blend.sentence


def test_a_model_that_says_the_opposite_is_not_turned_round():
    prior, odds, answers, people = meetings(knows=1)
    blend = learn_blend(Action.LIKE, prior, [-one for one in odds], answers, people)
    assert blend.of_model < 0 and not blend.helps


def test_a_bad_calibration_of_the_prior_is_no_merit_of_the_model():
    prior, odds, answers, people = meetings(knows=0)
    off = [0.5 + (one - 0.5) / 5 for one in prior]
    assert not learn_blend(Action.LIKE, off, odds, answers, people).helps


def test_ratings():
    draw = random.Random(4)
    rows = []
    for number in range(300):
        seen, hidden = draw.gauss(3, 0.5), draw.gauss(0, 1)
        rows.append((seen, 2 * hidden, seen + hidden, f"u{number % 30}"))
    columns = [list(column) for column in zip(*rows, strict=True)]
    blend = learn_blend(Action.RATE, *columns)
    assert blend.helps and blend.value(Action.RATE, 3.0, 2.0) == pytest.approx(4.0, abs=0.1)


def test_few_meetings_teach_nothing():
    prior, odds, answers, people = meetings(knows=1, n=99)
    blend = learn_blend(Action.LIKE, prior, odds, answers, people)
    assert not blend.helps and "too few" in blend.sentence
    one_sided = learn_blend(Action.LIKE, [0.9] * 200, [3.0] * 200, [1.0] * 200, ["u"] * 200)
    assert not one_sided.helps


def test_one_person_proves_nothing():
    prior, odds, answers, _ = meetings(knows=1)
    assert not learn_blend(Action.LIKE, prior, odds, answers, ["u"] * 600).helps


@given(st.floats(0, 1), st.floats(allow_nan=False))
def test_a_chance_is_a_chance_and_rises_with_the_odds(prior, odds):
    blend = Blend(-0.3, 1.1, 0.4, 500, 0.1, 0.2, 0.1, 0.05)
    value = blend.value(Action.LIKE, prior, odds)
    assert 0 < value < 1 and value <= blend.value(Action.LIKE, prior, odds + 1)


def test_kept_and_read_again(tmp_path):
    path, key = tmp_path / "blends.json", BlendKey("rank/pointwise@1", "abc", "m", "like")
    blend = Blend(-0.3, 1.1, 0.4, 500, 0.1, 0.2, 0.1, 0.05, basis="now")
    assert Blends.read(path, "now").entries == {}
    Blends({}).with_one(key, blend).write(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Blends.read(path, "now").find("abc", "m", Action.LIKE) == blend
    assert Blends.read(path, "later").find("abc", "m", Action.LIKE).stale
    assert Blends.read(path, "now").find("abc", "m", Action.RATE) is None
    path.write_text('{"blends": [{"template": "x"}]}')
    with pytest.raises(PrerequisiteError, match="palate tune --action"):
        Blends.read(path, "now")
